"""Who has to agree before a key is handed over, and who did."""

from django.conf import settings
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, KeyLevel, Person, Trust
from assets.models import Building, BuildingManager
from keys.models.doors import Door
from keys.models.requests import KeyRequest
from keysite.ledger import kept_history

HEAD_FROM, OFFICE_FROM = KeyLevel.SUB_MASTER, KeyLevel.MASTER


def today():
    """The day it is at the institution."""
    return timezone.localdate(timezone=settings.INSTITUTION_ZONE)


class DelegationQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(since__lte=on, until__gte=on, ended_at__isnull=True)

    def coming(self, *, on):
        return self.filter(since__gt=on, ended_at__isnull=True)

    def over(self, *, on):
        """Their last day is past, or they were ended before it."""
        return self.filter(Q(until__lt=on) | Q(ended_at__isnull=False))

    def visible_to(self, person):
        """All for a role without scope; else one's own, and those by which one decides for somebody."""
        if person.has_perms(["keys.view_delegation", "accounts.see_everything"]):
            return self
        return self.filter(Q(person=person) | Q(deputy=person))

    def search(self, text):
        """Those from or to the people that ``text`` means."""
        people = Person.objects.search(text)
        return self.filter(Q(person__in=people) | Q(deputy__in=people))

    def for_list(self):
        return self.select_related("person", "deputy").order_by("-since", "-pk")


class Delegation(models.Model):
    """Somebody decides in another's place from one day to another, both included; what is delegated goes no further."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="delegations", verbose_name=_("person"))
    deputy = models.ForeignKey(Person, models.PROTECT, related_name="deputises", verbose_name=_("deputy"))
    since = models.DateField(_("from"))
    until = models.DateField(_("until"))
    ended_at = models.DateTimeField(_("ended before"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("delegation"), _("delegations")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="delegation_until_after_since"),
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="delegation_to_another"),
        ]

    def __str__(self):
        return f"{self.person} → {self.deputy}"


class ApprovalQuerySet(models.QuerySet):
    def needed(self):
        """Still asked for; what a later proposal does not need is left behind."""
        return self.filter(dropped_at__isnull=True)

    def open(self):
        return self.needed().filter(decided_at__isnull=True, request__status=KeyRequest.Status.SUBMITTED)

    def given(self):
        return self.needed().filter(decided_at__isnull=False, approved=True)

    def rejected(self):
        return self.filter(approved=False)

    def overdue(self, *, at):
        """Waiting for longer than it should, whether the key office is asked by now or not."""
        return self.open().filter(due_at__lte=at)

    def late(self, *, at):
        """Waiting for longer than it should, but not for whoever asked, and nobody else was asked yet."""
        return self.open().filter(due_at__lte=at, escalated_at__isnull=True, request__asked_back_at__isnull=True)

    def in_charge_of(self, person, *, trust=Trust.STAFF):
        """Those that ``person`` decides today: as manager of the building or head of the department, for one of these
        who is away, or for the key office where it is asked, where a step waits too long, and where nobody is in
        charge; the key office with a staff sign-in only. Never one's own request, nor one that one has asked for
        somebody else.
        """
        on = today()
        managers = BuildingManager.objects.current(on=on)
        rows = Q(kind=Approval.Kind.MANAGER, building__in=managers.filter(person=person).values("building"))
        rows |= Q(kind=Approval.Kind.HEAD, department__head=person) | self._stood_in_for(person, managers, on)
        if trust == Trust.STAFF and person.has_perm("keys.decide_request"):
            rows |= Q(kind=Approval.Kind.OFFICE) | Q(escalated_at__isnull=False) | self._without_anybody(on)
        return self.filter(rows).exclude(request__person=person).exclude(request__asked_by=person)

    def _stood_in_for(self, person, managers, on):
        """Those of somebody who is away; whoever asks gives nobody a say in that."""
        away = Delegation.objects.current(on=on).filter(deputy=person).values("person")
        asks = Q(person=OuterRef("request__person")) | Q(person=OuterRef("request__asked_by"))
        absent = managers.filter(person__in=away)
        theirs = absent.filter(building=OuterRef("building")).exclude(asks)
        head_asks = Q(department__head=F("request__person")) | Q(department__head=F("request__asked_by"))
        # The second condition says all; by the first, which is asked once, few rows are left to ask it of.
        rows = Q(kind=Approval.Kind.MANAGER, building__in=absent.values("building")) & models.Exists(theirs)
        return rows | Q(kind=Approval.Kind.HEAD, department__head__in=away) & ~head_asks

    def _without_anybody(self, on):
        """Where nobody is in charge but, if anybody, whoever asks."""
        asks = Q(person=OuterRef("request__person")) | Q(person=OuterRef("request__asked_by"))
        managers = BuildingManager.objects.current(on=on).filter(building=OuterRef("building"), person__is_active=True)
        alone = Q(kind=Approval.Kind.MANAGER) & ~models.Exists(managers.exclude(asks))
        leads = Q(department__head__isnull=True) | Q(department__head__is_active=False)
        leads |= Q(department__head=F("request__person")) | Q(department__head=F("request__asked_by"))
        return alone | Q(kind=Approval.Kind.HEAD) & leads

    def for_decider(self, person, *, trust=Trust.STAFF):
        """Those that ``person`` decides or has decided."""
        decides = self.model.objects.needed().in_charge_of(person, trust=trust).order_by()
        decided = self.model.objects.filter(decided_by=person).order_by()
        return self.filter(pk__in=decided.values("pk").union(decides.values("pk")))

    def visible_to(self, person):
        """All for a role without scope, otherwise those that one decides or has decided."""
        if person.has_perms(["keys.view_approval", "accounts.see_everything"]):
            return self
        return self.for_decider(person)

    def search(self, text):
        """The steps of the requests that ``text`` means."""
        return self.filter(request__in=KeyRequest.objects.search(text))

    def for_list(self):
        return self.select_related(
            "request__person__department", "request__asked_by", "building", "department", "decided_by"
        ).order_by("pk")


class Approval(models.Model):
    """One step: the manager of a building for the doors that the proposed keys open there, the head of a department,
    or the key office. ``ApprovedDoor`` says which doors it is about.
    """

    class Kind(models.TextChoices):
        MANAGER = "manager", _("Building manager")
        HEAD = "head", _("Head of the department")
        OFFICE = "office", _("Key office")

    request = models.ForeignKey(KeyRequest, models.PROTECT, related_name="approvals", verbose_name=_("request"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    asked_at = models.DateTimeField(_("asked"))
    due_at = models.DateTimeField(_("answer wanted by"))
    escalated_at = models.DateTimeField(_("key office asked, too"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    approved = models.BooleanField(_("approved"), null=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    dropped_at = models.DateTimeField(_("no longer needed"), null=True, blank=True)
    history = kept_history()
    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("approval"), _("approvals")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["building"], condition=Q(decided_at=None, dropped_at=None), name="approval_open_by_building"
            ),
            models.Index(fields=["due_at"], condition=Q(decided_at=None, dropped_at=None), name="approval_open_by_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind", "building", "department"],
                condition=Q(dropped_at=None),
                nulls_distinct=False,
                name="approval_one_per_step",
            ),
            models.CheckConstraint(
                condition=Q(kind="manager", building__isnull=False, department__isnull=True)
                | Q(kind="head", building__isnull=True, department__isnull=False)
                | Q(kind="office", building__isnull=True, department__isnull=True),
                name="approval_of_its_kind",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, approved__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, approved__isnull=False),
                name="approval_decided_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved=True) | ~Q(comment=""),
                name="approval_rejected_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.request} · {self.place}"

    @property
    def place(self):
        """Who is asked: for a building, for a department, or the key office."""
        return self.building or self.department or self.get_kind_display()


class ApprovedDoor(models.Model):
    """A door that an approval is about: one that the proposed keys opened when it was asked for."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="doors", verbose_name=_("approval"))
    door = models.ForeignKey(Door, models.PROTECT, related_name="+", verbose_name=_("door"))

    class Meta:
        verbose_name, verbose_name_plural = _("door of an approval"), _("doors of an approval")
        constraints = [models.UniqueConstraint(fields=["approval", "door"], name="approveddoor_once")]

    def __str__(self):
        return str(self.door)
