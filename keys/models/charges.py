"""What people are charged for keys that do not come back as they went."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models.fees import Event, FeeRule, money
from keys.models.inventory import Key
from keys.models.loans import Loan
from keys.models.rekeyings import RekeyedDoor
from keysite.ledger import kept_history
from keysite.search import among

UNDER_APPEAL = Q(appealed_at__isnull=False, appeal_rejected_at__isnull=True)


class ChargeQuerySet(models.QuerySet):
    def open(self):
        """Neither paid nor waived."""
        return self.filter(paid_on__isnull=True, waived_at__isnull=True)

    def paid(self):
        return self.filter(paid_on__isnull=False, refunded_on__isnull=True)

    def waived(self):
        return self.filter(waived_at__isnull=False)

    def refunded(self):
        return self.filter(refunded_on__isnull=False)

    def standing(self):
        """Neither waived nor refunded."""
        return self.filter(waived_at__isnull=True, refunded_on__isnull=True)

    def to_invoice(self):
        return self.open().filter(invoiced_at__isnull=True)

    def invoiceable(self):
        """To invoice, and no appeal waits for an answer."""
        return self.to_invoice().exclude(UNDER_APPEAL)

    def invoiced(self):
        return self.open().filter(invoiced_at__isnull=False)

    def appealed(self):
        """Somebody asks that it be waived, and nobody has answered."""
        return self.open().filter(UNDER_APPEAL)

    def forgiven(self):
        """Of keys that were found, or brought back by who had left, within the time; not when a door that the key
        opened was rekeyed while it was lost, whichever report of a loss that was for.
        """
        time = timedelta(days=settings.REFUND_DAYS)
        found = Q(event=Event.LOST, loan__found_at__isnull=False, loan__found_at__lte=F("loan__lost_at") + time)
        back = Q(event=Event.KEPT, loan__returned_at__isnull=False, loan__returned_at__lte=F("charged_at") + time)
        symbol = OuterRef("loan__key__symbol")
        rekeyed = RekeyedDoor.objects.filter(
            rekeying__symbols__before=symbol,
            before__operates__symbol=symbol,
            done_at__gt=OuterRef("loan__lost_at"),
            done_at__lt=OuterRef("loan__found_at"),
        )
        return self.filter(found | back).exclude(Exists(rekeyed))

    def to_refund(self):
        """Paid, and forgiven since."""
        return self.paid().forgiven()

    def of_loan(self, loan):
        return self.filter(loan=loan)

    def total(self):
        """What they come to."""
        return self.order_by().aggregate(total=Sum("amount"))["total"] or 0

    def loans_to_charge(self):
        """Lost or broken loans for which a rule of then names a fee, and nobody was charged since; annotates
        ``fee_rule`` and ``fee``. A charge for the key that stands for another reason is enough, too.
        """
        case = {"level": OuterRef("key__symbol__level"), "affiliation": OuterRef("borrower__affiliation")}
        rules = FeeRule.objects.for_case(OuterRef("loss"), **case, at=OuterRef("lost_at"))
        of_loan = self.model.objects.of_loan(OuterRef("pk"))
        since = of_loan.filter(event=OuterRef("loss"), charged_at__gte=OuterRef("lost_at"))
        loans = Loan.objects.active().lost().exclude(Exists(of_loan.standing())).exclude(Exists(since))
        named = {"fee_rule": Subquery(rules.values("pk")[:1]), "fee": Subquery(rules.values("amount")[:1])}
        return loans.annotate(**named).filter(fee__gt=0)

    def of(self, person):
        return self.filter(person=person)

    def visible_to(self, person):
        """All for a role without scope, otherwise one's own."""
        if person.has_perms(["keys.view_charge", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def search(self, text):
        """Of the people and of the keys that ``text`` means."""
        return self.filter(among("person", Person.objects.search(text)) | Q(loan__key__in=Key.objects.search(text)))

    def for_list(self):
        return self.select_related("person__department", "loan__key__symbol__system").order_by("-pk")


class Charge(models.Model):
    """A fee for one loan: charged, then paid or waived; a paid one is refunded when the key is found in time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="charges", verbose_name=_("person"))
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="charges", verbose_name=_("loan"))
    event = models.CharField(_("event"), max_length=16, choices=Event)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)
    rule = models.ForeignKey(
        FeeRule, models.PROTECT, null=True, blank=True, related_name="charges", verbose_name=_("fee rule")
    )
    charged_at = models.DateTimeField(_("charged"))
    charged_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("charged by")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    invoiced_at = models.DateTimeField(_("invoiced"), null=True, blank=True, editable=False)
    invoiced_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    appealed_at = models.DateTimeField(_("appealed"), null=True, blank=True, editable=False)
    appeal = models.CharField(_("appeal"), max_length=1000, blank=True, editable=False)
    appeal_rejected_at = models.DateTimeField(_("appeal rejected"), null=True, blank=True, editable=False)
    appeal_rejected_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    appeal_answer = models.CharField(_("answer to the appeal"), max_length=200, blank=True, editable=False)
    paid_on = models.DateField(_("paid on"), null=True, blank=True, editable=False)
    paid_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    paid_note = models.CharField(_("receipt"), max_length=200, blank=True, editable=False)
    waived_at = models.DateTimeField(_("waived"), null=True, blank=True, editable=False)
    waived_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    waived_reason = models.CharField(_("why waived"), max_length=200, blank=True, editable=False)
    refunded_on = models.DateField(_("refunded on"), null=True, blank=True, editable=False)
    refunded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    refunded_note = models.CharField(_("refund receipt"), max_length=200, blank=True, editable=False)
    history = kept_history()
    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("charge"), _("charges")
        ordering = ["-pk"]
        permissions = [
            ("charge", "Can charge, invoice, take payment for and refund fees"),
            ("waive_charge", "Can waive fees and answer appeals"),
            ("export_charge", "Can export charges for invoicing"),
        ]
        indexes = [
            models.Index(
                fields=["-id"], condition=Q(paid_on__isnull=True, waived_at__isnull=True), name="charge_open_newest"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "event"],
                condition=Q(waived_at__isnull=True, refunded_on__isnull=True),
                name="charge_one_per_loan_and_event",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="charge_is_of_an_amount"),
            models.CheckConstraint(condition=Q(event__in=Event.values), name="charge_event_is_known"),
            models.CheckConstraint(
                condition=Q(invoiced_at__isnull=True, invoiced_by__isnull=True)
                | Q(invoiced_at__isnull=False, invoiced_by__isnull=False),
                name="charge_invoiced_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(appealed_at__isnull=True, appeal="", appeal_rejected_at__isnull=True)
                | Q(appealed_at__isnull=False) & ~Q(appeal=""),
                name="charge_appealed_in_words",
            ),
            models.CheckConstraint(
                condition=Q(appeal_rejected_at__isnull=True, appeal_rejected_by__isnull=True, appeal_answer="")
                | Q(appeal_rejected_at__isnull=False, appeal_rejected_by__isnull=False) & ~Q(appeal_answer=""),
                name="charge_appeal_rejected_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, paid_by__isnull=True, paid_note="")
                | Q(paid_on__isnull=False, paid_by__isnull=False, waived_at__isnull=True) & ~Q(paid_note=""),
                name="charge_paid_with_a_receipt",
            ),
            models.CheckConstraint(
                condition=Q(waived_at__isnull=True, waived_reason="", waived_by__isnull=True)
                | Q(waived_at__isnull=False) & ~Q(waived_reason=""),
                name="charge_waived_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(refunded_on__isnull=True, refunded_by__isnull=True, refunded_note="")
                | Q(refunded_on__isnull=False, refunded_by__isnull=False, paid_on__isnull=False) & ~Q(refunded_note=""),
                name="charge_refunded_after_it_was_paid",
            ),
        ]

    def __str__(self):
        return f"{self.loan.key} · {self.get_event_display()}"

    @property
    def is_open(self):
        return self.paid_on is None and self.waived_at is None

    @property
    def is_appealed(self):
        """Somebody has to answer."""
        return self.is_open and self.appealed_at is not None and self.appeal_rejected_at is None

    @property
    def fee(self):
        return money(self.amount)

    @property
    def status(self):
        if self.waived_at:
            return _("Waived")
        if self.refunded_on:
            return _("Refunded")
        if self.paid_on:
            return _("Paid")
        if self.is_appealed:
            return _("Under appeal")
        return _("Invoiced") if self.invoiced_at else _("Charged")
