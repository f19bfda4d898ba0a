"""What staff fill in on the page of a ticket: each form belongs to one deed and to the version that was shown."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import DayField, DeedForm
from tickets.forms.fields import AssetField, CameraField, SpaceField, TechnicianField, TicketField
from tickets.models import Category, Check, Helper, Link, Priority, Team, Ticket
from tickets.operations import Stale

BIGGEST = 2**31 - 1


class TicketForm(DeedForm):
    """A deed on a ticket as it was shown. Refused as stale, it takes the newer version: it can be sent again."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=BIGGEST)
    stale = None

    def __init__(self, *args, ticket, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.ticket, self.person = ticket, person
        self.fields["version"].initial = ticket.version
        for field in self.fields.values():
            if hasattr(field, "person"):
                field.person = person

    @property
    def values(self):
        """What was typed, without what the form itself is about."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"once", "version"}}

    @property
    def seen(self):
        return self.cleaned_data["version"]

    def refuse(self, refusal):
        if isinstance(refusal, Stale):
            self.stale = refusal.ticket
        super().refuse(refusal)

    def perform(self, *, owner, deed):
        answer = super().perform(owner=owner, deed=deed)
        if answer is None and self.stale is not None:
            self.data["version"] = self.stale.version
        return answer


def _words(label, *, most, required="", rows=3, **options):
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    messages = {"required": required} if required else {}
    return forms.CharField(
        label=label, max_length=most, required=bool(required), widget=widget, error_messages=messages, **options
    )


class AssigneesForm(TicketForm):
    """Who mends it."""

    team = forms.ModelChoiceField(
        label=gettext_lazy("Team"), queryset=Team.objects.for_list(), required=False, empty_label=gettext_lazy("None")
    )
    technician = TechnicianField(required=False)

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["team"].initial, self.fields["technician"].initial = ticket.team_id, ticket.technician


class DueField(DayField):
    """A day; what is due on it is due when the desk closes."""

    def clean(self, value):
        day = super().clean(value)
        return day and datetime.combine(day, settings.CLOSING_TIME, settings.INSTITUTION_ZONE)


class AcceptForm(AssigneesForm):
    """What staff add to a report when it will be mended."""

    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"),
        queryset=Category.objects.in_use().for_list(),
        empty_label=gettext_lazy("Choose one"),
        error_messages={"required": gettext_lazy("Choose a category.")},
    )
    priority = forms.TypedChoiceField(
        label=gettext_lazy("Priority"),
        choices=[("", gettext_lazy("As the category says")), *Priority.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    due_at = DueField(
        label=gettext_lazy("Due on"), required=False, help_text=gettext_lazy("Empty: as the category says.")
    )
    field_order = ["category", "priority", "team", "technician", "due_at"]

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, ticket=ticket, **kwargs)
        self.fields["category"].initial = ticket.category_id


class RejectForm(TicketForm):
    reason = _words(
        gettext_lazy("Why not?"),
        most=500,
        required=gettext_lazy("Say why: the reporter reads it."),
        help_text=gettext_lazy("The reporter reads this."),
    )


class StallForm(TicketForm):
    reason = _words(
        gettext_lazy("What does it wait for?"),
        most=500,
        required=gettext_lazy("Say what it waits for: the reporter reads it."),
        help_text=gettext_lazy("The reporter reads this."),
    )
    wake_on = DayField(label=gettext_lazy("Look at it again on"))


def _minutes():
    return forms.IntegerField(
        label=gettext_lazy("Minutes it took"),
        min_value=0,
        max_value=60 * 24 * 31,
        error_messages={"required": gettext_lazy("Say how many minutes it took; 0 is an answer.")},
    )


def _cost():
    return forms.DecimalField(
        label=gettext_lazy("Cost"), min_value=0, max_value=9_999_999, decimal_places=2, required=False
    )


class ResolveForm(TicketForm):
    note = _words(
        gettext_lazy("What was done?"),
        most=2000,
        required=gettext_lazy("Say what was done: the reporter reads it."),
        help_text=gettext_lazy("The reporter reads this."),
    )
    minutes = _minutes()
    parts = _words(gettext_lazy("Parts"), most=500, rows=0)
    cost = _cost()


class SendBackForm(TicketForm):
    reason = _words(gettext_lazy("What is still broken?"), most=500, required=gettext_lazy("Say what is still broken."))


class ReopenForm(TicketForm):
    reason = _words(gettext_lazy("Why is it opened again?"), most=500, required=gettext_lazy("Say why."))


class CommentForm(TicketForm):
    """Words, photos or both; which side they are on is decided by the deed, not by a field."""

    text = _words(gettext_lazy("Text"), most=5000, rows=4)
    photos = CameraField()

    def clean(self):
        values = super().clean()
        if not self.errors and not values["text"] and not values["photos"]:
            self.add_error("text", _("Write something first, or choose a photo."))
        return values


class NoteForm(CommentForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, auto_id="note_%s")
        self.fields["text"].label = _("Internal note")


class ReplyForm(CommentForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs, auto_id="reply_%s")
        self.fields["text"].label = _("Public reply")


class WorkForm(TicketForm):
    minutes = _minutes()
    parts = _words(gettext_lazy("Parts"), most=500, rows=0)
    cost = _cost()
    note = _words(gettext_lazy("What was done?"), most=500, rows=2)


class TickForm(TicketForm):
    """A line of the checklist of this ticket."""

    check = forms.ModelChoiceField(queryset=Check.objects.none(), widget=forms.HiddenInput)
    done = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, ticket=ticket, **kwargs, auto_id=False)
        self.fields["check"].queryset = ticket.checks.all()


class AddHelperForm(TicketForm):
    helper = TechnicianField(
        label=gettext_lazy("Who helps?"), error_messages={"required": gettext_lazy("Say who helps.")}
    )


class RemoveHelperForm(TicketForm):
    helper = forms.ModelChoiceField(
        label=gettext_lazy("Who helps no more?"), queryset=Helper.objects.none(), empty_label=None
    )

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, ticket=ticket, **kwargs)
        field = self.fields["helper"]
        field.queryset = ticket.helpers.select_related("person")
        field.label_from_instance = lambda helper: helper.person.name or helper.person.email


class MergeForm(TicketForm):
    into = TicketField(label=gettext_lazy("It goes on in ticket number"))


class LinkForm(TicketForm):
    other = TicketField(label=gettext_lazy("It is related to ticket number"))


class UnlinkForm(TicketForm):
    link = forms.ModelChoiceField(
        label=gettext_lazy("Which connection?"), queryset=Link.objects.none(), empty_label=None
    )

    def __init__(self, *args, ticket, person, **kwargs):
        super().__init__(*args, ticket=ticket, person=person, **kwargs)
        self.fields["link"].queryset = Link.objects.of(ticket).between(Ticket.objects.visible_to(person))


class RemoveForm(TicketForm):
    reason = _words(gettext_lazy("Why is it deleted?"), most=200, rows=0, required=gettext_lazy("Say why."))


class EditForm(TicketForm):
    """What the ticket says of itself."""

    title = _words(gettext_lazy("Title"), most=120, rows=0, required=gettext_lazy("Say in a few words what is broken."))
    description = _words(gettext_lazy("What is wrong"), most=5000, rows=4)
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"), queryset=Category.objects.in_use().for_list(), required=False
    )
    priority = forms.TypedChoiceField(label=gettext_lazy("Priority"), choices=Priority.choices, coerce=int)
    due_at = DueField(label=gettext_lazy("Due on"), required=False)
    space = SpaceField(required=False)
    asset = AssetField(required=False)
    place_in_words = _words(gettext_lazy("Place in words"), most=200, rows=0)

    def __init__(self, *args, ticket, **kwargs):
        super().__init__(*args, ticket=ticket, **kwargs)
        for name in ("title", "description", "priority", "space", "asset", "place_in_words"):
            self.fields[name].initial = getattr(ticket, name)
        self.fields["category"].initial = ticket.category_id
        self.fields["due_at"].initial = self._due_on()

    def clean_due_at(self):
        """The same day is the same moment."""
        due_at = self.cleaned_data["due_at"]
        return self.ticket.due_at if due_at and due_at.date() == self._due_on() else due_at

    def _due_on(self):
        due_at = self.ticket.due_at
        return due_at and due_at.astimezone(settings.INSTITUTION_ZONE).date()
