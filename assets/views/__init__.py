"""The pages of the inventory."""

from assets.views.assets import asset_list, asset_tag
from assets.views.borrow import model_borrow, model_calendar, model_list
from assets.views.calendar import calendar_feed, feed_make, feed_revoke
from assets.views.desk import asset_desk, asset_desk_assign, asset_desk_take_back
from assets.views.holdings import (
    asset_receipt,
    assignment_confirm,
    assignment_damage,
    assignment_extend,
    assignment_find,
    assignment_lose,
)
from assets.views.photos import asset_photo, asset_photo_remove, asset_photos, asset_thumbnail
from assets.views.reservations import (
    reservation_cancel,
    reservation_confirm,
    reservation_list,
    reservation_queue,
    reservation_reject,
)
from assets.views.stock_takes import (
    stock_take,
    stock_take_close,
    stock_take_count,
    stock_take_export,
    stock_take_list,
    stock_take_move,
    stock_take_open,
)

__all__ = [
    "asset_photo",
    "asset_photo_remove",
    "asset_photos",
    "asset_thumbnail",
    "stock_take",
    "stock_take_close",
    "stock_take_count",
    "stock_take_export",
    "stock_take_list",
    "stock_take_move",
    "stock_take_open",
    "asset_desk",
    "asset_desk_assign",
    "asset_desk_take_back",
    "reservation_reject",
    "reservation_queue",
    "reservation_list",
    "reservation_confirm",
    "reservation_cancel",
    "feed_revoke",
    "feed_make",
    "calendar_feed",
    "model_list",
    "model_calendar",
    "model_borrow",
    "asset_list",
    "asset_receipt",
    "asset_tag",
    "assignment_confirm",
    "assignment_damage",
    "assignment_extend",
    "assignment_find",
    "assignment_lose",
]
