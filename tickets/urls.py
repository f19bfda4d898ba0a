"""The addresses of repair tickets."""

from django.urls import path

from tickets import views

urlpatterns = [
    path("tickets/", views.ticket_list, name="ticket_list"),
    path("tickets/views/save/", views.ticket_view_save, name="ticket_view_save"),
    path("tickets/views/remove/", views.ticket_view_remove, name="ticket_view_remove"),
    path("tickets/report/", views.ticket_report_for, name="ticket_report_for"),
    path("rekeyings/<int:pk>/ticket/", views.rekeying_ticket, name="rekeying_ticket"),
    path("tickets/notices/", views.ticket_notices, name="ticket_notices"),
    path("tickets/mine/", views.ticket_mine, name="ticket_mine"),
    path("tickets/mine/<int:number>/follow/", views.ticket_mine_follow, name="ticket_mine_follow"),
    path("tickets/<int:number>/", views.ticket, name="ticket"),
    path("tickets/<int:number>/history/", views.ticket_history, name="ticket_history"),
    path("tickets/<int:number>/photos/<int:pk>/", views.ticket_staff_photo, name="ticket_staff_photo"),
    path(
        "tickets/<int:number>/photos/<int:pk>/small/",
        views.ticket_staff_photo,
        {"small": True},
        name="ticket_staff_thumbnail",
    ),
    path("tickets/<int:number>/files/<int:pk>/", views.ticket_staff_file, name="ticket_staff_file"),
    path("tickets/mail/files/<int:pk>/", views.parked_file, name="parked_file"),
    path("tickets/<int:number>/<str:name>/", views.ticket_deed, name="ticket_deed"),
    path("report/", views.ticket_report, name="ticket_report"),
    path("report/done/<str:done>/", views.ticket_reported, name="ticket_reported"),
    path("r/<str:code>/", views.ticket_report_about, name="ticket_report_about"),
    path("r/<str:code>/me-too/", views.ticket_me_too, name="ticket_me_too"),
    path("t/<str:token>/", views.ticket_follow, name="ticket_follow"),
    path("t/<str:token>/files/<int:pk>/", views.ticket_file, name="ticket_file"),
    path("t/<str:token>/photos/<int:pk>/", views.ticket_photo, name="ticket_photo"),
    path("t/<str:token>/photos/<int:pk>/small/", views.ticket_photo, {"small": True}, name="ticket_thumbnail"),
]
