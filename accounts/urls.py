"""Who is at the door. Of allauth's pages only those that are wanted: nobody signs up, and staff change addresses."""

from allauth.account import views as account
from allauth.socialaccount import views as provider
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from accounts import views

to_sign_in = login_not_required(RedirectView.as_view(pattern_name="sign_in"))
to_profile = RedirectView.as_view(pattern_name="profile")

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.sign_in_code, name="sign_in_code"),
    path("sign-out/", account.logout, name="sign_out"),
    path("profile/", views.profile, name="profile"),
    path("departments/propose/", views.department_propose, name="department_propose"),
    path("invitations/", views.invitation_list, name="invitation_list"),
    path("invitations/<int:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("invited/<str:token>/", views.invitation_accept, name="invitation_accept"),
    path("not-me/<str:token>/", views.not_me, name="not_me"),
    path("kiosk/register/<str:token>/", views.kiosk_register, name="kiosk_register"),
    # Passwords
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("accounts/password/set/", account.password_set, name="account_set_password"),
    path("accounts/password/reset/", account.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[0-9A-Za-z-]{1,80})/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/finished/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    # Second factor, sessions
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    # Google and single sign-on
    path("accounts/google/login/", google.oauth2_login, name="google_login"),
    path("accounts/google/login/callback/", google.oauth2_callback, name="google_callback"),
    path("accounts/oidc/<str:provider_id>/login/", openid_connect.login, name="openid_connect_login"),
    path("accounts/oidc/<str:provider_id>/login/callback/", openid_connect.callback, name="openid_connect_callback"),
    path("accounts/linked/", provider.connections, name="socialaccount_connections"),
    path("accounts/linked/cancelled/", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("accounts/linked/error/", login_not_required(provider.login_error), name="socialaccount_login_error"),
    # Names that allauth looks up, for pages that we do not have
    path("accounts/signup/", to_sign_in, name="account_signup"),
    path("accounts/linked/signup/", to_sign_in, name="socialaccount_signup"),
    path("accounts/inactive/", to_sign_in, name="account_inactive"),
    path("accounts/confirm-email/", to_sign_in, name="account_email_verification_sent"),
    path("accounts/login/code/confirm/", to_sign_in, name="account_confirm_login_code"),
    path("accounts/email/", to_profile, name="account_email"),
]
