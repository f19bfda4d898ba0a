"""Where allauth meets our deeds: it asks the questions at the door, and writes nothing of ours by itself."""

import base64
import hashlib

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import operations
from keysite.ledger import Refusal

SECOND_FACTORS = {"mfa", "otp", "hwk", "swk", "fpt", "face", "iris", "sc"}  # RFC 8176, what a provider may assert


class AccountAdapter(DefaultAccountAdapter):
    """Passwords and messages go through our deeds; nobody signs up by a form."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("Address and password do not match. Check both, or ask for a code."),
        "incorrect_password": gettext_lazy("This is not your password."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "too_many_login_attempts": gettext_lazy("Too many tries. Wait a few minutes, then try again."),
        "rate_limited": gettext_lazy("Too many tries. Wait a few minutes, then try again."),
        "incorrect_code": gettext_lazy("This is not the code. Each works once: wait for the next one."),
    }

    def is_open_for_signup(self, request):
        return False

    def set_password(self, user, password):
        """A password that was just chosen counts as typed in, for whoever chose it in their own session."""
        operations.set_password(person=user, password=password)
        if self.request.user == user:
            record_authentication(self.request, user, method="password", reauthenticated=True)

    def reauthenticate(self, user, password):
        known = self.authenticate(self.request, email=user.email, password=password)
        return known is not None and known.pk == user.pk

    def respond_user_inactive(self, request, user):
        return refused(request, _("You cannot sign in with this address. Ask %(desk)s.") % _desk())

    def post_login(self, request, user, *, signal_kwargs=None, **how):
        login = (signal_kwargs or {}).get("sociallogin")
        if login and _asserts_second_factor(login.account.extra_data):
            record_authentication(request, user, method="mfa", type="provider")
        return super().post_login(request, user, signal_kwargs=signal_kwargs, **how)

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the person through the outbox; a factor that was just set up was also just shown."""
        change = template_prefix.rsplit("/", 1)[-1]
        if change in {"totp_activated", "webauthn_added"}:
            record_authentication(self.request, user, method="mfa", type=change, reauthenticated=True)
        operations.tell_sign_in_changed(person=user, change=change)

    def get_client_ip(self, request):
        """Where the request comes from; behind a socket that does not say so, everybody comes from one place."""
        return get_client_ip(request) or "0.0.0.0"  # noqa: S104

    def send_mail(self, template_prefix, email, context):
        raise NotImplementedError(f"{template_prefix}: mail is written by notices.py and sent from the outbox.")


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Google and single sign-on lead to the person whose address the provider has verified, and to nobody else."""

    def authenticate_by_email(self, sociallogin):
        return None  # allauth's own linking would drop the person's password

    def pre_social_login(self, request, sociallogin):
        if sociallogin.state.get("process") not in {None, "login"}:
            sentence = _("Sign out, and sign in with the other account: it is linked by its address.")
            raise ImmediateHttpResponse(refused(request, sentence))
        if not sociallogin.is_existing:
            sociallogin.user = self._person(request, sociallogin)

    def _person(self, request, sociallogin):
        verified = [address.email for address in sociallogin.email_addresses if address.verified]
        suggested = sociallogin.user
        names = {"first_name": suggested.first_name, "last_name": suggested.last_name}
        try:
            if not verified:
                raise Refusal(_("Your provider does not vouch for an address of yours. Sign in with a code instead."))
            return operations.sign_in_by_provider(account=sociallogin.account, address=verified[0], **names)
        except Refusal as refusal:
            raise ImmediateHttpResponse(refused(request, refusal)) from None

    def is_open_for_signup(self, request, sociallogin):
        return False

    def get_app(self, request, provider, client_id=None):
        try:
            return super().get_app(request, provider, client_id)
        except SocialApp.DoesNotExist:
            raise Http404 from None


class MFAAdapter(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes lie encrypted in the database."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This is not the code. Each works once: wait for the next one."),
    }

    def encrypt(self, text):
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text):
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # the secret key is another one since
            raise PermissionDenied(_("Your second factor cannot be read. Ask an administrator to reset it.")) from None

    def _get_site_name(self):
        return settings.SITE_NAME


def refused(request, sentence):
    """Back to the sign-in page, which says why."""
    messages.error(request, str(sentence))
    return redirect("sign_in")


def _cipher():
    digest = hashlib.sha256(f"mfa:{settings.SECRET_KEY}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def _desk():
    return {"desk": settings.DESK_CONTACT}


def _asserts_second_factor(extra_data):
    """Whether the provider's identity token says that more than a password was shown."""
    asserted = (extra_data.get("id_token") or {}).get("amr") or []
    return isinstance(asserted, list) and not SECOND_FACTORS.isdisjoint(map(str, asserted))
