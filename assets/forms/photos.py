"""A picture of an asset, from the camera of a phone or from a file."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DeedForm
from keysite import images


class PhotoForm(DeedForm):
    """One photo at a time; what is no photo is refused by the deed."""

    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.FileInput(attrs={"accept": images.ACCEPT, "capture": "environment"}),
        help_text=_("JPEG, PNG or WebP, 5 MB at most. Where and with what it was taken is not kept."),
        error_messages={
            "required": _("Take a photo, or choose a file."),
            "empty": _("The file is empty. Choose the photo again."),
        },
    )
    caption = forms.CharField(label=_("What it shows"), max_length=200, required=False)
