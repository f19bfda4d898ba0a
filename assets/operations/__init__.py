"""What is done with places and assets, and when it is refused."""

from assets.operations.assignments import assign
from assets.operations.places import BUILDING_COLUMNS, import_buildings
from assets.operations.returns import take_back, take_back_all

__all__ = ["BUILDING_COLUMNS", "assign", "import_buildings", "take_back", "take_back_all"]
