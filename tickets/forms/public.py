"""What somebody fills in who reports a fault, or follows one by a secret address."""

import time

from django import forms
from django.conf import settings
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AddressField, DeedForm
from keysite import images
from keysite.ledger import Refusal
from tickets.forms.proof import ProofField, spend
from tickets.models import Category

BEGAN = signing.Signer(salt="report-began")
LEAST_SECONDS = 3  # nobody fills in the form faster than that


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Some photos; cleaned, they are pictures made anew from what was sent."""

    widget = ManyFiles

    def __init__(self, **kwargs):
        widget = ManyFiles(attrs={"accept": images.ACCEPT, "multiple": True})
        said = gettext_lazy("Up to five: JPEG, PNG or WebP, 5 MB each. Where they were taken is not kept.")
        super().__init__(**{"required": False, "widget": widget, "help_text": said} | kwargs)

    def clean(self, data, initial=None):
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > 5:
            raise forms.ValidationError(_("Send at most %(most)s photos at once.") % {"most": 5})
        try:
            return [images.read(super(PhotosField, self).clean(file, initial)) for file in files]
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal)) from None


def new_began():
    return BEGAN.sign(str(int(time.time())))


class GuardedForm(DeedForm):
    """An open form: nobody fills it in within three seconds, and nobody who sees it fills in the trap.

    Where ``REPORT_PROOF`` is set, the browser of whoever is not signed in has done some work first.
    """

    website = forms.CharField(
        label=gettext_lazy("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    began = forms.CharField(required=False, widget=forms.HiddenInput, initial=new_began)

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, **kwargs)
        if settings.REPORT_PROOF and person is None:
            self.fields["proof"] = ProofField()

    def clean(self):
        proof = self.cleaned_data.get("proof")
        if proof and not spend(proof, self.cleaned_data.get("once")):
            raise forms.ValidationError(_("This form was sent already. Open the page anew and send it again."))
        if self.cleaned_data.get("website"):
            raise forms.ValidationError(_("Leave “Leave this empty” empty: it is there to catch programs."))
        try:
            began = int(BEGAN.unsign(self.cleaned_data.get("began", "")))
        except (signing.BadSignature, ValueError):
            raise forms.ValidationError(_("This form is incomplete. Open the page anew and send it again.")) from None
        if time.time() - began < LEAST_SECONDS:
            raise forms.ValidationError(_("That was very quick. Look over it once more, and send it again."))
        return self.cleaned_data


class ReportForm(GuardedForm):
    """What is broken, where, and whom to answer; nothing else of a ticket can be set by it."""

    title = forms.CharField(
        label=gettext_lazy("What is broken?"),
        max_length=120,
        help_text=gettext_lazy("In a few words, such as “the projector stays dark”."),
        error_messages={"required": gettext_lazy("Say in a few words what is broken.")},
    )
    place_in_words = forms.CharField(
        label=gettext_lazy("Where is it?"),
        max_length=200,
        help_text=gettext_lazy("Building and room, and what it stands next to."),
        error_messages={"required": gettext_lazy("Say where it is.")},
    )
    category = forms.ModelChoiceField(
        label=gettext_lazy("What sort of thing is it?"),
        queryset=Category.objects.none(),
        required=False,
        empty_label=gettext_lazy("I do not know"),
        error_messages={"invalid_choice": gettext_lazy("Choose one of the list, or “I do not know”.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What else should we know?"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(label=gettext_lazy("Photos"))
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = AddressField(help_text=gettext_lazy("We send you a link under which you follow the repair and answer."))
    field_order = ["title", "place_in_words", "category", "description", "photos", "name", "address"]

    def __init__(self, *args, known_place=False, person=None, **kwargs):
        super().__init__(*args, person=person, **kwargs)
        self.fields["category"].queryset = Category.objects.in_use().for_list()
        if known_place:
            del self.fields["place_in_words"]
        if person:
            del self.fields["name"], self.fields["address"]


class MeTooForm(GuardedForm):
    """Somebody has the same fault."""

    ticket = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    address = AddressField()

    def __init__(self, *args, person=None, **kwargs):
        super().__init__(*args, person=person, **kwargs)
        if person:
            del self.fields["address"]


class FollowForm(DeedForm):
    """A word, or a decision, of somebody who follows a ticket; ``version`` is the one that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)
    text = forms.CharField(label="", max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    photos = PhotosField(label=gettext_lazy("Photos"))
