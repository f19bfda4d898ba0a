"""What is typed about fees: why one should be waived, and that one is paid."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField, DeedForm


class AppealForm(DeedForm):
    text = forms.CharField(
        label=_("Why should the fee be waived?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Say why the fee should be waived."),
            "max_length": _("Say it in 1000 characters, or bring more to the desk."),
        },
    )

    def refuse(self, refusal):
        self.add_error("text", str(refusal))


class PaymentForm(DeedForm):
    note = forms.CharField(
        label=_("Number of the receipt"),
        max_length=200,
        error_messages={"required": _("Add the number of the receipt.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    paid_on = DayField(label=_("Paid on"), required=False, help_text=_("Empty: today."))
