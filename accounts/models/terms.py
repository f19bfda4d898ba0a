"""How long a loan lasts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


class LoanTerm(models.Model):
    """The longest time a loan may last, and how it is renewed. There is no loan without a due date."""

    class Kind(models.TextChoices):
        DAYS = "days", _("So many days")
        CLOSING_TIME = "closing", _("Until closing time")
        CALENDAR = "calendar", _("Until the next date of its calendar")

    name = models.CharField(_("name"), max_length=64)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.DAYS)
    days = models.PositiveSmallIntegerField(_("days"), null=True, blank=True)
    renewals_allowed = models.PositiveSmallIntegerField(
        _("renewals allowed"), default=1, help_text=_("How often borrowers may renew by themselves. Staff always may.")
    )
    renewal_window_days = models.PositiveSmallIntegerField(
        _("renewable from"), default=7, help_text=_("Days before the due date from which borrowers may renew.")
    )
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("loan term"), _("loan terms")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="loanterm_one_per_name",
                violation_error_message=_("There is a loan term of this name already."),
            ),
            models.CheckConstraint(
                condition=Q(kind="days", days__isnull=False, days__gte=1, days__lte=3660)
                | Q(kind__in=["closing", "calendar"], days__isnull=True),
                name="loanterm_days_for_so_many_days_only",
                violation_error_message=_("Give 1 to 3660 days for “so many days”, and none for the other kinds."),
            ),
        ]

    def __str__(self):
        return self.name


class TermDate(models.Model):
    """A date on which all loans of a term end: the end of a semester, say."""

    term = models.ForeignKey(LoanTerm, models.PROTECT, related_name="dates", verbose_name=_("loan term"))
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=64, blank=True)
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("calendar date"), _("calendar dates")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "on"],
                name="termdate_once_per_term",
                violation_error_message=_("This date is in the calendar already."),
            ),
        ]

    def __str__(self):
        return f"{self.on:%Y-%m-%d} {self.name}".strip()


class ClosedDay(models.Model):
    """A day on which the desk is closed; no loan falls due on one."""

    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=64, blank=True)
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("closed day"), _("closed days")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["on"],
                name="closedday_once",
                violation_error_message=_("This day is listed as closed already."),
            ),
        ]

    def __str__(self):
        return f"{self.on:%Y-%m-%d} {self.name}".strip()
