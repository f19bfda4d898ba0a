"""What people are charged for keys that do not come back as they went."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, KeyLevel, Person
from keys.models.loans import Loan
from keys.models.rekeyings import RekeyedDoor
from keysite.ledger import kept_history
from keysite.search import among


class Event(models.TextChoices):
    LOST = "lost", _("Key lost")
    BROKEN = "broken", _("Key broken")
    KEPT = "kept", _("Not returned when leaving")


class FeeRuleQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)

    def for_case(self, event, *, level, affiliation):
        """The rules that fit, the one that counts first: who names the affiliation before who names the level."""
        fits = Q(level__isnull=True) | Q(level=level)
        fits &= Q(affiliation__isnull=True) | Q(affiliation=affiliation)
        named = [F("affiliation").asc(nulls_last=True), F("level").asc(nulls_last=True)]
        return self.current().filter(fits, event=event).order_by(*named, "-pk")

    def for_list(self):
        return self.select_related("affiliation").order_by("event", "level", "affiliation__name", "pk")


class FeeRule(models.Model):
    """What an event costs for a key of a level and people of an affiliation; without them: for any."""

    event = models.CharField(_("event"), max_length=16, choices=Event)
    level = models.PositiveSmallIntegerField(
        _("level"), choices=KeyLevel, null=True, blank=True, help_text=_("Empty: keys of any level.")
    )
    affiliation = models.ForeignKey(
        Affiliation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("affiliation"),
        help_text=_("Empty: anybody."),
    )
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = FeeRuleQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("fee rule"), _("fee rules")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "level", "affiliation"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="feerule_one_per_case",
                violation_error_message=_("There is a rule for this case already."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="feerule_costs_nothing_or_more",
                violation_error_message=_("Give an amount of 0 or more."),
            ),
            models.CheckConstraint(condition=Q(event__in=Event.values), name="feerule_event_is_known"),
        ]

    def __str__(self):
        parts = [self.get_event_display()]
        parts += [self.get_level_display()] if self.level is not None else []
        parts += [str(self.affiliation)] if self.affiliation_id else []
        return " · ".join(str(part) for part in parts)


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

    def to_invoice(self):
        return self.open().filter(invoiced_at__isnull=True)

    def invoiced(self):
        return self.open().filter(invoiced_at__isnull=False)

    def appealed(self):
        """Somebody asks that it be waived, and nobody has answered."""
        return self.open().filter(appealed_at__isnull=False, appeal_rejected_at__isnull=True)

    def to_refund(self):
        """Paid for a lost key that was found within the time, and none of its doors was rekeyed for it before."""
        time = timedelta(days=settings.REFUND_DAYS)
        found = Q(event=Event.LOST, loan__found_at__isnull=False, loan__found_at__lte=F("loan__lost_at") + time)
        rekeyed = RekeyedDoor.objects.filter(
            rekeying__losses__loan=models.OuterRef("loan"),
            done_at__isnull=False,
            done_at__lt=models.OuterRef("loan__found_at"),
        )
        return self.paid().filter(found).exclude(models.Exists(rekeyed))

    def of(self, person):
        return self.filter(person=person)

    def visible_to(self, person):
        """All for a role without scope, otherwise one's own."""
        if person.has_perms(["keys.view_charge", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def search(self, text):
        return self.filter(among("person", Person.objects.search(text)))

    def for_list(self):
        return self.select_related("person__department", "loan__key__symbol__system").order_by("-pk")


class Charge(models.Model):
    """A fee for one loan: charged, then paid or waived; a paid one is refunded when the key is found in time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="charges", verbose_name=_("person"))
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="charges", verbose_name=_("loan"))
    event = models.CharField(_("event"), max_length=16, choices=Event)
    amount = models.DecimalField(_("amount"), max_digits=9, decimal_places=2)
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
                fields=["loan", "event"], condition=Q(waived_at__isnull=True), name="charge_one_per_loan_and_event"
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
                condition=Q(appeal_rejected_at__isnull=True, appeal_rejected_by__isnull=True)
                | Q(appeal_rejected_at__isnull=False, appeal_rejected_by__isnull=False),
                name="charge_appeal_rejected_by_someone",
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
    def status(self):
        if self.waived_at:
            return _("Waived")
        if self.refunded_on:
            return _("Refunded")
        if self.paid_on:
            return _("Paid")
        return _("Invoiced") if self.invoiced_at else _("Charged")
