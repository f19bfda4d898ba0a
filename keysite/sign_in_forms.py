"""Our forms in the place of those that the sign-in brings along."""

ACCOUNT_FORMS = {
    "login": "accounts.forms.passwords.PasswordSignInForm",
    "reset_password": "accounts.forms.passwords.PasswordResetForm",
    "reset_password_from_key": "accounts.forms.passwords.PasswordResetKeyForm",
    "change_password": "accounts.forms.passwords.PasswordChangeForm",
    "set_password": "accounts.forms.passwords.PasswordSetForm",
    "reauthenticate": "accounts.forms.passwords.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.forms.passwords.FactorForm",
    "reauthenticate": "accounts.forms.passwords.FactorAgainForm",
    "activate_totp": "accounts.forms.passwords.TOTPForm",
    "add_webauthn": "accounts.forms.passwords.PasskeyForm",
    "edit_webauthn": "accounts.forms.passwords.PasskeyNameForm",
}
