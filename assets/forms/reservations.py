"""What people type to ask for something, and the desk to answer."""

from datetime import UTC, datetime, time

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField, DeedForm, TimeOfDayField
from assets.models import AssetModel

OPENS = time(9)  # only what the form suggests; the desk has no opening times here


class RequestForm(DeedForm):
    """From when to when somebody wants one of a model, on the clock at the desk."""

    from_day = DayField(label=_("From"))
    from_time = TimeOfDayField(label=_("At"), initial=OPENS)
    to_day = DayField(label=_("Until"))
    to_time = TimeOfDayField(label=_("Until what time"), initial=lambda: settings.CLOSING_TIME)
    purpose = forms.CharField(
        label=_("What for"), max_length=200, required=False, help_text=_("Helps the desk to decide.")
    )

    def span(self):
        """Beginning and end as moments; a time that a clock change skips is moved on by an hour."""
        values = self.cleaned_data
        return (
            _moment(values["from_day"], values["from_time"]),
            _moment(values["to_day"], values["to_time"]),
        )


class RejectForm(DeedForm):
    """Why the desk says no."""

    reason = forms.CharField(
        label=_("Why not"), max_length=200, error_messages={"required": _("Say why: the person who asked reads this.")}
    )


class FeedForm(DeedForm):
    """For which dates a calendar program gets an address: one's own, or those of a model."""

    model = forms.ModelChoiceField(None, required=False, widget=forms.HiddenInput)

    def __init__(self, *args, for_models=False, **kwargs):
        super().__init__(*args, **kwargs, auto_id=False)
        models = AssetModel.objects.all()
        self.fields["model"].queryset = models if for_models else models.none()


def _moment(day, at):
    return datetime.combine(day, at, settings.INSTITUTION_ZONE).astimezone(UTC)
