"""What is typed about lost keys, and ticked and scanned before a cabinet."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayField, DeedForm, Line
from keys.forms.fields import resolve
from keys.models import Key, LossReport


class LossDecisionForm(DeedForm):
    """What is done about a lost key, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What is to be done"),
        choices=[
            (LossReport.Decision.REKEY, gettext_lazy("Rekey: which doors is planned next")),
            (LossReport.Decision.ACCEPT, gettext_lazy("Accept the risk until a day")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what is to be done: rekey, or accept the risk.")},
    )
    until = DayField(
        label=gettext_lazy("Accepted until"),
        required=False,
        help_text=gettext_lazy("That day included, a year at most. The next day you are asked again."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Say why it is so decided: it stays with the report.")},
    )

    def asked(self):
        """The values as the deed takes them; a day belongs to an accepted risk only."""
        values = {name: self.cleaned_data[name] for name in ("decision", "reason")}
        accepted = values["decision"] == LossReport.Decision.ACCEPT
        return values | {"until": self.cleaned_data["until"] if accepted else None}


class CountForm(DeedForm):
    """The keys of a cabinet that hang there, ticked or scanned; then those that nobody finds; then the deed.

    Nothing is written before somebody has seen what would be missing.
    """

    scan = forms.CharField(
        label=gettext_lazy("Scan or type a key"),
        max_length=300,
        required=False,
        widget=forms.TextInput(
            attrs={
                "class": "scan",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
                "placeholder": gettext_lazy("AA1 7, or the tag"),
            }
        ),
    )
    there = forms.ModelMultipleChoiceField(Key.objects.none(), required=False)
    missing = forms.ModelMultipleChoiceField(Key.objects.none(), required=False)

    def __init__(self, data=None, *, cabinet):
        super().__init__(data)
        self.cabinet, self.answer, self.is_good = cabinet, "", False
        for name in ("there", "missing"):
            self.fields[name].queryset = Key.objects.of_cabinet(cabinet)
        self.expected = list(Key.objects.of_cabinet(cabinet).hanging().by_hook())
        self.ticked = set()

    def clean(self):
        """Tick what was scanned; an unreadable list of ticks is an error of its own."""
        values = super().clean()
        self.ticked = set(values.get("there", []))
        if values.get("scan"):
            self._scanned(values["scan"])
            self.data = self.data.copy()
            self.data["scan"] = ""
        return values

    @property
    def step(self):
        """What was clicked: only ticked and scanned so far, asked what is missing, or said so."""
        asked = self.data.get("do", "")
        return "scan" if self.data.get("do") not in ("look", "finish") or self.answer else asked

    @property
    def rows(self):
        """Each key that should hang there, and whether it is ticked."""
        return [(key, key in self.ticked) for key in self.expected]

    @property
    def gone(self):
        """What should hang there and is not ticked."""
        return [key for key in self.expected if key not in self.ticked]

    @property
    def number(self):
        return len(self.expected) - len(self.gone)

    def _scanned(self, typed):
        line = Line(" ".join(typed.split()))
        resolve([line])
        key = line.item
        self.answer = line.problem if key is None else self._why_not(key)
        if not self.answer:
            self.is_good, self.answer = True, _("%(key)s is there.") % {"key": key}
            self.ticked.add(key)

    def _why_not(self, key):
        words = {"key": key, "cabinet": key.hook and key.hook.cabinet}
        if key.retirement == Key.Retirement.LOST:
            return _("%(key)s was retired as lost. Reinstate it in the console; then it hangs here again.") % words
        if key.retired_at:
            return _("%(key)s is retired. Put it aside for the key shop.") % words
        if key.hook is None:
            return _("%(key)s has no hook on file. Give it one in the console.") % words
        if key.hook.cabinet_id != self.cabinet.pk:
            return _("%(key)s belongs in %(cabinet)s. Take it there.") % words
        if key not in self.expected:
            return _("%(key)s is out, says the register. Take it back at the desk first.") % words
        return _("%(key)s is ticked already.") % words if key in self.ticked else ""
