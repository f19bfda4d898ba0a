"""Every address of the project."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from keysite.mailbox import dev_mailbox

handler500 = "keysite.outage.server_error"

urlpatterns = [
    # The console has no sign-in and no password form of its own: there is one way in, with one second factor.
    path("admin/login/", login_not_required(RedirectView.as_view(pattern_name="sign_in", query_string=True))),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("", include("assets.urls")),
    path("", include("keys.urls")),
    path("", include("tickets.urls")),
    path("dev/mail/", dev_mailbox, name="dev_mailbox"),
]
