"""What the key shop chooses for a rekeying, and what it says of its doors and keys."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm
from assets.models import Building
from keys.impact import cost_of
from keys.models import Door, KeySymbol, Loan, RekeyedDoor

ALL, CRITICAL, CHOSEN = "all", "critical", "chosen"
OWN, BELOW = "own", "below"
MOST_DOORS = 200  # to tick one by one; beyond that by building


class Ticks(forms.CheckboxSelectMultiple):
    """Ticks of which each keeps what was ticked before."""


class PlanForm(DeedForm):
    """Which of the doors that a lost key opens are rekeyed, and whose keys are new."""

    which = forms.ChoiceField(
        label=gettext_lazy("Which doors"),
        choices=[
            (ALL, gettext_lazy("All doors that the key opens")),
            (CRITICAL, gettext_lazy("Critical doors only")),
            (CHOSEN, gettext_lazy("Those ticked below")),
        ],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    buildings = forms.ModelMultipleChoiceField(
        Building.objects.none(), label=gettext_lazy("Buildings"), required=False, widget=Ticks
    )
    doors = forms.ModelMultipleChoiceField(
        Door.objects.none(), label=gettext_lazy("Doors"), required=False, widget=Ticks
    )
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose keys are new"),
        choices=[
            (OWN, gettext_lazy("Keys of this symbol only; the others stay valid")),
            (BELOW, gettext_lazy("New keys for everybody below as well")),
        ],
        initial=OWN,
        widget=forms.RadioSelect,
    )
    stamp = forms.CharField(
        label=gettext_lazy("Stamp of the new symbol"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Left empty, it is called by the next free number, such as AA1-2."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why these doors are rekeyed"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why these doors are rekeyed.")},
    )

    def __init__(self, data=None, *, report):
        super().__init__(data)
        self.report = report
        opened = Door.objects.opened_by([report.key.symbol_id]).filter(electronic_only=False)
        self.opened = opened.for_list()
        self.fields["buildings"].queryset = Building.objects.filter(doors__in=opened).distinct().order_by("code")
        self.fields["doors"].queryset = self.opened
        self.fields["doors"].widget.choices = [(door.pk, str(door)) for door in self.opened[:MOST_DOORS]]
        self.fields["reason"].initial = _("Key %(key)s is lost.") % {"key": report.key}

    @property
    def chosen(self):
        """The doors that are rekeyed."""
        values = self.cleaned_data
        if values["which"] == ALL:
            return self.opened
        if values["which"] == CRITICAL:
            return self.opened.critical()
        ticked = [door.pk for door in values["doors"]]
        return self.opened.filter(building__in=values["buildings"]) | self.opened.filter(pk__in=ticked)

    @property
    def replaced(self):
        """The symbols that are replaced: the lost one, and with ``BELOW`` all others up to its level."""
        lost = self.report.key.symbol
        if self.cleaned_data["whose"] == OWN:
            return [lost]
        below = KeySymbol.objects.current().filter(level__lte=lost.level).opening(self.chosen.values("pk"))
        return [lost, *below.exclude(pk=lost.pk)]

    def foreseen(self):
        """How many doors, symbols and keys that would be, and what it would cost."""
        doors, symbols = self.chosen.count(), self.replaced
        keys = Loan.objects.running().filter(key__symbol__in=symbols, borrower__is_active=True).count()
        costs = {"cylinder_cost": settings.CYLINDER_COST, "key_cost": settings.KEY_COST}
        return {"doors": doors, "symbols": len(symbols), "keys": keys, "cost": cost_of(doors, keys, **costs)}

    def asked(self):
        """The values as the deed takes them."""
        values = self.cleaned_data
        stamps = {self.report.key.symbol_id: values["stamp"]} if values["stamp"] else {}
        plan = {"doors": list(self.chosen), "replaced": self.replaced, "reason": values["reason"], "stamps": stamps}
        return plan | {"report": self.report, "estimate": self.foreseen()["cost"]}


class RekeyingForm(DeedForm):
    """One click on the page of a rekeying: which of its doors or holders, or which doors together (``rows``: those that
    were shown), and a reason or a sum.
    """

    do = forms.CharField(max_length=16)
    row = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    rows = forms.ModelMultipleChoiceField(RekeyedDoor.objects.all(), required=False, widget=forms.MultipleHiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why nothing is rekeyed"), max_length=200, required=False, widget=forms.TextInput
    )
    cost = forms.DecimalField(
        label=gettext_lazy("What it has cost"),
        min_value=0,
        max_digits=11,
        decimal_places=2,
        required=False,
        error_messages={"invalid": gettext_lazy("Type an amount, such as 480 or 480.50.")},
    )
