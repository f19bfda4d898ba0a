"""The addresses of repair tickets."""

from django.urls import path

from tickets import views

urlpatterns = [
    path("report/", views.ticket_report, name="ticket_report"),
    path("report/done/<str:done>/", views.ticket_reported, name="ticket_reported"),
    path("r/<str:code>/", views.ticket_report_about, name="ticket_report_about"),
    path("r/<str:code>/me-too/", views.ticket_me_too, name="ticket_me_too"),
    path("t/<str:token>/", views.ticket_follow, name="ticket_follow"),
    path("t/<str:token>/photos/<int:pk>/", views.ticket_photo, name="ticket_photo"),
    path("t/<str:token>/photos/<int:pk>/small/", views.ticket_photo, {"small": True}, name="ticket_thumbnail"),
]
