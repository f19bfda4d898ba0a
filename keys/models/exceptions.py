"""Who may have more than the rules give: exceptions to the limit, and keys kept ready."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keys.models.inventory import Key
from keys.models.symbols import KeySymbol
from keysite.ledger import kept_history


class LoanExceptionQuerySet(models.QuerySet):
    def live(self, *, on):
        return self.filter(ended_at__isnull=True, expires_on__gte=on)

    def expired(self, *, on):
        return self.filter(ended_at__isnull=True, expires_on__lt=on)

    def ended(self):
        return self.filter(ended_at__isnull=False)

    def search(self, text):
        """Those of the people and of the symbols that ``text`` means."""
        people, symbols = Person.objects.search(text), KeySymbol.objects.search(text)
        return self.filter(Q(person__in=people) | Q(symbol__in=symbols))

    def visible_to(self, person):
        if person.has_perms(["keys.view_loanexception", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def for_list(self):
        return self.select_related("person", "symbol__system", "granted_by").order_by("-granted_at", "-pk")


class LoanException(models.Model):
    """Permission to hold more than one key of a symbol, up to a limit and a day (that day included)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="exceptions", verbose_name=_("person"))
    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="exceptions", verbose_name=_("key symbol"))
    limit = models.PositiveSmallIntegerField(_("limit"), default=2)
    expires_on = models.DateField(_("expires on"), help_text=_("That day included."))
    granted_at = models.DateTimeField(_("granted"))
    granted_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("granted by"))
    why = models.CharField(_("why"), max_length=200)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    objects = LoanExceptionQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("exception"), _("exceptions")
        permissions = [("grant_exception", "Can grant and end exceptions")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "symbol"],
                condition=Q(ended_at__isnull=True),
                name="exception_one_live_per_person_and_symbol",
            ),
            models.CheckConstraint(
                condition=Q(limit__gte=2, limit__lte=100),
                name="exception_limit_two_to_hundred",
                violation_error_message=_("Everybody may hold one. Give a limit from 2 to 100."),
            ),
            models.CheckConstraint(condition=~Q(why=""), name="exception_says_why"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=False) | Q(ended_by__isnull=True), name="exception_ended_at_a_moment"
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.symbol} × {self.limit}"


class HoldQuerySet(models.QuerySet):
    def kept_for(self, person):
        return self.filter(person=person)

    def live(self, *, at):
        return self.filter(ended_at__isnull=True, until__gt=at)

    def expired(self, *, at):
        return self.filter(ended_at__isnull=True, until__lte=at)

    def ended(self):
        return self.filter(ended_at__isnull=False)

    def search(self, text):
        """Those for the people and of the keys that ``text`` means."""
        return self.filter(Q(person__in=Person.objects.search(text)) | Q(key__in=Key.objects.search(text)))

    def visible_to(self, person):
        if person.has_perms(["keys.view_hold", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def for_list(self):
        return self.select_related("key__symbol__system", "key__hook__cabinet", "person", "held_by").order_by(
            "until", "pk"
        )


class Hold(models.Model):
    """A key kept ready for one person until a moment; nobody else gets it."""

    key = models.ForeignKey(Key, models.PROTECT, related_name="holds", verbose_name=_("key"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="holds", verbose_name=_("person"))
    until = models.DateTimeField(_("until"))
    held_at = models.DateTimeField(_("held"))
    held_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("held by"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    objects = HoldQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("hold"), _("holds")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(ended_at__isnull=True), name="hold_one_live_per_key"),
            models.CheckConstraint(condition=Q(until__gt=F("held_at")), name="hold_ends_after_it_begins"),
        ]

    def __str__(self):
        return f"{self.key} · {self.person}"
