"""How somebody who works on tickets wants to be told of them."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm


class NoticesForm(DeedForm):
    """One mail a day or each at once; by mail, or by a channel that the settings name."""

    digest = forms.BooleanField(
        label=gettext_lazy("One mail a day"),
        required=False,
        help_text=gettext_lazy("Urgent ones are told at once all the same."),
    )
    channel = forms.ChoiceField(label=gettext_lazy("At once by"), required=False)
    address = forms.CharField(
        label=gettext_lazy("Your number or name there"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Such as +4940123456; not needed for mail."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = [(name, name) for name in settings.TICKET_CHANNELS]
        self.fields["channel"].choices = [("", gettext_lazy("E-mail")), *names]
        if not names:
            del self.fields["channel"], self.fields["address"]
