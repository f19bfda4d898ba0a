"""What somebody says about a thing that they have from us."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DeedForm


class DamageForm(DeedForm):
    """What is wrong with it."""

    note = forms.CharField(
        label=_("What is wrong with it?"),
        max_length=150,
        help_text=_("In a few words, such as “the lid does not close”."),
        error_messages={"required": _("Say in a few words what is wrong.")},
    )
