"""What is done with places and assets, and when it is refused."""

from assets.asset_columns import ASSET_COLUMNS
from assets.operations.assignments import assign, assign_kit, preview_assign
from assets.operations.batches import undo_import
from assets.operations.claims import pools_of
from assets.operations.dates import remind_of_dates
from assets.operations.disposals import approve_disposal, dispose, reject_disposal, restore
from assets.operations.extensions import extend, extended_until
from assets.operations.feeds import entries_of, feed_of, make_calendar_feed, may_see_dates, revoke_calendar_feed
from assets.operations.imports import import_assets
from assets.operations.inventory import register_asset, remove_asset, set_parent
from assets.operations.kit_returns import Unload
from assets.operations.kits import add_to_kit, dissolve_kit, part_found, remove_from_kit
from assets.operations.loads import Load
from assets.operations.losses import report_asset_damaged, report_asset_found, report_asset_lost
from assets.operations.months import dates_of_model, month_of
from assets.operations.moves import confirm_assignment, move
from assets.operations.photos import MOST_PHOTOS, add_photo, remove_photo, sweep_photos
from assets.operations.places import BUILDING_COLUMNS, import_buildings
from assets.operations.reservations import (
    cancel_reservation,
    confirm_reservation,
    expire_reservations,
    reject_reservation,
    reserve,
)
from assets.operations.returns import preview_take_back, take_back, take_back_all, take_back_kit
from assets.operations.service import put_in_service, record_service, take_out_of_service
from assets.operations.stock_takes import Scan, close_stock_take, count, last_part, move_to_found, open_stock_take
from assets.operations.transfers import transfer_assignment
from assets.operations.units import set_model, start_lending, stop_lending

__all__ = [
    "ASSET_COLUMNS",
    "BUILDING_COLUMNS",
    "MOST_PHOTOS",
    "Load",
    "Scan",
    "Unload",
    "add_photo",
    "add_to_kit",
    "approve_disposal",
    "assign",
    "assign_kit",
    "cancel_reservation",
    "close_stock_take",
    "confirm_assignment",
    "confirm_reservation",
    "count",
    "dates_of_model",
    "dispose",
    "dissolve_kit",
    "entries_of",
    "expire_reservations",
    "extend",
    "extended_until",
    "feed_of",
    "import_assets",
    "import_buildings",
    "last_part",
    "make_calendar_feed",
    "may_see_dates",
    "month_of",
    "move",
    "move_to_found",
    "open_stock_take",
    "part_found",
    "pools_of",
    "preview_assign",
    "preview_take_back",
    "put_in_service",
    "record_service",
    "register_asset",
    "reject_disposal",
    "reject_reservation",
    "remind_of_dates",
    "remove_asset",
    "remove_from_kit",
    "remove_photo",
    "report_asset_damaged",
    "report_asset_found",
    "report_asset_lost",
    "reserve",
    "restore",
    "revoke_calendar_feed",
    "set_model",
    "set_parent",
    "start_lending",
    "stop_lending",
    "sweep_photos",
    "take_back",
    "take_back_all",
    "take_back_kit",
    "take_out_of_service",
    "transfer_assignment",
    "undo_import",
]
