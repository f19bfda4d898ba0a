"""What is typed at a kiosk: it stays on the page and in no session."""

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AddressField, CodeField
from accounts.models import Affiliation, EmailCode, Kiosk
from keys.forms.fields import KeysForm

MOST_KEYS = 20
INPUTS = 3  # a handful of keys, without a button for one more
SALT = "kiosk"
LASTS_SECONDS = 600  # as long as the code


class KioskForm(KeysForm):
    """Keys to bring back; anyone may."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keys"].widget.spare = INPUTS

    def clean_keys(self):
        if len(self.cleaned_data["keys"]) > MOST_KEYS:
            raise ValidationError(_("At most %(most)s keys at a time here.") % {"most": MOST_KEYS})
        return self.cleaned_data["keys"]


class KioskCheckOutForm(KioskForm):
    """Who wants which keys; the second part is for people who are new, and the same for everybody."""

    field_order = ["keys", "address", "pin"]
    address = AddressField(widget=forms.EmailInput(attrs={"autocomplete": "off", "autocapitalize": "none"}))
    pin = forms.CharField(
        label=gettext_lazy("The clerk's PIN"),
        max_length=40,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy("Show the keys to a clerk, who types it."),
        error_messages={"required": gettext_lazy("Ask a clerk to type the PIN.")},
    )
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    affiliation = forms.ModelChoiceField(None, label=gettext_lazy("What you are here"), required=False)
    identifier = forms.CharField(label=gettext_lazy("University or staff number"), max_length=32, required=False)
    newcomer_fields = ("first_name", "last_name", "affiliation", "identifier")

    def __init__(self, *args, kiosk, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["affiliation"].queryset = Affiliation.objects.filter(may_be_chosen=True)
        self.fields["affiliation"].empty_label = _("Choose")
        for name in self.newcomer_fields:
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if kiosk.asks != Kiosk.Asks.CLERK:
            del self.fields["pin"]

    @property
    def details(self):
        return {name: self.cleaned_data[name] for name in self.newcomer_fields}

    def newcomer(self):
        """The fields of the second part, for the page."""
        return [self[name] for name in self.newcomer_fields]

    def first_part(self):
        return [field for field in self.visible_fields() if field.name not in self.newcomer_fields]

    def state(self, proof):
        """All that the page with the code must know, signed: who asked, and the secret the code is bound to."""
        details = self.details | {"affiliation": getattr(self.cleaned_data["affiliation"], "pk", None)}
        return signing.dumps({"proof": proof, "secret": self.cleaned_data["once"], "details": details}, salt=SALT)


class KioskCodeForm(KioskForm):
    """The code that was sent, and once more the keys, which may still be changed."""

    code = CodeField()
    state = forms.CharField(widget=forms.HiddenInput)

    def clean_state(self):
        """Which code was asked for, and for whom. Refused when the page lay there for longer than the code lasts."""
        try:
            state = signing.loads(self.cleaned_data["state"], salt=SALT, max_age=LASTS_SECONDS)
        except signing.BadSignature:
            raise ValidationError(_("This page is older than ten minutes. Begin again.")) from None
        affiliation = Affiliation.objects.filter(pk=state["details"]["affiliation"]).first()
        state["details"]["affiliation"] = affiliation
        state["proof"] = EmailCode.objects.filter(pk=state["proof"]).first()
        if state["proof"] is None:
            raise ValidationError(_("This page is older than ten minutes. Begin again."))
        return state
