"""In whose hands a key is, and until when."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import Lent, LentQuerySet, Person, Trust
from keys.models.doors import Pinning
from keys.models.inventory import Key
from keys.models.keysets import Operates
from keys.models.renewals import Renewal
from keysite.ledger import kept_history
from keysite.search import among, first_found

UNDO_TIME = timedelta(minutes=10)
REVIEW_AFTER = timedelta(days=365)
ACTIVE = Q(returned_at=None, paid_on=None)


class LoanQuerySet(LentQuerySet):
    def open(self):
        """The key is not back: out, overdue, lost, or lost and paid for."""
        return self.filter(returned_at__isnull=True)

    def active(self):
        """Open and not paid for; these count against what a person may hold."""
        return self.open().filter(paid_on__isnull=True)

    def paid(self):
        return self.open().filter(paid_on__isnull=False)

    def returned(self):
        return self.filter(returned_at__isnull=False)

    def lost(self):
        return self.open().filter(lost_at__isnull=False, found_at__isnull=True)

    def unsettled(self):
        """Lost, neither paid for nor decided on: nobody gets another key in its place yet."""
        settled = self.model._meta.get_field("loss_reports").related_model.objects.settled()
        return self.lost().filter(paid_on__isnull=True).exclude(Exists(settled.filter(loan=OuterRef("pk"))))

    def running(self):
        """Still expected back: active and not lost."""
        return self.active().filter(Q(lost_at__isnull=True) | Q(found_at__isnull=False))

    def to_remind(self, *, at):
        """Not of a key that is said to be back."""
        return super().to_remind(at=at).filter(claimed_at__isnull=True)

    def claimed(self):
        return self.open().filter(claimed_at__isnull=False)

    def undoable(self, *, at):
        """Checked out or taken back so short a time ago that the desk may undo it; the newest deed first."""
        since = at - UNDO_TIME
        recent = Q(out_at__gte=since, returned_at__isnull=True, follows__isnull=True) | Q(returned_at__gte=since)
        moment = Greatest("out_at", "returned_at")  # PostgreSQL leaves out what is null
        return self.filter(recent, undone_at__isnull=True).order_by(moment.desc(), "-pk")

    def for_review(self, *, at):
        """Running for a year without renewal by staff: no loan is for ever."""
        since = at - REVIEW_AFTER
        renewed = Renewal.objects.filter(loan=OuterRef("pk"), trust=Trust.STAFF, at__gt=since)
        return self.running().filter(out_at__lte=since).exclude(Exists(renewed))

    def of(self, keys):
        return self.filter(key__in=keys)

    def opening(self, doors):
        """Loans of keys that open one of these doors now."""
        return self.filter(first_found("key", Key.objects.opening(doors).values("pk")))

    def symbols(self):
        """What is stamped on the keys of these loans."""
        return self.order_by().values("key__symbol")

    def with_redundancy(self):
        """Annotates ``is_redundant``: the key opens doors, and each of them another key of its borrower opens too."""
        doors = Pinning.objects.now().filter(keyset=OuterRef("keyset"))
        turned = Operates.objects.now().filter(symbol=OuterRef("key__symbol")).filter(Exists(doors))
        too = {"key__symbol__operates__keyset": OuterRef("keyset"), "key__symbol__operates__until": None}
        others = self.model.objects.running().filter(borrower=OuterRef(OuterRef("borrower")), **too)
        alone = turned.exclude(Exists(others.exclude(pk=OuterRef(OuterRef("pk")))))
        return self.annotate(is_redundant=~Exists(alone) & Exists(turned))

    def redundant(self):
        """Running loans of keys that their borrowers do not need.

        Among 66,000 loans that takes a second: it is asked once, and a list looks up what was found.
        """
        return self.filter(among("pk", self.running().with_redundancy().filter(is_redundant=True).order_by()))

    def borrowed_by(self, person):
        """Theirs, whether back or not."""
        return self.filter(borrower=person)

    def held_by(self, person):
        return self.active().filter(borrower=person)

    def visible_to(self, person):
        """All for a role without scope; for managers the keys to their buildings; for anybody their own."""
        if person.has_perms(["keys.view_loan", "accounts.see_everything"]):
            return self
        own = Q(borrower=person)
        if person.has_perm("keys.view_loan"):
            return self.filter(own | Q(key__in=Key.objects.visible_to(person)))
        return self.filter(own)

    def search(self, text):
        """Loans of the people and of the keys that ``text`` means."""
        return self.filter(among("borrower", Person.objects.search(text)) | among("key", Key.objects.search(text)))

    def for_list(self):
        return self.select_related(
            "key__symbol__system", "key__hook__cabinet", "borrower__department", "term"
        ).order_by("-out_at", "-pk")

    def in_short(self):
        """As a list of keys and names only, the newest first."""
        return self.select_related("key__symbol", "borrower").order_by("-out_at", "-pk")

    def by_department(self):
        """As a list by department, and in it by name."""
        people = ("borrower__department__name", "borrower__last_name", "borrower__first_name")
        return self.for_list().order_by(*people, "pk")

    def by_borrower(self):
        return self.in_short().order_by("borrower__last_name", "borrower__first_name", "pk")


class Loan(Lent):
    """One key in one person's hands, until it is back. Overdue is a question about now, not a column."""

    class Condition(models.TextChoices):
        GOOD = "good", _("Good")
        WORN = "worn", _("Worn")
        BROKEN = "broken", _("Broken")

    class Loss(models.TextChoices):
        LOST = "lost", _("Lost")
        BROKEN = "broken", _("Broken")

    key = models.ForeignKey(Key, models.PROTECT, related_name="loans", verbose_name=_("key"))
    borrower = models.ForeignKey(Person, models.PROTECT, related_name="loans", verbose_name=_("borrower"))
    term = models.ForeignKey("accounts.LoanTerm", models.PROTECT, related_name="loans", verbose_name=_("loan term"))
    out_at = models.DateTimeField(_("out"))
    out_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("handed out by")
    )
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    due_at = models.DateTimeField(_("due"))
    follows = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by", verbose_name=_("handed on from")
    )
    claimed_at = models.DateTimeField(_("said to be back"), null=True, blank=True)
    claimed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    returned_at = models.DateTimeField(_("returned"), null=True, blank=True)
    returned_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )
    condition = models.CharField(_("condition"), max_length=16, choices=Condition, blank=True)
    undone_at = models.DateTimeField(_("check-out undone"), null=True, blank=True)
    lost_at = models.DateTimeField(_("reported lost"), null=True, blank=True)
    lost_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reported by")
    )
    loss = models.CharField(_("loss"), max_length=16, choices=Loss, blank=True)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    paid_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("payment taken by")
    )
    paid_amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2, null=True, blank=True)
    paid_note = models.CharField(_("payment note"), max_length=200, blank=True)
    found_at = models.DateTimeField(_("found"), null=True, blank=True)
    found_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("found reported by")
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = LoanQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("loan"), _("loans")
        permissions = [
            ("check_out", "Can check out keys to others"),
            ("return_key", "Can take keys back"),
            ("renew", "Can renew loans"),
            ("report_lost", "Can report keys lost or broken"),
            ("record_payment", "Can record the payment for a lost key"),
            ("report_found", "Can report lost keys found"),
            ("undo", "Can undo a check-out or return"),
            ("transfer", "Can hand a loan on to another person"),
            ("export_loan", "Can export loans"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=ACTIVE, name="loan_active_by_due"),
            models.Index(fields=["due_at", "id"], name="loan_by_due"),
            models.Index(fields=["-out_at", "-id"], name="loan_newest"),
            models.Index(fields=["-out_at", "-id"], condition=ACTIVE, name="loan_active_newest"),
            models.Index(fields=["borrower"], condition=ACTIVE, name="loan_active_of"),
            models.Index(
                fields=["key"], condition=Q(loss="lost", lost_at__isnull=False, found_at=None), name="loan_exposed"
            ),
            models.Index(
                fields=["claimed_at"], condition=Q(returned_at=None, claimed_at__isnull=False), name="loan_claimed"
            ),
            models.Index(fields=["-returned_at"], condition=Q(returned_at__isnull=False), name="loan_last_returned"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(returned_at__isnull=True), name="loan_one_open_per_key"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("out_at")), name="loan_due_after_out"),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True) | Q(returned_at__gte=F("out_at")),
                name="loan_returned_after_out",
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True, condition="", returned_by__isnull=True)
                | Q(returned_at__isnull=False, condition__in=["good", "worn", "broken"]),
                name="loan_returned_in_a_condition",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(returned_at__isnull=False, undone_at=F("returned_at")),
                name="loan_undone_is_returned",
            ),
            models.CheckConstraint(
                condition=Q(claimed_at__isnull=True, claimed_by__isnull=True)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="loan_claimed_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True, loss="", lost_by__isnull=True)
                | Q(lost_at__isnull=False, loss__in=["lost", "broken"]),
                name="loan_lost_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(lost_at__isnull=True) | Q(returned_at__isnull=True) | Q(found_at__isnull=False),
                name="loan_lost_or_returned_unless_found",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, paid_note="", paid_by__isnull=True, paid_amount__isnull=True)
                | (
                    Q(paid_on__isnull=False, lost_at__isnull=False, paid_by__isnull=False)
                    & Q(paid_amount__isnull=False, paid_amount__gte=0)
                    & ~Q(paid_note="")
                ),
                name="loan_paid_lost_with_amount_and_note",
            ),
            models.CheckConstraint(
                condition=Q(found_at__isnull=True, found_by__isnull=True)
                | Q(lost_at__isnull=False, found_at__isnull=False, found_at__gte=F("lost_at")),
                name="loan_found_after_lost",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | Q(found_at__isnull=True) | Q(returned_at__isnull=False),
                name="loan_paid_is_found_by_its_return",
            ),
            models.CheckConstraint(condition=Q(trust__in=Trust.values), name="loan_trust_is_known"),
        ]

    def __str__(self):
        return f"{self.key} · {self.borrower}"

    @property
    def item(self):
        """What is lent, by the word that keys and assets share."""
        return self.key

    @property
    def holder(self):
        return self.borrower

    @property
    def is_lost(self):
        return self.is_open and self.lost_at is not None and self.found_at is None

    @property
    def is_active(self):
        return self.is_open and self.paid_on is None

    @property
    def is_running(self):
        return self.is_active and not self.is_lost

    @property
    def status(self):
        """One of five words, in the order in which they hide each other."""
        if not self.is_open:
            return _("Returned")
        if self.paid_on:
            return _("Paid")
        if self.is_lost:
            return _("Lost/Broken")
        return _("Overdue") if self.is_overdue() else _("Checked out")
