"""Keys that are lost, and what is done about it."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import KeyLevel, Person, Trust
from assets.models import BuildingManager
from keys.models.approvals import HEAD_FROM, OFFICE_FROM, Delegation, today
from keys.models.cabinets import CabinetCount
from keys.models.doors import Door
from keys.models.exposures import ExposureQuerySet
from keys.models.inventory import Key
from keys.models.loans import Loan
from keys.models.rekeyings import Rekeying
from keys.models.symbols import openers
from keysite.ledger import kept_history
from keysite.search import among, first_found

OPEN = Q(closed_at__isnull=True)
PLANNED = Q(rekeying__isnull=True) | Q(rekeying__done_at__isnull=True, rekeying__cancelled_at__isnull=True)


class LossReportQuerySet(ExposureQuerySet):
    def open(self):
        """Neither found nor rekeyed: what the key opens is exposed."""
        return self.filter(OPEN)

    def closed(self):
        return self.exclude(OPEN)

    def undecided(self, *, on):
        """Somebody has to decide: nobody has, the day is over until which the risk was accepted, or the rekeying came
        to an end and left doors exposed.
        """
        over = Q(decision=LossReport.Decision.ACCEPT, accepted_until__lt=on)
        left = Q(decision=LossReport.Decision.REKEY) & ~Q(pk__in=self.model.objects.to_rekey().values("pk"))
        return self.open().filter(Q(decision="") | over | left)

    def decidable(self, *, on):
        """Undecided, or decided and not planned: until then it may be decided otherwise."""
        return self.open().filter(Q(rekeying=None) | Q(pk__in=self.model.objects.undecided(on=on).values("pk")))

    def accepted(self, *, on):
        return self.open().filter(decision=LossReport.Decision.ACCEPT, accepted_until__gte=on)

    def to_rekey(self):
        """It is decided so, and the rekeying is to be planned or goes on."""
        return self.open().filter(PLANNED, decision=LossReport.Decision.REKEY)

    def to_ask_about(self, *, on):
        """Undecided, and nobody was asked yet; nor is anybody where there is nothing to decide any more."""
        harmless = self.model.objects.made_harmless().values("pk")
        return self.undecided(on=on).filter(asked_at__isnull=True).exclude(pk__in=harmless)

    def late(self, *, on, asked_before):
        """Undecided for so long that the key office is asked, too; each once."""
        return self.undecided(on=on).filter(asked_at__lte=asked_before, escalated_at__isnull=True)

    def settled(self):
        """Decided, and the key has not turned up, not even later: another may be handed out in its place."""
        return self.exclude(decision="").exclude(ending=LossReport.Ending.FOUND).filter(loan__found_at=None)

    def decided_before(self):
        """Of which something was decided at any time, whether it holds or not."""
        return self.filter(pk__in=self.model.history.exclude(decision="").values("id"))

    def of(self, keys):
        return self.filter(key__in=keys)

    def opening(self, doors):
        """Of keys that open one of these doors now."""
        opening = self.filter(first_found("key__symbol", openers(doors)))
        return opening.exclude(key__retirement__in=Key.DESTROYED)

    def in_charge_of(self, person, *, trust=Trust.STAFF):
        """Those that ``person`` decides today, as the level of the key names them: below a sub-master the managers of
        the buildings it opens, for a sub-master the head of the holder's department, for masters the key office; who
        stands in for one of these; and the key office where nobody is in charge, and where nobody has decided for
        too long. Never who had the key.
        """
        on, level = today(), "key__symbol__level"
        rows = Q(**{f"{level}__lt": HEAD_FROM}) & Exists(self._managers(on, of=[person]))
        department = "loan__borrower__department"
        absent = Q(**{f"{department}__head__in": _absent(person, on), f"{department}__head__is_active": True})
        heads = Q(**{f"{department}__head": person}) | absent & ~Q(**{f"{department}__head": F("loan__borrower")})
        rows |= Q(**{f"{level}__gte": HEAD_FROM, f"{level}__lt": OFFICE_FROM}) & heads
        if trust == Trust.STAFF and person.has_perm("keys.decide_loss"):
            rows |= Q(**{f"{level}__gte": OFFICE_FROM}) | Q(escalated_at__isnull=False) | self._without_anybody(on)
        return self.filter(rows).exclude(loan__borrower=person)

    def _managers(self, on, of=None):
        """Who manages a building with a door that the key opens; ``of``: only these, and those they stand in for."""
        there = "building__doors__pinnings__"
        opened = {f"{there}until": None, f"{there}keyset__operates__until": None}
        opened[f"{there}keyset__operates__symbol"] = OuterRef("key__symbol")
        rows = BuildingManager.objects.current(on=on).filter(**opened, person__is_active=True)
        if of is not None:
            rows = rows.filter(Q(person__in=of) | Q(person__in=_absent(of[0], on)))
        return rows.exclude(person=OuterRef("loan__borrower"))

    def _without_anybody(self, on):
        alone = Q(key__symbol__level__lt=HEAD_FROM) & ~Exists(self._managers(on))
        department = "loan__borrower__department"
        headless = Q(loan=None) | Q(**{department: None}) | Q(**{f"{department}__head": None})
        headless |= Q(**{f"{department}__head__is_active": False}) | Q(**{f"{department}__head": F("loan__borrower")})
        return alone | Q(key__symbol__level=KeyLevel.SUB_MASTER) & headless

    def visible_to(self, person, *, trust=Trust.STAFF):
        """All for a role without scope and for managers those of keys to their buildings, with a staff sign-in; and
        what one decides, for who came in by a code until it is over.
        """
        if trust == Trust.STAFF and person.has_perms(["keys.view_lossreport", "accounts.see_everything"]):
            return self
        known = self.model.objects.all() if trust == Trust.STAFF else self.model.objects.open()
        rows = Q(pk__in=known.in_charge_of(person, trust=trust).values("pk"))
        if trust == Trust.STAFF and person.has_perm("keys.view_lossreport"):
            rows |= Q(key__in=Key.objects.visible_to(person))
        return self.filter(rows)

    def of_visible_keys(self, person):
        """For a page about a door, which a manager of its building may see."""
        if person.has_perms(["keys.view_key", "accounts.see_everything"]):
            return self
        return self.filter(key__in=Key.objects.visible_to(person))

    def search(self, text):
        """Of the keys, and of the people who had them, that ``text`` means."""
        return self.filter(among("key", Key.objects.search(text)) | Q(loan__borrower__in=Person.objects.search(text)))

    def in_short(self):
        """As a list of keys, who had them and what is decided, the newest first.

        Few joins: PostgreSQL took longer to plan more of them than to answer.
        """
        return self.select_related("key__symbol", "loan__borrower", "rekeying").order_by("-pk")

    def for_list(self):
        return self.select_related(
            "key__symbol__system", "loan__borrower__department", "reported_by", "decided_by", "rekeying"
        ).order_by("-pk")


def _absent(deputy, on):
    return Delegation.objects.current(on=on).filter(deputy=deputy).values("person")


class LossReport(models.Model):
    """A key is lost: an exposure of every door it opens, until it is found or those doors are rekeyed."""

    class Source(models.TextChoices):
        HOLDER = "holder", _("Reported by its holder")
        DESK = "desk", _("Reported by the desk")
        COUNT = "count", _("Missing in a count")
        CAMPAIGN = "campaign", _("Not confirmed")

    class Decision(models.TextChoices):
        REKEY = "rekey", _("Rekey")
        ACCEPT = "accept", _("Accept the risk")

    class Ending(models.TextChoices):
        FOUND = "found", _("Found")
        REKEYED = "rekeyed", _("Rekeyed")

    key = models.ForeignKey(Key, models.PROTECT, related_name="loss_reports", verbose_name=_("key"))
    loan = models.ForeignKey(
        Loan, models.PROTECT, null=True, blank=True, related_name="loss_reports", verbose_name=_("loan")
    )
    count = models.ForeignKey(
        CabinetCount, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("count")
    )
    source = models.CharField(_("how it came out"), max_length=16, choices=Source)
    reported_at = models.DateTimeField(_("reported"))
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    asked_at = models.DateTimeField(_("asked for a decision"), null=True, blank=True, editable=False)
    escalated_at = models.DateTimeField(_("key office asked, too"), null=True, blank=True, editable=False)
    circumstances = models.CharField(_("what happened"), max_length=500, blank=True)
    police_reference = models.CharField(_("police reference"), max_length=64, blank=True)
    decision = models.CharField(_("decision"), max_length=16, choices=Decision, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("decided by")
    )
    decision_reason = models.CharField(_("why so decided"), max_length=500, blank=True, editable=False)
    accepted_until = models.DateField(_("accepted until"), null=True, blank=True, editable=False)
    rekeying = models.ForeignKey(
        Rekeying,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="losses",
        verbose_name=_("rekeying"),
    )
    ending = models.CharField(_("how it ended"), max_length=16, choices=Ending, blank=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = LossReportQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("loss report"), _("loss reports")
        ordering = ["-pk"]
        permissions = [("decide_loss", "Can decide for the key office what is done about a lost key")]
        indexes = [
            models.Index(fields=["decision", "accepted_until"], condition=OPEN, name="lossreport_open"),
            models.Index(fields=["-id"], condition=OPEN, name="lossreport_open_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=OPEN, name="lossreport_one_open_per_key"),
            models.CheckConstraint(
                condition=Q(source__in=["holder", "desk", "count", "campaign"]), name="lossreport_source_is_known"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None, decided_by=None, decision_reason="")
                | Q(decision__in=["rekey", "accept"], decided_at__isnull=False, decided_by__isnull=False)
                & ~Q(decision_reason=""),
                name="lossreport_decided_by_someone_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(decision="accept", accepted_until__isnull=False)
                | ~Q(decision="accept") & Q(accepted_until__isnull=True),
                name="lossreport_accepted_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(rekeying__isnull=True) | Q(decision="rekey"), name="lossreport_rekeyed_by_decision"
            ),
            models.CheckConstraint(
                condition=Q(escalated_at__isnull=True) | Q(asked_at__isnull=False),
                name="lossreport_escalated_after_it_was_asked",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, ending="")
                | Q(closed_at__isnull=False, ending__in=["found", "rekeyed"]),
                name="lossreport_closed_with_an_ending",
            ),
        ]

    def __str__(self):
        return f"{self.key} · {self.reported_at:%Y-%m-%d}"

    @property
    def is_open(self):
        return self.closed_at is None

    @property
    def is_accepted(self):
        return self.decision == self.Decision.ACCEPT and self.accepted_until >= today()

    @property
    def is_undecided(self):
        if not self.is_open or self.is_accepted:
            return False
        return self.decision != self.Decision.REKEY or bool(self.rekeying and not self.rekeying.is_open)

    @property
    def status(self):
        """One sentence's worth: how it ended, what was decided, or that it waits."""
        if not self.is_open:
            return self.get_ending_display()
        if self.is_undecided:
            return _("Waits for a decision")
        if self.is_accepted:
            return _("Accepted until %(day)s") % {"day": date_format(self.accepted_until)}
        return _("To be rekeyed")

    @property
    def doors_then(self):
        """The doors that the key opened when it was reported."""
        return Door.objects.opened_by([self.key.symbol_id], at=self.reported_at)
