"""Staff pages for places, what we own and who has it."""

from assets.admin.places import BuildingAdmin, SpaceAdmin

__all__ = ["BuildingAdmin", "SpaceAdmin"]
