"""Who stands at a desk: looked up by what the clerk types, or added to the register."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.deeds import DeedForm
from accounts.models import Affiliation, Person
from accounts.operations import register
from keysite.ledger import Refusal

MOST_MATCHES = 8


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


class TakerForm(DeedForm):
    """Who takes what is in the basket; of several people that are meant, the first few are kept to choose from."""

    person = forms.CharField(
        label=gettext_lazy("Person"),
        max_length=254,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": gettext_lazy("E-mail, number or name")}
        ),
    )
    borrower = forms.ModelChoiceField(queryset=None, required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, clerk, **kwargs):
        super().__init__(data, **kwargs)
        self.clerk, self.matches, self.has_more_matches = clerk, [], False
        people = Person.objects.visible_to(clerk).for_list()
        self.fields["borrower"].queryset = people.select_related("affiliation__loan_term", "department")
        self.newcomer = NewPersonForm(data if "register" in self.data else None, prefix="new")

    def clean(self):
        values = super().clean()
        if "register" in self.data:
            values["borrower"] = self.newcomer.registered(by=self.clerk)
        elif values.get("borrower") is None and values.get("person"):
            values["borrower"] = self._looked_up(values["person"])
        return values

    @property
    def taker(self):
        """The person the basket is for, once that is clear."""
        return getattr(self, "cleaned_data", {}).get("borrower")

    def require_taker(self, sentence=""):
        if self.taker is None and not self.errors:
            self.add_error("person", sentence or _("Say who takes it: an e-mail address, a number or a name."))

    def _looked_up(self, text):
        """The one person the text means, if it is one."""
        people = Person.objects.visible_to(self.clerk).for_list()
        exact = people.with_address(text) if "@" in text else people.with_identifier(text)
        matches = list(exact[:2]) or list(people.search(text)[: MOST_MATCHES + 1])
        if len(matches) == 1:
            return matches[0]
        self.matches = matches[:MOST_MATCHES]
        self.has_more_matches = len(matches) > MOST_MATCHES
        return None
