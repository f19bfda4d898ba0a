"""What staff fill in around the list of tickets."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm
from tickets.models import SavedView


class SaveViewForm(DeedForm):
    """The list as it is now, under a name."""

    name = forms.CharField(
        label=gettext_lazy("Name of this view"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the view a name.")},
    )
    query = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
    shared = forms.BooleanField(label=gettext_lazy("Others see it, too"), required=False)


class RemoveViewForm(DeedForm):
    """One of one's own views."""

    view = forms.ModelChoiceField(
        label=gettext_lazy("Which view?"), queryset=SavedView.objects.none(), empty_label=None
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["view"].queryset = SavedView.objects.filter(person=person)
