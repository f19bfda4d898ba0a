"""What happened to a loan on its way: later due dates, and steps of the reminder ladder."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from keysite.ledger import kept_history


class RenewalQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Those of the loans that ``person`` may see."""
        return (
            self.filter(loan__in=_loans().visible_to(person)) if person.has_perm("keys.view_renewal") else self.none()
        )

    def search(self, text):
        """Those of the loans that ``text`` means."""
        return self.filter(loan__in=_loans().search(text))

    def for_list(self):
        return self.select_related("loan__key__symbol", "loan__borrower", "by").order_by("-at", "-pk")


def _loans():
    """All loans; their module is above this one."""
    return Renewal._meta.get_field("loan").related_model.objects


class Renewal(models.Model):
    """A later due date that was agreed; the loan's own due date is always the last one."""

    loan = models.ForeignKey("keys.Loan", models.PROTECT, related_name="renewals", verbose_name=_("loan"))
    at = models.DateTimeField(_("renewed"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("by"))
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    old_due_at = models.DateTimeField(_("was due"))
    new_due_at = models.DateTimeField(_("now due"))
    why = models.CharField(_("why"), max_length=200, blank=True)
    objects = RenewalQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("renewal"), _("renewals")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="renewal_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(new_due_at__gt=F("old_due_at")), name="renewal_makes_it_later")
        ]

    def __str__(self):
        return f"{self.loan} → {self.new_due_at:%Y-%m-%d}"


class Reminder(models.Model):
    """A step of the ladder that a loan has reached: what makes each step happen once per due date."""

    loan = models.ForeignKey("keys.Loan", models.PROTECT, related_name="reminders")
    due_at = models.DateTimeField(_("due"))
    step = models.SmallIntegerField(_("step"), help_text=_("Days overdue; -1 for due soon."))
    at = models.DateTimeField(_("reached"))

    class Meta:
        verbose_name, verbose_name_plural = _("reminder"), _("reminders")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["loan", "due_at", "step"], name="reminder_once_per_due_date_and_step")
        ]

    def __str__(self):
        return f"{self.loan} · {self.step}"
