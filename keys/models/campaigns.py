"""Does everybody still have the keys that the register says? Asked once a year."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Person
from assets.models import Building
from keys.models.approvals import OFFICE_FROM, today
from keys.models.doors import Door, Pinning
from keys.models.keysets import Operates
from keys.models.loans import Loan
from keys.sampling import draw
from keysite.ledger import kept_history


class CampaignQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def closed(self):
        return self.filter(closed_at__isnull=False)

    def search(self, text):
        words = text.split()
        return self.filter(*(Q(name__icontains=word) for word in words)) if words else self.none()

    def visible_to(self, person):
        return self if person.has_perm("keys.view_campaign") else self.none()

    def for_list(self):
        return self.select_related("department", "building", "opened_by").order_by("-pk")


class Campaign(models.Model):
    """Holders are asked to confirm each key; where they keep silent the managers, then the department's contact."""

    class Scope(models.TextChoices):
        ALL = "all", _("All keys")
        MASTERS = "masters", _("Masters and keys to critical doors")
        DEPARTMENT = "department", _("People of a department")
        BUILDING = "building", _("Keys to a building")

    name = models.CharField(_("name"), max_length=100)
    scope = models.CharField(_("which keys"), max_length=16, choices=Scope, default=Scope.ALL)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    building = models.ForeignKey(
        Building, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("building")
    )
    holders_until = models.DateField(_("holders answer until"))
    managers_until = models.DateField(_("managers answer until"))
    closes_on = models.DateField(_("departments answer until"), help_text=_("It closes when that day is over."))
    confidence = models.PositiveSmallIntegerField(
        _("confidence, in percent"),
        null=True,
        blank=True,
        help_text=_("Of a sample; empty: every key is asked about. Masters and critical doors are always."),
    )
    tolerated = models.DecimalField(
        _("share of wrong lines that must not stay hidden, in percent"),
        max_digits=4,
        decimal_places=1,
        null=True,
        blank=True,
    )
    seed = models.BigIntegerField(_("seed of the sample"), null=True, blank=True, editable=False)
    population = models.PositiveIntegerField(_("keys in scope"), default=0, editable=False)
    opened_at = models.DateTimeField(_("opened"), editable=False)
    opened_by = models.ForeignKey(Person, models.PROTECT, editable=False, related_name="+", verbose_name=_("opened by"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    history = kept_history()
    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("attestation campaign"), _("attestation campaigns")
        ordering = ["-pk"]
        permissions = [("run_campaign", "Can open and close attestation campaigns")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="campaign_has_name"),
            models.CheckConstraint(
                condition=Q(managers_until__gte=F("holders_until"), closes_on__gte=F("managers_until")),
                name="campaign_asks_one_after_the_other",
                violation_error_message=_("First the holders answer, then the managers, then it closes."),
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True, tolerated__isnull=True, seed__isnull=True)
                | Q(confidence__gte=50, confidence__lte=99, tolerated__gt=0, tolerated__lte=50, seed__isnull=False),
                name="campaign_sample_with_confidence",
                violation_error_message=_("A sample has a confidence from 50 to 99 and a share above 0, at most 50."),
            ),
            models.CheckConstraint(
                condition=Q(scope="department", department__isnull=False, building__isnull=True)
                | Q(scope="building", building__isnull=False, department__isnull=True)
                | Q(scope__in=["all", "masters"], department__isnull=True, building__isnull=True),
                name="campaign_scope_is_named",
                violation_error_message=_("Name the department or the building, and only with that scope."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_open(self):
        return self.closed_at is None

    @property
    def is_sample(self):
        return self.confidence is not None

    @property
    def state(self):
        """Whose turn it is, or that it is over."""
        if not self.is_open:
            return _("Closed")
        if today() <= self.holders_until:
            return _("Holders are asked")
        return _("Managers are asked") if today() <= self.managers_until else _("Departments are asked")

    @property
    def loans(self):
        """The loans that it is about: what is out now, in its scope."""
        loans = Loan.objects.running()
        if self.scope == self.Scope.MASTERS:
            return loans.filter(always_asked())
        if self.scope == self.Scope.DEPARTMENT:
            return loans.filter(borrower__department=self.department_id)
        if self.scope == self.Scope.BUILDING:
            return loans.opening(Door.objects.current().filter(building=self.building_id))
        return loans

    def drawn(self, size):
        """The loans that chance chooses, by number: the same ones whenever anybody asks."""
        return draw(self.candidates.values_list("loan", flat=True), size, seed=self.seed)


def always_asked():
    """Loans that are never left to chance: of masters, and of keys to critical doors."""
    critical = Pinning.objects.now().filter(door__in=Door.objects.current().critical())
    turned = Operates.objects.now().filter(keyset__in=critical.values("keyset"))
    return Q(key__symbol__level__gte=OFFICE_FROM) | Q(key__symbol__in=turned.values("symbol"))


class Candidate(models.Model):
    """A loan that the sample of a campaign was drawn from, whether it was drawn or not."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="candidates", verbose_name=_("campaign"))
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="+", verbose_name=_("loan"))

    class Meta:
        verbose_name, verbose_name_plural = _("candidate of a sample"), _("candidates of a sample")
        constraints = [models.UniqueConstraint(fields=["campaign", "loan"], name="candidate_once_per_campaign")]

    def __str__(self):
        return str(self.loan)
