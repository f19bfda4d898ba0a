"""What people type when they ask for keys, and when they decide."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayField, DeedForm
from accounts.models import Person
from assets.models import Space
from keys.models import Door, KeySymbol, RequestItem
from keys.models.approvals import today
from keys.operations.approvals import refuse_nothing_in_charge
from keysite.ledger import Refusal


class BasketForm(DeedForm):
    """One click in the basket: put rooms, doors and key symbols in, or take something out.

    A symbol is sent by its name, as it is typed: so nobody learns by guessing numbers which there are.
    """

    spaces = forms.ModelMultipleChoiceField(Space.objects.all(), required=False)
    doors = forms.ModelMultipleChoiceField(Door.objects.current(), required=False)
    symbols = forms.MultipleChoiceField(required=False)
    item = forms.ModelChoiceField(RequestItem.objects.none(), required=False)

    def __init__(self, data=None, *, basket):
        super().__init__(data)
        typed = data.getlist("symbols")[:50] if data else []
        self.named = {as_named(row): row for row in KeySymbol.objects.named(typed)} if typed else {}
        self.fields["symbols"].choices = [(name, name) for name in self.named]
        self.fields["item"].queryset = basket

    def clean(self):
        values = super().clean()
        if not self.errors and not (self.things or values["item"]):
            raise forms.ValidationError(_("Tick at least one room, door or key."))
        return values

    @property
    def things(self):
        """All that was ticked."""
        values = self.cleaned_data
        return [*values["spaces"], *values["doors"], *(self.named[name] for name in values["symbols"])]


def as_named(symbol):
    """A symbol as it is told apart from those of other systems."""
    return f"{symbol.system.code}:{symbol.symbol}"


class SendForm(DeedForm):
    purpose = forms.CharField(
        label=gettext_lazy("What the keys are for"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say what the keys are for: whoever agrees reads it.")},
    )
    needed_from = DayField(label=gettext_lazy("Needed from"), initial=today)
    needed_until = DayField(label=gettext_lazy("Needed until"))


class MessageForm(DeedForm):
    text = forms.CharField(
        label=gettext_lazy("Message"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


class DecisionForm(DeedForm):
    """What is said with a decision: a comment, or why not, or why another way."""

    text = forms.CharField(
        label=gettext_lazy("Comment or reason"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Whoever asked reads it. A rejection and another choice of keys need one."),
    )
    way = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)


class DelegationForm(DeedForm):
    deputy = forms.EmailField(label=gettext_lazy("Who decides for you (e-mail)"), max_length=254)
    since = DayField(label=gettext_lazy("From"))
    until = DayField(label=gettext_lazy("Until"))

    def __init__(self, data=None, *, person):
        super().__init__(data)
        self.person = person

    def clean_deputy(self):
        """The deputy; who delegates nothing does not learn by this who is in the register."""
        try:
            refuse_nothing_in_charge(self.person)
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None
        person = Person.objects.active().with_address(self.cleaned_data["deputy"]).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person


class JobForm(DeedForm):
    """A step of a cutting job; ``reason`` is for one more key than the symbol may have."""

    do = forms.CharField(max_length=10)
    job = forms.IntegerField(min_value=1, max_value=2**31)
    reason = forms.CharField(max_length=200, required=False)
