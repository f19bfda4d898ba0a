"""allauth's forms in our words: passwords, second factor, passkeys."""

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from allauth.socialaccount import forms as social
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.fields import AddressField
from accounts.operations import ask_password

LABELS = {
    "password": _("Password"),
    "oldpassword": _("Current password"),
    "password1": _("New password"),
    "password2": _("New password again"),
    "remember": _("Stay signed in on this device"),
    "code": _("Code"),
    "name": _("Name of this passkey"),
    "account": _("Account"),
    "passwordless": _("Also sign in with it, without a password"),
}
HELP = {
    "password1": _("12 characters or more. A sentence of your own is good; your name or address is not."),
    "passwordless": _("Your device then asks for its PIN, a finger or a face."),
}


class OurWords:
    """Labels instead of placeholders, in our words."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label, field.help_text = LABELS.get(name, field.label), HELP.get(name, "")
            field.widget.attrs.pop("placeholder", None)


class PasswordSignInForm(OurWords, account.LoginForm):
    """E-mail and password, for staff."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        self.order_fields(["login", "password", "remember"])


class PasswordResetForm(forms.Form):
    """Ask for a link by mail; the page says the same whether there is such a person or not."""

    email = AddressField()

    def save(self, request, **kwargs):
        ask_password(address=self.cleaned_data["email"])


class PasswordResetKeyForm(OurWords, account.ResetPasswordKeyForm):
    """A new password, by the link in a mail."""


class PasswordChangeForm(OurWords, account.ChangePasswordForm):
    """A new password for somebody who knows the old one."""


class PasswordSetForm(OurWords, account.SetPasswordForm):
    """The first password of somebody who is signed in."""


class ReauthenticateForm(OurWords, account.ReauthenticateForm):
    """The password once more, before something that matters."""


class FactorForm(OurWords, mfa.AuthenticateForm):
    """The code of the authenticator app, or a recovery code."""


class FactorAgainForm(OurWords, mfa.ReauthenticateForm):
    """The same, before something that matters."""


class TOTPForm(OurWords, totp.ActivateTOTPForm):
    """The first code of a new authenticator app."""


class PasskeyForm(OurWords, webauthn.AddWebAuthnForm):
    """A new passkey and its name."""


class PasskeyNameForm(OurWords, webauthn.EditWebAuthnForm):
    """Another name for a passkey."""


class UnlinkForm(OurWords, social.DisconnectForm):
    """A linked account to remove; the last one too, since a code by e-mail always signs in."""

    def clean(self):
        return forms.Form.clean(self)
