"""How any form does its deed once."""

import secrets

from django import forms

from accounts.operations import once
from keysite.ledger import Refusal


def new_once():
    return secrets.token_urlsafe(16)


class DeedForm(forms.Form):
    """A form that does one deed, once, however often it is sent; a refused one keeps what was typed."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64, initial=new_once)

    def perform(self, *, owner, deed):
        """Do ``deed``, which gives back the address of the page that says what was done; None when it is refused.

        ``owner`` names who sent the form (a person, a kiosk, a browser), so that one-time keys are not shared.
        """
        values = {name: self.data.getlist(name) for name in self.data if name not in {"csrfmiddlewaretoken", "once"}}
        values |= {name: [file.name, file.size] for name, file in self.files.items()}
        try:
            return once(key=self.cleaned_data["once"], owner=owner, values=values, deed=deed)
        except Refusal as refusal:
            self.refuse(refusal)
            self.data = self.data.copy()
            self.data["once"] = new_once()
            return None

    def refuse(self, refusal):
        """Show why the deed is refused; a form that knows the field at fault shows it there."""
        self.add_error(None, str(refusal))
