"""What is asked before something happens to a ticket, whatever page it is done from."""

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Asset
from keysite.console.changes import history_of
from keysite.console.fields import Amount, Asking, Check, Choice, Day, Few, Moment, Number, Row, Text, Words
from tickets.models import Category, Link, Priority, Status, Team, Ticket
from tickets.operations import Stale

MOST_CHANGES = 10


def at_work():
    """Whoever may be given a ticket."""
    return Person.objects.allowed("tickets.work").for_list()


class CategoryField(Few):
    """A category that is offered, with what it is a part of."""

    def __init__(self, **options):
        super().__init__(Category, **options)

    def label_from_instance(self, category):
        return category.path


class TechnicianField(Few):
    """Somebody who works on tickets: known to everybody who may give them one."""

    def __init__(self, **options):
        super().__init__(Person, **options)


class OnTicket(Asking):
    """What is done to a ticket as it was shown: a form about another version of it is refused, and says what is new."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**31 - 1)

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        for field in self.fields.values():
            if isinstance(field, CategoryField):
                field.queryset = Category.objects.in_use().for_list()
            if isinstance(field, TechnicianField):
                field.queryset = at_work()
        if row is None:  # many at once: each as it is
            del self.fields["version"]
        else:
            self.initial["version"] = row.version

    def clean(self):
        values = super().clean()
        if "version" in self.errors:
            del self.errors["version"]
            self.add_error(None, _now("This page has expired. Look at the ticket and send it again."))
            self._show_again(self.row.version)
        return values

    def refuse(self, refusal):
        super().refuse(refusal)
        if isinstance(refusal, Stale):
            for sentence in _changes_since(refusal.ticket, self.cleaned_data["version"]):
                self.add_error(None, sentence)
            self._show_again(refusal.ticket.version)

    def _show_again(self, version):
        self.data = self.data.copy()
        self.data["version"] = version


def _changes_since(ticket, version):
    """Who has done what to the ticket since it was in this version, the last first."""
    rows = history_of(Ticket).filter(id=ticket.pk, version__gt=version)[:MOST_CHANGES]
    for row in rows:
        when = date_format(timezone.localtime(row.history_date), "SHORT_DATETIME_FORMAT")
        who = str(row.history_user or _now("the clock"))
        words = {"who": who, "when": when, "reason": row.history_change_reason, "status": Status(row.status).label}
        yield _now("%(who)s, %(when)s: %(reason)s (%(status)s).") % words


class Unasked(OnTicket):
    """Nothing but a click."""


class Reason(OnTicket):
    reason = Text(label=_("Why"), max_length=500, help_text=_("The reporter reads it."))


class Why(OnTicket):
    """For staff and the history."""

    reason = Text(label=_("Why"), max_length=200)


class Assigning(OnTicket):
    technician = TechnicianField(label=_("Technician"), required=False)
    team = Few(Team, label=_("Team"), required=False)

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        if row is not None:
            self.initial |= {"technician": row.technician_id, "team": row.team_id}


class Accepting(Assigning):
    category = CategoryField(label=_("Category"), required=False, help_text=_("Empty: as it was reported."))
    priority = Choice(
        label=_("Priority"), required=False, choices=[("", _("That of the category")), *Priority.choices], initial=""
    )
    due_at = Moment(label=_("Due"), required=False, help_text=_("Empty: as the category says."))
    field_order = ["category", "technician", "team", "priority", "due_at"]

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        if row is not None:
            self.initial["category"] = row.category_id

    def asked(self):
        values = super().asked()
        return values | {"priority": int(values["priority"]) if values["priority"] else None}


class Stalling(Reason):
    reason = Text(label=_("What it waits for"), max_length=500, help_text=_("The reporter reads it."))
    wake_on = Day(label=_("Look at it again on"))


class Working(OnTicket):
    minutes = Number(label=_("Minutes"), min_value=0, help_text=_("How long it took; 0 is an answer."))
    parts = Text(label=_("Parts"), max_length=500, required=False)
    cost = Amount(label=_("Cost"), max_digits=9, decimal_places=2, min_value=0, required=False)


class Entering(Working):
    note = Text(label=_("Note"), max_length=500, required=False)


class Resolving(Working):
    note = Words(label=_("What was done"), max_length=2000, help_text=_("The reporter reads it."))
    field_order = ["note", "minutes", "parts", "cost"]


class Replying(OnTicket):
    text = Words(label=_("Public reply"), max_length=5000, help_text=_("The reporter and whoever watches read it."))


class Noting(OnTicket):
    text = Words(label=_("Internal note"), max_length=5000, help_text=_("Only staff read it; the reporter never does."))


class OneOf(Asking):
    """One of the rows that belong to the ticket."""

    name = ""
    chosen = Choice()

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.person = person
        self.rows = {str(one.pk): one for one in self.of(row)} if row else {}
        self.fields["chosen"].choices = [(key, self.words(one)) for key, one in self.rows.items()]

    def of(self, ticket):
        raise NotImplementedError

    def words(self, one):
        return str(one)

    def asked(self):
        values = super().asked()
        return {self.name: self.rows[values.pop("chosen")]} | values


class Ticking(OneOf):
    name = "check"
    chosen = Choice(label=_("What was checked"))
    done = Check(label=_("It is done"), initial=True)

    def of(self, ticket):
        return ticket.checks.all()

    def words(self, one):
        return f"✓ {one.text}" if one.done_at else one.text


class Helping(Asking):
    person = TechnicianField(label=_("Technician"))

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.fields["person"].queryset = at_work()


class HelpingNoMore(OneOf):
    name = "helper"
    chosen = Choice(label=_("Technician"))

    def of(self, ticket):
        return ticket.helpers.select_related("person")

    def words(self, one):
        return one.person.name or one.person.email


class Merging(OnTicket):
    into = Row(Link, "other", label=_("Goes on in"))


class Linking(OnTicket):
    other = Row(Link, "other", label=_("Belongs together with"))


class Unlinking(OneOf):
    name = "link"
    chosen = Choice(label=_("Link"))

    def of(self, ticket):
        return Link.objects.of(ticket).removable().between(Ticket.objects.visible_to(self.person))

    def words(self, one):
        return f"{one.get_kind_display()}: {one.other if one.ticket_id == self.row.pk else one.ticket}"


class MakingAsset(OnTicket):
    name = Text(
        label=_("Name"), max_length=200, required=False, help_text=_("Empty: what the reporter wrote where it is.")
    )
    model = Row(Asset, "model", required=False)
    tag = Text(label=_("Tag"), max_length=40, required=False, help_text=_("Empty: the next number."))
    serial = Text(label=_("Serial number"), max_length=100, required=False)
