"""What is answered to “do you still have this key?”."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DeedForm
from keys.models import Attestation
from keysite.ledger import BasketRefusal

Answer = Attestation.Answer
OWN_WORDS = {
    Answer.HAVE: _("I have it"),
    Answer.LOST: _("I lost it"),
    Answer.RETURNED: _("I gave it back"),
    Answer.NEVER: _("I never had it"),
}
OTHERS_WORDS = {
    Answer.HAVE: _("They have it"),
    Answer.LOST: _("It is lost"),
    Answer.RETURNED: _("It was given back"),
    Answer.NEVER: _("They never had it"),
}


class OwnKeysForm(DeedForm):
    """One row of choices for each key; a key without a choice waits. ``lines`` are shown, one field for each."""

    def __init__(self, data=None, *, lines):
        super().__init__(data)
        self.lines = {f"line_{line.pk}": line for line in lines}
        for name, line in self.lines.items():
            self.fields[name] = forms.ChoiceField(
                label=str(line.loan.key),
                choices=OWN_WORDS.items(),
                initial=line.answer,
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Choose one of the answers.")},
            )

    @property
    def rows(self):
        return [(line, self[name]) for name, line in self.lines.items()]

    @property
    def answers(self):
        """What was chosen and is not what was said before."""
        said = {line: self.cleaned_data[name] for name, line in self.lines.items()}
        return {line: answer for line, answer in said.items() if answer and answer != line.answer}

    def refuse(self, refusal):
        if not isinstance(refusal, BasketRefusal):
            return super().refuse(refusal)
        for line, sentence in refusal.lines.items():
            self.add_error(f"line_{line.pk}", sentence)
        return None


class OthersKeysForm(DeedForm):
    """Keys that are ticked, of those on the page, and one answer for all of them."""

    ticked = forms.ModelMultipleChoiceField(
        queryset=None,
        widget=forms.MultipleHiddenInput,
        error_messages={
            "required": _("Tick at least one key."),
            "list": _("Tick the keys in the list."),
            "invalid_choice": _("One of these keys needs no answer of yours any more. Look at the list again."),
            "invalid_pk_value": _("Tick the keys in the list."),
        },
    )
    answer = forms.ChoiceField(
        choices=OTHERS_WORDS.items(),
        widget=forms.HiddenInput,
        error_messages={"required": _("Choose an answer."), "invalid_choice": _("Choose one of the answers.")},
    )

    def __init__(self, data=None, *, lines):
        super().__init__(data)
        self.fields["ticked"].queryset = lines

    @property
    def answers(self):
        return dict.fromkeys(self.cleaned_data["ticked"], self.cleaned_data["answer"])

    @property
    def marked(self):
        """What was ticked when the form was refused, so that it still is."""
        return set(self.data.getlist("ticked")) if self.is_bound else set()
