"""What goes with an assignment: the parts of a kit, later due dates, and steps of the reminder ladder."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from assets.models.assignments import Assignment
from keysite.ledger import kept_history


class AssignmentPartQuerySet(models.QuerySet):
    def missing(self):
        """Of which not all came back."""
        return self.filter(missing__gt=0)


class AssignmentPart(models.Model):
    """A part without a tag that went out with a kit: how many, and how many did not come back."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="parts", verbose_name=_("assignment"))
    name = models.CharField(_("name"), max_length=100)
    quantity = models.PositiveSmallIntegerField(_("quantity"))
    missing = models.PositiveSmallIntegerField(_("missing"), default=0)
    objects = AssignmentPartQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("handed-out part"), _("handed-out parts")
        ordering = ["assignment", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "name"], name="assignmentpart_one_per_name"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, missing__lte=F("quantity")), name="assignmentpart_missing_of_quantity"
            ),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.name}" if self.quantity > 1 else self.name


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Those of the assignments that ``person`` may see."""
        if not person.has_perm("assets.view_extension"):
            return self.none()
        return self.filter(assignment__in=Assignment.objects.visible_to(person))

    def search(self, text):
        """Those of the assignments that ``text`` means."""
        return self.filter(assignment__in=Assignment.objects.search(text))

    def for_list(self):
        return self.select_related(
            "assignment__asset",
            "assignment__kit",
            "assignment__person",
            "assignment__space__building",
            "by",
        ).order_by("-at", "-pk")


class Extension(models.Model):
    """A later due date that was agreed; the assignment's own due date is always the last one."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="extensions", verbose_name=_("assignment"))
    at = models.DateTimeField(_("extended"))
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("by"))
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    old_due_at = models.DateTimeField(_("was due"), null=True, blank=True)
    new_due_at = models.DateTimeField(_("now due"))
    why = models.CharField(_("why"), max_length=200, blank=True)
    objects = ExtensionQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("extension"), _("extensions")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(old_due_at__isnull=True) | Q(new_due_at__gt=F("old_due_at")),
                name="extension_makes_it_later",
            )
        ]

    def __str__(self):
        return f"{self.assignment} → {self.new_due_at:%Y-%m-%d}"


class AssignmentReminder(models.Model):
    """A step of the ladder that an assignment has reached: what makes each step happen once per due date."""

    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="reminders")
    due_at = models.DateTimeField(_("due"))
    step = models.SmallIntegerField(_("step"), help_text=_("Days overdue; -1 for due soon."))
    at = models.DateTimeField(_("reached"))

    class Meta:
        verbose_name, verbose_name_plural = _("reminder"), _("reminders")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "due_at", "step"], name="assignmentreminder_once_per_due_date_and_step"
            )
        ]

    def __str__(self):
        return f"{self.assignment} · {self.step}"
