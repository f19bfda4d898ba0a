"""What kinds of faults there are, and who mends them."""

from django.db import models
from django.db.models import Count, F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history


class Priority(models.IntegerChoices):
    """How soon it has to be mended; staff say it, never the reporter."""

    URGENT = 1, _("Urgent")
    HIGH = 2, _("High")
    NORMAL = 3, _("Normal")
    LOW = 4, _("Low")


class TeamQuerySet(models.QuerySet):
    def of(self, person):
        return self.filter(members__person=person)

    def for_list(self):
        return self.order_by("name", "pk")

    def with_sizes(self):
        """``size``: how many technicians share the work."""
        return self.annotate(size=Count("members"))


class Team(models.Model):
    """Technicians who share their work: locksmiths, electricians."""

    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Told of new tickets besides its members."))
    history = kept_history()
    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("team"), _("teams")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="team_one_per_name",
                violation_error_message=_("There is a team of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="team_has_name"),
        ]

    def __str__(self):
        return self.name


class TeamMember(models.Model):
    """A technician of a team."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name=_("team"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="teams", verbose_name=_("person"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("team member"), _("team members")
        ordering = ["team", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                name="teammember_once_per_team",
                violation_error_message=_("This person is in the team already."),
            )
        ]

    def __str__(self):
        return f"{self.team} · {self.person}"


class CategoryQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(retired_at__isnull=True)

    def retired(self):
        return self.filter(retired_at__isnull=False)

    def offered_or(self, key):
        """What may be chosen by whoever has this one already."""
        return self.filter(Q(retired_at__isnull=True) | Q(pk=key))

    def for_list(self):
        return self.select_related("parent", "team", "technician").order_by("position", "name", "pk")


class Category(models.Model):
    """What sort of fault it is; it decides who mends it by default, how urgent it is, and what has to be checked."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0, help_text=_("Smaller ones come first."))
    hint = models.CharField(
        _("hint"), max_length=500, blank=True, help_text=_("Read by whoever reports: what to try or to say first.")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="categories", verbose_name=_("team")
    )
    technician = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("technician")
    )
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    days = models.PositiveSmallIntegerField(
        _("days"), null=True, blank=True, help_text=_("Due so many days after it is accepted; empty: no due date.")
    )
    blocks_lending = models.BooleanField(
        _("blocks lending"), default=True, help_text=_("The asset is not lent until the ticket is resolved.")
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("category"), _("categories")
        ordering = ["position", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "parent",
                Lower("name"),
                name="category_one_per_name",
                nulls_distinct=False,
                violation_error_message=_("There is a category of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="category_has_name"),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="category_not_its_own_part",
                violation_error_message=_("A category is not a part of itself."),
            ),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="category_priority_is_known"),
        ]

    def __str__(self):
        return self.name

    @property
    def path(self):
        """With what it is a part of."""
        return f"{self.parent} › {self.name}" if self.parent_id else self.name


class CategoryCheck(models.Model):
    """A line of the checklist that each ticket of a category gets when it is accepted."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="checks", verbose_name=_("category"))
    text = models.CharField(_("what to check"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("checklist line"), _("checklist lines")
        ordering = ["category", "position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="categorycheck_has_text")]

    def __str__(self):
        return self.text
