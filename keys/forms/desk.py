"""What the clerk scans and types at the desk, with a queue waiting."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm
from accounts.models import Affiliation, LoanTerm, Person, Trust
from accounts.operations import register
from keys.forms.fields import KeysField, KeysForm
from keys.forms.loans import DayField
from keys.models import Loan
from keysite.ledger import Refusal

MOST_MATCHES = 8


class ReturnForm(KeysForm):
    """One scan takes the key back, from whoever has it."""

    keys = KeysField(
        label=gettext_lazy("Key that comes back"),
        widget=forms.TextInput(attrs={"class": "scan", "autocomplete": "off", "spellcheck": "false"}),
    )
    condition = forms.ChoiceField(
        label=gettext_lazy("Condition"), choices=Loan.Condition, required=False, initial=Loan.Condition.GOOD
    )

    def clean_condition(self):
        return self.cleaned_data["condition"] or Loan.Condition.GOOD


class LoanForm(DeedForm):
    """A click on one loan of a list."""

    loan = forms.ModelChoiceField(queryset=None, widget=forms.HiddenInput)

    def __init__(self, *args, clerk, **kwargs):
        super().__init__(*args, **kwargs, auto_id=False)  # a list has many of these
        self.fields["loan"].queryset = Loan.objects.visible_to(clerk).for_list()


class NewPersonForm(forms.Form):
    """Somebody who is not in the register yet."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100)
    affiliation = forms.ModelChoiceField(label=gettext_lazy("Affiliation"), queryset=Affiliation.objects.all())
    identifier = forms.CharField(
        label=gettext_lazy("Identifier"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("University or staff number."),
    )

    def registered(self, *, by):
        """The person, new or known by this address; None while something is wrong with what was typed."""
        if not self.is_valid():
            return None
        try:
            return register(by=by, **self.cleaned_data)
        except Refusal as refusal:
            self.add_error(None, str(refusal))
            return None


class DeskCheckOutForm(KeysForm):
    """Who takes which keys until when. What is typed stays; each scan is one more line."""

    keys = KeysField(required=False)
    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=254,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": gettext_lazy("E-mail, number or name")}
        ),
    )
    borrower = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)
    term = forms.ModelChoiceField(
        label=gettext_lazy("Loan term"),
        queryset=LoanTerm.objects.all(),
        required=False,
        empty_label=gettext_lazy("The person’s own"),
    )
    due_on = DayField(label=gettext_lazy("Back on"), required=False)

    def __init__(self, data=None, *, clerk, **kwargs):
        super().__init__(_without_removed(data), **kwargs)
        self.clerk, self.matches, self.answer, self.held = clerk, [], None, ()
        self.commits = bool(data) and ("check_out" in data or "take_rest" in data)
        self.takes_rest = "take_rest" in self.data
        people = Person.objects.visible_to(clerk).for_list()
        self.fields["borrower"].queryset = people.select_related("affiliation__loan_term", "department")
        self.fields["keys"].required, self.fields["keys"].passes_over = self.commits, self.takes_rest
        self.newcomer = NewPersonForm(data if "register" in self.data else None, prefix="new")

    def clean(self):
        values = super().clean()
        if "register" in self.data:
            values["borrower"] = self.newcomer.registered(by=self.clerk)
        elif values.get("borrower") is None and values.get("person"):
            values["borrower"] = self._looked_up(values["person"])
        if self.commits and values.get("borrower") is None and not self.errors:
            self.add_error("person", _("Say who takes the keys: an e-mail address, a number or a name."))
        return values

    def look(self):
        """Answer for each line and for the whole, before anything is done."""
        values = getattr(self, "cleaned_data", {})
        terms = {name: values.get(name) for name in ("term", "due_on")}
        self.answer = self.preview(borrower=values.get("borrower"), trust=Trust.STAFF, **terms)
        if self.taker:
            self.held = Loan.objects.held_by(self.taker).for_list()

    @property
    def lines(self):
        """What is in the basket, each key once; the index is that of the line as it was sent."""
        first = {line.key or line.typed: index for index, line in reversed(list(enumerate(self.fields["keys"].lines)))}
        return [(index, self.fields["keys"].lines[index]) for index in sorted(first.values())]

    @property
    def good(self):
        return [line for _index, line in self.lines if line.key and not line.problem]

    @property
    def bad(self):
        return [line for _index, line in self.lines if line.problem]

    @property
    def taker(self):
        """The person the basket is for, once that is clear."""
        return getattr(self, "cleaned_data", {}).get("borrower")

    def _looked_up(self, text):
        """The one person the text means; of several, the first few are kept to choose from."""
        people = Person.objects.visible_to(self.clerk).for_list()
        exact = people.with_address(text) if "@" in text else people.with_identifier(text)
        matches = list(exact[:2]) or list(people.search(text)[: MOST_MATCHES + 1])
        if len(matches) == 1:
            return matches[0]
        self.matches = matches[:MOST_MATCHES]
        self.has_more_matches = len(matches) > MOST_MATCHES
        return None


def _without_removed(data):
    """What was sent, less the line or the person that was taken out with a button."""
    if not data or not {"remove", "other"} & data.keys():
        return data
    data = data.copy()
    if "other" in data:
        data["borrower"] = data["person"] = ""
    data.setlist("keys", [typed for typed in data.getlist("keys") if typed != data.get("remove")])
    return data
