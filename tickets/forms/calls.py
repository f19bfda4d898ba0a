"""What a clerk fills in while somebody is on the telephone."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import AddressField, TakerForm
from tickets.forms.fields import AssetField, SpaceField
from tickets.forms.public import PhotosField
from tickets.models import Category


class CallForm(TakerForm):
    """Who calls, found in the register or by a typed address; what is broken, and where."""

    address = AddressField(
        label=gettext_lazy("E-mail of somebody new"),
        required=False,
        help_text=gettext_lazy("When nobody above is meant: the answer goes there."),
    )
    name = forms.CharField(label=gettext_lazy("Name of somebody new"), max_length=200, required=False)
    title = forms.CharField(
        label=gettext_lazy("What is broken?"),
        max_length=120,
        help_text=gettext_lazy("In a few words, such as “the projector stays dark”."),
        error_messages={"required": gettext_lazy("Say in a few words what is broken.")},
    )
    space = SpaceField(required=False, help_text=gettext_lazy("Building and number, such as AH 101."))
    asset = AssetField(required=False)
    place_in_words = forms.CharField(label=gettext_lazy("Or the place in words"), max_length=200, required=False)
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"), queryset=Category.objects.in_use().for_list(), required=False
    )
    description = forms.CharField(
        label=gettext_lazy("What else is known?"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    photos = PhotosField(label=gettext_lazy("Photos"))

    def __init__(self, data=None, files=None, *, clerk, **kwargs):
        super().__init__(data, files=files, clerk=clerk, **kwargs)
        self.fields["asset"].person = clerk
        self.fields["person"].label = _("Who calls?")

    def clean(self):
        values = super().clean()
        if "other" not in self.data and not values.get("address"):
            self.require_taker(_("Say who calls: an e-mail address, a number or a name; or type a new address."))
        if not self.errors and not any(values[name] for name in ("space", "asset", "place_in_words")):
            self.add_error("place_in_words", _("Say where it is: a room, an asset tag, or the place in words."))
        return values

    @property
    def report(self):
        """What the deed is called with, besides who reports and who writes it down."""
        names = ("title", "space", "asset", "place_in_words", "category", "description")
        return {name: self.cleaned_data[name] for name in names} | {"pictures": self.cleaned_data["photos"]}

    @property
    def caller(self):
        """The person of the register, or the address and name of somebody new."""
        if self.taker:
            return {"reporter": self.taker}
        return {"address": self.cleaned_data["address"], "name": self.cleaned_data["name"]}
