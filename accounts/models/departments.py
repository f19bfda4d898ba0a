"""What people are to the institution, and where they belong."""

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


class KeyLevel(models.IntegerChoices):
    """How much a key opens, in the words of the standard key coding system."""

    CHANGE = 1, _("Change key")
    SUB_MASTER = 2, _("Sub-master key")
    MASTER = 3, _("Master key")
    GRAND_MASTER = 4, _("Grand master key")
    GREAT_GRAND_MASTER = 5, _("Great grand master key")


class KeyOrder(models.TextChoices):
    """What comes first when keys are chosen for somebody."""

    LEAST_ACCESS = "least_access", _("As little access as possible")
    FEWEST_KEYS = "fewest_keys", _("As few keys as possible")


class Affiliation(models.Model):
    """What a person is to the institution; it decides term, identifier, sponsor and highest key level."""

    name = models.CharField(_("name"), max_length=64)
    identifier_required = models.BooleanField(
        _("identifier required"), default=True, help_text=_("Nobody of this affiliation borrows without one.")
    )
    sponsor_required = models.BooleanField(_("sponsor required"), default=False)
    may_be_chosen = models.BooleanField(
        _("may be chosen"), default=False, help_text=_("People may give themselves this affiliation, once.")
    )
    loan_term = models.ForeignKey("accounts.LoanTerm", models.PROTECT, verbose_name=_("loan term"))
    due_date_required = models.BooleanField(
        _("due date required"),
        default=True,
        help_text=_("Assets are never assigned to them without one. A key always has a due date."),
    )
    highest_level = models.PositiveSmallIntegerField(_("highest key level"), choices=KeyLevel, default=KeyLevel.CHANGE)
    key_order = models.CharField(
        _("keys are chosen for"),
        max_length=16,
        choices=KeyOrder,
        default=KeyOrder.LEAST_ACCESS,
        help_text=_("What comes first when somebody asks for doors."),
    )
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("affiliation"), _("affiliations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="affiliation_one_per_name",
                violation_error_message=_("There is an affiliation of this name already."),
            ),
            models.CheckConstraint(condition=Q(highest_level__in=KeyLevel.values), name="affiliation_level_is_known"),
            models.CheckConstraint(
                condition=Q(key_order__in=["least_access", "fewest_keys"]), name="affiliation_key_order_is_known"
            ),
        ]

    def __str__(self):
        return self.name


class DepartmentQuerySet(models.QuerySet):
    def accepted(self):
        return self.filter(accepted_at__isnull=False)

    def standing(self):
        """Accepted or waiting: these hold their name."""
        return self.filter(rejected_at__isnull=True)

    def proposed(self):
        return self.filter(accepted_at__isnull=True, rejected_at__isnull=True)

    def rejected(self):
        return self.filter(rejected_at__isnull=False)

    def with_name(self, name):
        return self.alias(lower_name=Lower("name")).filter(lower_name=Lower(Value(name)))


class Department(models.Model):
    """A department, or an outside organisation, and whom to write to when its people do not answer."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", _("Department")
        OUTSIDE = "outside", _("Outside organisation")

    name = models.CharField(_("name"), max_length=100)
    code = models.CharField(_("code"), max_length=32, blank=True)
    box = models.CharField(_("mail box"), max_length=32, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.DEPARTMENT)
    head = models.ForeignKey(
        "accounts.Person",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="heads",
        verbose_name=_("head"),
        help_text=_("Agrees to masters for people of the department."),
    )
    contact_name = models.CharField(_("backup contact"), max_length=100, blank=True)
    contact_email = models.EmailField(
        _("backup contact's e-mail"), blank=True, help_text=_("Told when a loan is 14 days overdue.")
    )
    proposed_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="proposed_departments"
    )
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True, editable=False)
    accepted_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    rejected_at = models.DateTimeField(_("rejected"), null=True, blank=True, editable=False)
    rejected_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    rejected_reason = models.CharField(_("why rejected"), max_length=200, blank=True, editable=False)

    objects = DepartmentQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("department"), _("departments")
        ordering = ["name", "pk"]
        permissions = [("accept_department", "Can accept or reject a proposed department")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(rejected_at__isnull=True),
                name="department_one_per_name",
                violation_error_message=_("There is a department of this name already."),
            ),
            models.UniqueConstraint(
                Lower("code"),
                condition=~Q(code=""),
                name="department_one_per_code",
                violation_error_message=_("Another department has this code."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(rejected_at__isnull=True),
                name="department_not_accepted_and_rejected",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=False) | Q(accepted_by__isnull=True),
                name="department_accepted_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(rejected_at__isnull=True, rejected_reason="", rejected_by__isnull=True)
                | (Q(rejected_at__isnull=False, rejected_by__isnull=False) & ~Q(rejected_reason="")),
                name="department_rejected_with_reason_by_someone",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_proposed(self):
        return self.accepted_at is None and self.rejected_at is None
