"""Who leaves, and what they still hold or are in charge of."""

from typing import NamedTuple

from django.db import models
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.models import Department, Person
from assets.models import Assignment, BuildingManager, Reservation
from keys.models.charges import Charge
from keys.models.fees import Event
from keys.models.loans import Loan
from keys.models.requests import KeyRequest
from keysite.ledger import kept_history
from keysite.search import among

LEAVING_STEPS = (-14, -7, 0, 3)  # days after the last day
THINGS_SAID = {
    "keys": ngettext_lazy("%(n)d key", "%(n)d keys", "n"),
    "assets": ngettext_lazy("%(n)d asset", "%(n)d assets", "n"),
    "fees": ngettext_lazy("%(n)d fee that is not invoiced", "%(n)d fees that are not invoiced", "n"),
    "requests": ngettext_lazy("%(n)d key request", "%(n)d key requests", "n"),
    "reservations": ngettext_lazy("%(n)d reservation", "%(n)d reservations", "n"),
    "buildings": ngettext_lazy("%(n)d building to hand over", "%(n)d buildings to hand over", "n"),
    "departments": ngettext_lazy("%(n)d department to hand over", "%(n)d departments to hand over", "n"),
    "sponsored": ngettext_lazy("%(n)d person to answer for", "%(n)d people to answer for", "n"),
}


class Things(NamedTuple):
    """A kind of what has to be settled before somebody leaves; ``person`` names the field that says whose it is, and
    ``since`` the one that says from when on, where anything does.
    """

    rows: models.QuerySet
    person: str
    since: str = ""

    def of(self, person):
        return self.rows.filter(**{self.person: person})

    def newer_of(self, person, moment):
        """None where nothing says from when on."""
        return self.of(person).filter(**{f"{self.since}__gt": moment}) if self.since else self.rows.none()


def things_of_leavers(last_day):
    """All that is open, by kind; ``last_day`` is the last day of whoever it belongs to, a value or a reference.

    A key that does not come back is settled by a charge that stands and is paid or invoiced: for keeping it, or for
    losing or breaking it as long as it is not found; an appointment by an end that is not after the last day, or by
    naming somebody else.
    """
    settled = Charge.objects.standing().filter(loan=OuterRef("pk")).exclude(invoiced_at=None, paid_on=None)
    # A key that was charged for as kept is not charged for again when it is lost: then, too, this is enough.
    settled = settled.filter(Q(event=Event.KEPT) | Q(loan__lost_at__isnull=False, loan__found_at__isnull=True))
    goes_on = Q(until__isnull=True) | Q(until__gt=last_day)
    answers = Person.objects.active().filter(Q(leaves_on__isnull=True) | Q(leaves_on__gt=last_day))
    requests = KeyRequest.objects.filter(ended_at=None).exclude(status="draft")
    return {
        "keys": Things(Loan.objects.active().exclude(Exists(settled)), "borrower", "out_at"),
        "assets": Things(Assignment.objects.apart(), "person", "out_recorded_at"),
        "fees": Things(Charge.objects.to_invoice(), "person", "charged_at"),
        "requests": Things(requests, "person", "submitted_at"),
        "reservations": Things(Reservation.objects.live(), "person", "reserved_at"),
        "buildings": Things(BuildingManager.objects.filter(goes_on), "person", "since"),
        "departments": Things(Department.objects.standing(), "head"),
        "sponsored": Things(answers, "sponsor"),
    }


class SeparationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(cleared_at__isnull=True)

    def over(self, *, on):
        """Not cleared although the last day is over."""
        return self.open().filter(leaves_on__lt=on)

    def moved(self):
        """The person's last day is another by now, or there is none."""
        same = Person.objects.filter(pk=OuterRef("person"), leaves_on=OuterRef("leaves_on"))
        return self.open().exclude(Exists(same))

    def cleared(self):
        return self.filter(cleared_at__isnull=False, waived_reason="")

    def waived(self):
        return self.filter(cleared_at__isnull=False).exclude(waived_reason="")

    def last_waived(self):
        """When the last of them was cleared, if something was open; null when nothing was."""
        last = self.filter(cleared_at__isnull=False).order_by("-cleared_at", "-pk")
        return last.values_list(Case(When(~Q(waived_reason=""), then=F("cleared_at"))))[:1]

    def to_clear(self):
        """Nothing is open any more, and nobody has said so yet."""
        return self.open().exclude(self._something())

    def with_something_open(self):
        return self.open().filter(self._something())

    def _something(self):
        kinds = things_of_leavers(OuterRef("leaves_on")).values()
        found = Q()
        for things in kinds:
            found |= Q(Exists(things.of(OuterRef("person"))))
        return found

    def with_counts(self):
        """Annotates ``with_keys``, ``with_assets`` and so on: how much of each kind is open."""
        counts = {}
        for kind, things in things_of_leavers(OuterRef("leaves_on")).items():
            theirs = things.of(OuterRef("person")).order_by().values(things.person)
            counts[f"with_{kind}"] = Coalesce(Subquery(theirs.annotate(number=Count("pk")).values("number")), 0)
        return self.annotate(**counts)

    def visible_to(self, person):
        return self if person.has_perm("keys.view_separation") else self.none()

    def search(self, text):
        return self.filter(among("person", Person.objects.search(text)))

    def for_list(self):
        return self.select_related("person__department", "cleared_by").order_by("leaves_on", "pk")


class Separation(models.Model):
    """Somebody leaves: what they hold comes back or is handed over before they are cleared, or that is waived."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="separations", verbose_name=_("person"))
    leaves_on = models.DateField(_("last day"))
    begun_at = models.DateTimeField(_("begun"))
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    cleared_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cleared by")
    )
    waived_reason = models.CharField(_("why cleared although something is open"), max_length=500, blank=True)
    history = kept_history()
    objects = SeparationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("separation"), _("separations")
        ordering = ["leaves_on", "pk"]
        permissions = [
            ("clear_person", "Can clear people who leave"),
            ("waive_clearance", "Can clear people who leave although something is open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(cleared_at__isnull=True), name="separation_one_open_per_person"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at__isnull=True, cleared_by__isnull=True, waived_reason="")
                | Q(cleared_at__isnull=False, cleared_by__isnull=False),
                name="separation_cleared_by_someone",
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.leaves_on}"

    @property
    def is_open(self):
        return self.cleared_at is None

    def things(self):
        """What is open of each kind."""
        return {kind: things.of(self.person_id) for kind, things in things_of_leavers(self.leaves_on).items()}
