"""The addresses of the inventory."""

from django.urls import path

from assets import views

urlpatterns = [
    path("assets/", views.asset_list, name="asset_list"),
    path("assignments/<int:pk>/extend/", views.assignment_extend, name="assignment_extend"),
    path("assignments/<int:pk>/confirm/", views.assignment_confirm, name="assignment_confirm"),
    path("assignments/<int:pk>/damaged/", views.assignment_damage, name="assignment_damage"),
    path("assignments/<int:pk>/lost/", views.assignment_lose, name="assignment_lose"),
    path("assignments/<int:pk>/found/", views.assignment_find, name="assignment_find"),
    path("assignments/receipts/<uuid:public_id>/", views.asset_receipt, name="asset_receipt"),
    path("desk/assets/", views.asset_desk, name="asset_desk"),
    path("desk/assets/assign/", views.asset_desk_assign, name="asset_desk_assign"),
    path("desk/assets/take-back/", views.asset_desk_take_back, name="asset_desk_take_back"),
    path("a/<str:code>/", views.asset_tag, name="asset_tag"),
    path("borrow/", views.model_list, name="model_list"),
    path("borrow/<int:pk>/", views.model_borrow, name="model_borrow"),
    path("reservations/", views.reservation_list, name="reservation_list"),
    path("reservations/<int:pk>/cancel/", views.reservation_cancel, name="reservation_cancel"),
    path("desk/requests/", views.reservation_queue, name="reservation_queue"),
    path("desk/requests/<int:pk>/confirm/", views.reservation_confirm, name="reservation_confirm"),
    path("desk/requests/<int:pk>/reject/", views.reservation_reject, name="reservation_reject"),
    path("desk/models/<int:pk>/calendar/", views.model_calendar, name="model_calendar"),
    path("calendar/make/", views.feed_make, name="feed_make"),
    path("calendar/<int:pk>/revoke/", views.feed_revoke, name="feed_revoke"),
    path("calendar/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
    path("assets/<int:pk>/photos/", views.asset_photos, name="asset_photos"),
    path("assets/photos/<int:pk>/", views.asset_photo, name="asset_photo"),
    path("assets/photos/<int:pk>/small/", views.asset_thumbnail, name="asset_thumbnail"),
    path("assets/photos/<int:pk>/remove/", views.asset_photo_remove, name="asset_photo_remove"),
    path("desk/stock-takes/", views.stock_take_list, name="stock_take_list"),
    path("desk/stock-takes/open/", views.stock_take_open, name="stock_take_open"),
    path("desk/stock-takes/<int:pk>/", views.stock_take, name="stock_take"),
    path("desk/stock-takes/<int:pk>/count/", views.stock_take_count, name="stock_take_count"),
    path("desk/stock-takes/<int:pk>/close/", views.stock_take_close, name="stock_take_close"),
    path("desk/stock-takes/<int:pk>/export/", views.stock_take_export, name="stock_take_export"),
    path("desk/stock-takes/lines/<int:pk>/move/", views.stock_take_move, name="stock_take_move"),
]
