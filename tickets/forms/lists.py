"""What staff fill in around the list of tickets."""

from django import forms
from django.utils.translation import gettext_lazy

from accounts.forms import DeedForm


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
    """One of ``views``, which are one's own."""

    view = forms.TypedChoiceField(label=gettext_lazy("Which view?"), coerce=int)

    def __init__(self, *args, views, **kwargs):
        super().__init__(*args, **kwargs)
        self.views = {view.pk: view for view in views}
        self.fields["view"].choices = [(view.pk, view.name) for view in views]

    def clean_view(self):
        return self.views[self.cleaned_data["view"]]
