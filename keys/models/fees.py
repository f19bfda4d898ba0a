"""What it costs when a key does not come back as it went."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, KeyLevel
from keysite.ledger import kept_history


class Event(models.TextChoices):
    LOST = "lost", _("Key lost")
    BROKEN = "broken", _("Key broken")
    KEPT = "kept", _("Not returned when leaving")


def money(amount):
    """An amount in the institution's currency, as people read it."""
    return f"{number_format(amount, decimal_pos=2, force_grouping=True)} {settings.CURRENCY}"


class FeeRuleQuerySet(models.QuerySet):
    def current(self):
        return self.filter(ended_at__isnull=True)

    def ended(self):
        return self.filter(ended_at__isnull=False)

    def in_force(self, *, at):
        """The rules as they were at this moment."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), since__lte=at)

    def for_case(self, event, *, level, affiliation, at):
        """The rules of then that fit, the one that counts first: who names the affiliation before who names the
        level."""
        fits = Q(level__isnull=True) | Q(level=level)
        fits &= Q(affiliation__isnull=True) | Q(affiliation=affiliation)
        named = [F("affiliation_id").asc(nulls_last=True), F("level").asc(nulls_last=True)]
        return self.in_force(at=at).filter(fits, event=event).order_by(*named, "-pk")

    def same_case(self, rule):
        """Current rules about just what ``rule`` is about."""
        return self.current().filter(event=rule.event, level=rule.level, affiliation=rule.affiliation_id)

    def for_list(self):
        return self.select_related("affiliation").order_by("event", "level", "affiliation__name", "pk")


class FeeRule(models.Model):
    """What an event costs for a key of a level and people of an affiliation; without them: for any.

    It holds for what happens while it is in force: another amount is another rule.
    """

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
    since = models.DateTimeField(_("since"), editable=False)
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
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("since")), name="feerule_ends_after_it_began"
            ),
        ]

    def __str__(self):
        parts = [self.get_event_display()]
        parts += [self.get_level_display()] if self.level is not None else []
        parts += [str(self.affiliation)] if self.affiliation_id else []
        return " · ".join(str(part) for part in parts)

    @property
    def fee(self):
        return money(self.amount)
