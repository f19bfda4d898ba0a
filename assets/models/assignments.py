"""Who has an asset or where it is put up, and until when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Lent, LentQuerySet, Person, Trust
from assets.models.assets import Asset, Condition
from assets.models.contents import Contents
from assets.models.kits import Kit
from assets.models.places import Space
from keysite.ledger import kept_history
from keysite.search import few

OPEN = Q(returned_at__isnull=True)
EXPECTED = Q(returned_at=None, lost_at=None, part_of=None, person__isnull=False)


class Only(Func):
    """A number as the range that holds just it: so an exclusion by ranges compares it without an extension."""

    function, template = "int8range", "%(function)s(%(expressions)s, %(expressions)s, '[]')"
    output_field = BigIntegerRangeField()


class Span(Func):
    """From one moment to another, the last one left out: what ends at ten does not touch what begins at ten."""

    function = "tstzrange"
    output_field = DateTimeRangeField()


class AssignmentQuerySet(LentQuerySet):
    def open(self):
        """Not back."""
        return self.filter(OPEN)

    def returned(self):
        return self.exclude(OPEN)

    def not_over_at(self, moment):
        """Open, or ended only later."""
        return self.filter(OPEN | Q(returned_at__gt=moment))

    def apart(self):
        """Open, and with no open row of a kit to stand for them: so a member that did not come back is among them."""
        return self.open().filter(Q(part_of__isnull=True) | Q(part_of__returned_at__isnull=False))

    def handed_out_since(self, moment):
        """Written down since then as out."""
        return self.filter(out_recorded_at__gte=moment)

    def of_any(self, assets, kits):
        """Of one of ``assets``, by itself or with a kit, or of one of ``kits``."""
        return self.filter(Q(asset__in=assets) | Q(kit__in=kits))

    def not_lost(self):
        return self.filter(lost_at__isnull=True)

    def with_contents(self):
        """With what went out with each kit."""
        return self.prefetch_related("members__asset", "parts")

    def whole(self):
        """Without the members of a kit, which their kit's row stands for."""
        return self.filter(part_of__isnull=True)

    def lost(self):
        return self.open().filter(lost_at__isnull=False)

    def running(self):
        """With a person, and expected back."""
        return self.filter(EXPECTED)

    def undated(self):
        """With a person, and no date agreed."""
        return self.running().filter(due_at__isnull=True)

    def placed(self):
        """Put up in a space."""
        return self.open().whole().filter(space__isnull=False)

    def of(self, assets):
        return self.filter(asset__in=assets)

    def assigned_to(self, person):
        """Theirs, whether back or not."""
        return self.filter(person=person)

    def held_by(self, person):
        return self.open().filter(person=person)

    def missing_from_kits(self):
        """Members that did not come back with their kit."""
        return self.open().filter(part_of__returned_at__isnull=False)

    def visible_to(self, person):
        """All for a role without scope; for anybody their own, and those of the assets they may see."""
        if person.has_perms(["assets.view_assignment", "accounts.see_everything"]):
            return self
        own = Q(person=person)
        if person.has_perm("assets.view_assignment"):
            own |= Q(asset__in=Asset.objects.visible_to(person))
        return self.filter(own)

    def search(self, text):
        """Assignments to the people, and of the assets and kits, that ``text`` means."""
        people, assets = few(Person.objects.search(text)), few(Asset.objects.search(text))
        return self.filter(Q(person__in=people) | Q(asset__in=assets) | Q(kit__in=few(Kit.objects.search(text))))

    def for_list(self):
        return self.select_related(
            "asset__model", "kit", "person__department", "space__building", "term", "part_of__kit"
        ).order_by("-out_at", "-pk")


class Assignment(Lent, Contents):
    """An asset or kit with a person or in a space, until it is back.

    A kit's row stands for the hand-over; each asset that went out with it has a row of its own, ``part_of`` the
    kit's, so that an old hand-over says for ever what was in the kit then. ``out_at`` and ``returned_at`` say when
    it happened, ``out_recorded_at`` and ``returned_recorded_at`` when somebody wrote it down.
    """

    class Loss(models.TextChoices):
        LOST = "lost", _("Lost")
        MISSING = "missing", _("Missing from its kit")

    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("asset")
    )
    kit = models.ForeignKey(
        Kit, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("kit")
    )
    part_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("handed out with")
    )
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("person")
    )
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="assignments", verbose_name=_("space")
    )
    term = models.ForeignKey(
        "accounts.LoanTerm",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("loan term"),
    )
    out_at = models.DateTimeField(_("out"))
    out_recorded_at = models.DateTimeField(_("out recorded"))
    out_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed out by")
    )
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("transferred from")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_recorded_at = models.DateTimeField(_("return recorded"), null=True, blank=True)
    returned_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )
    condition = models.CharField(_("condition"), max_length=16, choices=Condition, blank=True)
    lost_at = models.DateTimeField(_("reported lost"), null=True, blank=True)
    lost_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    loss = models.CharField(_("loss"), max_length=16, choices=Loss, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = AssignmentQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("assignment"), _("assignments")
        permissions = [
            ("assign", "Can assign assets and kits"),
            ("take_back", "Can take assets and kits back"),
            ("transfer_assignment", "Can transfer an assignment to another person or space"),
            ("extend", "Can extend assignments"),
            ("report_asset_lost", "Can report assets lost, damaged or found"),
            ("export_assignment", "Can export assignments"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=EXPECTED, name="assignment_expected_by_due"),
            models.Index(fields=["-out_at", "-id"], name="assignment_newest"),
            models.Index(fields=["-out_at", "-id"], condition=OPEN & Q(part_of=None), name="assignment_open_newest"),
            models.Index(fields=["person"], condition=OPEN, name="assignment_open_of"),
            models.Index(fields=["space"], condition=OPEN, name="assignment_open_in"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["asset"], condition=OPEN, name="assignment_one_open_per_asset"),
            models.UniqueConstraint(fields=["kit"], condition=OPEN, name="assignment_one_open_per_kit"),
            ExclusionConstraint(
                name="assignment_never_in_two_hands",
                expressions=[
                    (Only("asset"), RangeOperators.OVERLAPS),
                    (Span("out_at", "returned_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(asset__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(asset__isnull=False, kit__isnull=True) | Q(asset__isnull=True, kit__isnull=False),
                name="assignment_of_asset_or_kit",
            ),
            models.CheckConstraint(
                condition=Q(part_of__isnull=True) | Q(asset__isnull=False), name="assignment_member_is_an_asset"
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, space__isnull=True) | Q(person__isnull=True, space__isnull=False),
                name="assignment_to_person_or_space",
            ),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True) | Q(due_at__gt=F("out_at")), name="assignment_due_after_out"
            ),
            models.CheckConstraint(condition=Q(out_recorded_at__gte=F("out_at")), name="assignment_recorded_after_out"),
            models.CheckConstraint(
                condition=Q(
                    returned_at__isnull=True, returned_recorded_at__isnull=True, condition="", returned_by__isnull=True
                )
                | Q(
                    returned_at__isnull=False,  # a comparison with nothing is not false, and so not refused
                    returned_recorded_at__isnull=False,
                    returned_at__gte=F("out_at"),
                    returned_recorded_at__gte=F("returned_at"),
                    condition__in=Condition.values,
                ),
                name="assignment_returned_in_a_condition",
            ),
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True, loss="", lost_by__isnull=True)
                | Q(lost_at__isnull=False, loss__in=["lost", "missing"]),
                name="assignment_lost_of_a_kind",
            ),
            models.CheckConstraint(condition=Q(trust__in=Trust.values), name="assignment_trust_is_known"),
        ]

    def __str__(self):
        return f"{self.item} · {self.holder}"

    @property
    def item(self):
        """The asset or the kit."""
        return self.asset if self.asset_id else self.kit

    @property
    def holder(self):
        """The person or the space."""
        return self.person if self.person_id else self.space

    @property
    def holder_name(self):
        """The holder in as few words as there are: a name, else an address, or the space."""
        return (self.person.name or self.person.email) if self.person_id else str(self.space)

    @property
    def is_lost(self):
        return self.is_open and self.lost_at is not None

    @property
    def is_running(self):
        return self.is_open and not self.is_lost and self.part_of_id is None and self.person_id is not None

    @property
    def status(self):
        """One of five words, in the order in which they hide each other."""
        if not self.is_open:
            return _("Returned")
        if self.is_lost:
            return _("Lost") if self.loss == self.Loss.LOST else _("Missing")
        if self.space_id:
            return _("In place")
        return _("Overdue") if self.is_overdue() else _("Assigned")
