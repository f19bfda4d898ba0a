"""What the clerk scans and types at the equipment desk, with a queue waiting."""

from typing import NamedTuple

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayField, Line, TakerForm
from accounts.forms.baskets import MOST_LINES
from accounts.models import LoanTerm
from assets.forms.checklists import Checklist
from assets.forms.fields import ItemsForm
from assets.models import Asset, Assignment, Condition, Kit, Space
from assets.operations import Load, Unload, preview_assign, preview_take_back
from keysite.ledger import BasketRefusal

MOST_MATCHES = 8
ONE_TIME = {"remove", "whole", "other", "all_there"}


class MomentField(forms.DateTimeField):
    """A moment in the past, when something is written down later."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    default_error_messages = {
        "invalid": gettext_lazy(
            "This is not a moment. Type it as year-month-day hour:minute, such as 2026-05-03 14:30."
        )
    }


class Entry(NamedTuple):
    """A line of the basket as it is shown: with the list of its kit, when it is due, who has it."""

    index: int
    line: Line
    checklist: Checklist | None
    due_at: object = None
    row: Assignment | None = None
    whole: Kit | None = None  # the kit that it belongs to, which goes and comes as one
    condition: str = Condition.GOOD


class DeskForm(ItemsForm):
    """A basket that grows with each scan, and the lists of the kits in it, to be checked off before it is sent.

    ``verb`` is the button that sends it. What is not checked off is named first, and has to be agreed to.
    """

    verb = ""

    def begin(self, clerk):
        self.lists, self.absorbed = {}, set()
        self.commits = bool({self.verb, "take_rest", "agreed"} & self.data.keys())
        self.takes_rest = "take_rest" in self.data or self.data.get("agreed", "").startswith("rest ")
        field = self.fields["items"]
        field.clerk, field.required, field.passes_over = clerk, self.commits, self.takes_rest

    @property
    def items_meant(self):
        """What the lines name, less what is on the list of a kit of the basket."""
        return [item for item in self.basket_field.items if item not in self.absorbed]

    @property
    def assets(self):
        return [item for item in self.items_meant if isinstance(item, Asset)]

    @property
    def kits(self):
        return [item for item in self.items_meant if isinstance(item, Kit)]

    @property
    def lines(self):
        lines = self.basket_field.once_each if self.is_bound else []
        return [(index, line) for index, line in lines if line.item not in self.absorbed or line.item is None]

    @property
    def good(self):
        return [line for _index, line in self.lines if line.item and not line.problem]

    @property
    def bad(self):
        return [line for _index, line in self.lines if line.problem]

    @property
    def has_too_many(self):
        return len(self.basket_field.lines) > MOST_LINES

    @property
    def unchecked(self):
        """What is on the lists and not checked off, in words."""
        return [check.said for checklist in self.lists.values() for check in checklist.unchecked]

    @property
    def agreement(self):
        """What the clerk agrees to leave away, so that nothing else is left away by it."""
        names = [f"{c.name}:{c.short}" for checklist in self.lists.values() for c in checklist.unchecked]
        return ("rest " if self.takes_rest else "all ") + " ".join(names)

    @property
    def is_agreed(self):
        return not self.unchecked or self.data.get("agreed") == self.agreement

    def list_kits(self, contents):
        """Make the list of each kit of the basket; a member that was scanned is checked off on it."""
        self.lists = {kit: Checklist(kit, assets, parts, self.data) for kit, (assets, parts) in contents.items()}
        for checklist in self.lists.values():
            members = {check.thing for check in checklist.checks if check.is_asset}
            for asset in members & set(self.basket_field.items):
                checklist.check_off(asset)
                self.absorbed.add(asset)


class AssignForm(TakerForm, DeskForm):
    """Who takes what until when, or where it is put up."""

    verb = "assign"
    place = forms.CharField(
        label=gettext_lazy("Space"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": gettext_lazy("Building and number")}),
    )
    space = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    due_on = DayField(label=gettext_lazy("Back on"), required=False)
    due_suggested = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    open_ended = forms.BooleanField(label=gettext_lazy("No due date"), required=False)
    term = forms.ModelChoiceField(
        label=gettext_lazy("Loan term"),
        queryset=LoanTerm.objects.all(),
        required=False,
        empty_label=gettext_lazy("As the type or the person has it"),
    )
    out_at = MomentField(
        label=gettext_lazy("Handed out at"), required=False, help_text=gettext_lazy("If it happened before now.")
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)

    def __init__(self, data=None, *, clerk, **kwargs):
        super().__init__(_changed(data), clerk=clerk, auto_id="id_out_%s", **kwargs)
        self.begin(clerk)
        self.answer, self.held, self.spaces = None, (), []
        self.fields["space"].queryset = Space.objects.visible_to(clerk).for_list()

    def clean(self):
        values = super().clean()
        self.list_kits({kit: kit.contents for kit in self.kits})
        if values.get("space") is None and values.get("place") and self.taker is None:
            values["space"] = self._space_meant(values["place"])
        if self.commits and values.get("space") is None:
            self.require_taker(_("Say who takes it, or in which space it is put up."))
        due_on = values.get("due_on")
        if values.get("open_ended") or (due_on and due_on.isoformat() == values.get("due_suggested")):
            values["due_on"] = None
        return values

    @property
    def place_taken(self):
        """The space the basket is for, once that is clear."""
        return None if self.taker else getattr(self, "cleaned_data", {}).get("space")

    @property
    def shows_more(self):
        """Whether something was typed, or is wrong, among what is tucked away."""
        names = ("open_ended", "term", "out_at", "note")
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def loads(self):
        return [Load(kit, found.assets_left, found.parts_left) for kit, found in self.lists.items()]

    @property
    def terms(self):
        """To whom, and until when."""
        values = getattr(self, "cleaned_data", {})
        agreed = {name: values.get(name) for name in ("term", "due_on", "out_at")}
        agreed["open_ended"] = bool(values.get("open_ended"))
        return agreed | {"person": self.taker, "space": self.place_taken}

    def look(self):
        """Answer for each line and for the whole, before anything is done."""
        kits = [Load(kit) for kit in self.kits]
        self.answer = preview_assign(assets=self.assets, kits=kits, **self.terms)
        verdicts = dict(self.answer.verdicts)
        for kit, checklist in self.lists.items():
            spoilt = checklist.mark(verdicts)
            if any(check.problem for check in checklist.checks) and not spoilt:
                verdicts[kit] = None
        self.basket_field.mark(verdicts)
        if self.taker:
            self.held = Assignment.objects.held_by(self.taker).apart().for_list()
        self._suggest()

    @property
    def entries(self):
        for index, line in self.lines:
            due_at = self.answer.due.get(line.item) if self.answer and line.item else None
            membership = getattr(line.item, "membership", None)
            yield Entry(index, line, self.lists.get(line.item), due_at, whole=membership and membership.kit)

    def _suggest(self):
        """Show the due date that all have, unless another one was typed."""
        if not self.is_bound or self.errors.get("due_on") or self.cleaned_data.get("due_on"):
            return
        due = {due_at for item, due_at in self.answer.due.items() if due_at} if self.answer else set()
        day = timezone.localdate(due.pop(), settings.INSTITUTION_ZONE).isoformat() if len(due) == 1 else ""
        self.data = self.data.copy()
        self.data["due_on"] = self.data["due_suggested"] = day

    def _space_meant(self, text):
        """The one space the text means; of several, the first few are kept to choose from."""
        found = list(Space.objects.visible_to(self.clerk).for_list().search(text)[: MOST_MATCHES + 1])
        if len(found) == 1:
            return found[0]
        self.spaces = found[:MOST_MATCHES]
        return None


class TakeBackForm(DeskForm):
    """What comes back, each thing in its condition."""

    verb = "take_back"
    returned_at = MomentField(
        label=gettext_lazy("Came back at"), required=False, help_text=gettext_lazy("If it happened before now.")
    )

    def __init__(self, data=None, *, clerk, **kwargs):
        super().__init__(_changed(data), auto_id="id_back_%s", **kwargs)
        self.begin(clerk)
        self.found = {}

    def clean(self):
        values = super().clean()
        self.found = preview_take_back(assets=self.assets, kits=self.kits, returned_at=values.get("returned_at"))
        rows = {kit: self.found[kit][0] for kit in self.kits}
        self.list_kits({kit: row.went_out for kit, row in rows.items() if row})
        self.basket_field.mark({item: sentence for item, (_row, sentence) in self.found.items()})
        for check in self._checks():
            check.condition = self.condition_of(check.thing)
        return values

    def coming(self):
        """The assets and kits that come back, each kit less what is missing. Refused as the lines of the basket are."""
        refused = {line.item: line.problem for line in self.bad if line.item}
        if refused and not self.takes_rest:
            raise BasketRefusal(refused)
        kits = {kit: found for kit, found in self.lists.items() if kit not in refused}
        unloads = [Unload(self.found[kit][0], found.assets_left, found.parts_left) for kit, found in kits.items()]
        return {"assets": [asset for asset in self.assets if asset not in refused], "kits": unloads}

    @property
    def conditions(self):
        return {asset: self.condition_of(asset) for asset in [*self.assets, *(c.thing for c in self._checks())]}

    @property
    def entries(self):
        for index, line in self.lines:
            row = self.found[line.item][0] if line.item in self.found else None
            whole = row.part_of.kit if row and row.part_of_id and row.part_of.is_open else None
            condition = self.condition_of(line.item) if row and row.asset_id else ""
            yield Entry(index, line, self.lists.get(line.item), None, row, whole, condition)

    def condition_of(self, asset):
        """What was chosen for it; as long as nothing was, it is as good as it went."""
        said = self.data.get(f"condition-{asset.pk}", "")
        return said if said in Condition.values else Condition.GOOD

    def _checks(self):
        return [check for checklist in self.lists.values() for check in checklist.checks if check.is_asset]


def _changed(data):
    """What was sent, less what was taken out with a button, or with the whole kit instead of one of its assets."""
    if not data or not ONE_TIME & data.keys():
        return data
    data, items = data.copy(), data.getlist("items")
    if "other" in data:
        data["borrower"] = data["person"] = data["space"] = data["place"] = ""
    gone, kit = data.get("remove"), ""
    if "whole" in data:
        kit, _colon, gone = data["whole"].partition(":")
    data.setlist("items", [typed for typed in items if typed != gone] + ([kit] if kit else []))
    return data
