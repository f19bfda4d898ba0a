"""What the institution owns, where it is, who has it, and who has asked for it."""

from assets.models.assets import Asset, Condition, worth_much
from assets.models.assignments import Assignment, Only, Span
from assets.models.catalogue import AssetModel, AssetType, DisposalType, Manufacturer, Supplier
from assets.models.counts import Count, StockTake
from assets.models.handovers import AssignmentPart, AssignmentReminder, Extension
from assets.models.imports import ImportBatch, ImportedRow
from assets.models.kits import Kit, KitMember, KitPart
from assets.models.photos import AssetPhoto, AssetReminder
from assets.models.places import Building, BuildingManager, Space, new_public_code
from assets.models.reservations import CalendarFeed, Reservation

__all__ = [
    "Asset",
    "AssetModel",
    "AssetPhoto",
    "AssetReminder",
    "AssetType",
    "Assignment",
    "AssignmentPart",
    "AssignmentReminder",
    "Building",
    "BuildingManager",
    "CalendarFeed",
    "Condition",
    "Count",
    "DisposalType",
    "Extension",
    "ImportBatch",
    "ImportedRow",
    "Kit",
    "KitMember",
    "KitPart",
    "Manufacturer",
    "Only",
    "Reservation",
    "Space",
    "Span",
    "StockTake",
    "Supplier",
    "new_public_code",
    "worth_much",
]
