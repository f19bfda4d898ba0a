"""What the clerk scans and types at the desk, with a queue waiting."""

from django import forms
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayField, DeedForm, Line, TakerForm
from accounts.models import LoanTerm, Trust
from assets.forms.fields import ItemsField
from keys.forms.fields import KeysField, KeysForm
from keys.models import Charge, Loan


class DeskKeysField(KeysField):
    """Keys; whoever scans an asset or a kit instead learns what it is, and which desk it belongs to."""

    clerk = None

    def resolve(self, lines):
        super().resolve(lines)
        other = ItemsField()
        other.clerk = self.clerk
        unknown = [line for line in lines if line.item is None]
        found = [Line(line.typed) for line in unknown]
        other.resolve(found)
        for line, meant in zip(unknown, found, strict=True):
            if meant.item:
                words = {"item": meant.item}
                line.problem = _("%(item)s is no key. It goes out and comes back at the equipment desk.") % words
                line.elsewhere = f"{reverse('asset_desk')}?{urlencode({'code': meant.item.public_code})}"


class ReturnForm(KeysForm):
    """One scan takes the key back, from whoever has it."""

    keys = DeskKeysField(
        label=gettext_lazy("Key that comes back"),
        widget=forms.TextInput(attrs={"class": "scan", "autocomplete": "off", "spellcheck": "false"}),
    )
    condition = forms.ChoiceField(
        label=gettext_lazy("Condition"), choices=Loan.Condition, required=False, initial=Loan.Condition.GOOD
    )

    def __init__(self, *args, clerk, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["keys"].clerk = clerk

    def clean_condition(self):
        return self.cleaned_data["condition"] or Loan.Condition.GOOD


class LoanForm(DeedForm):
    """A click on one loan of a list."""

    loan = forms.ModelChoiceField(queryset=None, widget=forms.HiddenInput)

    def __init__(self, *args, clerk, **kwargs):
        super().__init__(*args, **kwargs, auto_id=False)  # a list has many of these
        self.fields["loan"].queryset = Loan.objects.visible_to(clerk).for_list()


class DeskCheckOutForm(TakerForm, KeysForm):
    """Who takes which keys until when. What is typed stays; each scan is one more line."""

    keys = DeskKeysField(required=False)
    term = forms.ModelChoiceField(
        label=gettext_lazy("Loan term"),
        queryset=LoanTerm.objects.all(),
        required=False,
        empty_label=gettext_lazy("The person’s own"),
    )
    due_on = DayField(label=gettext_lazy("Back on"), required=False)

    def __init__(self, data=None, *, clerk, **kwargs):
        super().__init__(_without_removed(data), clerk=clerk, **kwargs)
        self.answer, self.held, self.fees = None, (), ()
        self.commits = bool(data) and ("check_out" in data or "take_rest" in data)
        self.takes_rest = "take_rest" in self.data
        field = self.fields["keys"]
        field.clerk, field.required, field.passes_over = clerk, self.commits, self.takes_rest

    def clean(self):
        values = super().clean()
        if self.commits:
            self.require_taker(_("Say who takes the keys: an e-mail address, a number or a name."))
        return values

    def look(self):
        """Answer for each line and for the whole, before anything is done."""
        values = getattr(self, "cleaned_data", {})
        terms = {name: values.get(name) for name in ("term", "due_on")}
        self.answer = self.preview(borrower=values.get("borrower"), trust=Trust.STAFF, **terms)
        if self.taker:
            self.held = Loan.objects.held_by(self.taker).for_list()
            if self.clerk.has_perm("keys.charge"):
                self.fees = Charge.objects.of(self.taker).open().for_list()

    @property
    def lines(self):
        """What is in the basket, each key once; the index is that of the line as it was sent."""
        return self.fields["keys"].once_each

    @property
    def good(self):
        return [line for _index, line in self.lines if line.item and not line.problem]

    @property
    def bad(self):
        return [line for _index, line in self.lines if line.problem]


def _without_removed(data):
    """What was sent, less the line or the person that was taken out with a button."""
    if not data or not {"remove", "other"} & data.keys():
        return data
    data = data.copy()
    if "other" in data:
        data["borrower"] = data["person"] = ""
    data.setlist("keys", [typed for typed in data.getlist("keys") if typed != data.get("remove")])
    return data
