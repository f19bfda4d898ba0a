"""Does everybody still have the keys that the register says? Asked once a year."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Person
from assets.models import Building
from keys.models.loans import Loan
from keysite.ledger import kept_history
from keysite.search import among


class CampaignQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at__isnull=True)

    def closed(self):
        return self.filter(closed_at__isnull=False)

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
    closes_on = models.DateField(_("closes on"))
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


class AttestationQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answer="")

    def wrong(self):
        """The register does not say what is so."""
        return self.exclude(answer__in=["", Attestation.Answer.HAVE])

    def with_answer(self, answer):
        return self.filter(answer=answer)

    def live(self):
        """Somebody may still answer: the campaign is open and the key not back."""
        return self.unanswered().filter(campaign__closed_at__isnull=True, loan__returned_at__isnull=True)

    def at_stage(self, stage):
        return self.filter(stage=stage)

    def sampled(self):
        return self.filter(stratum=Attestation.Stratum.SAMPLE)

    def visible_to(self, person):
        """All for a role without scope; for managers what opens their buildings; for anybody their own."""
        if person.has_perms(["keys.view_attestation", "accounts.see_everything"]):
            return self
        return self.filter(loan__in=Loan.objects.visible_to(person))

    def search(self, text):
        loans = Loan.objects.search(text)
        return self.filter(among("loan", loans))

    def for_list(self):
        return self.select_related(
            "campaign", "loan__key__symbol__system", "loan__borrower__department", "answered_by"
        ).order_by("-campaign", "pk")


class Attestation(models.Model):
    """One key in one person's hands, and what was answered to “do you still have it?”."""

    class Stage(models.TextChoices):
        HOLDER = "holder", _("Holder")
        MANAGER = "manager", _("Building manager")
        CONTACT = "contact", _("Department contact")

    class Stratum(models.TextChoices):
        ALL = "all", _("Always asked")
        SAMPLE = "sample", _("Drawn by chance")

    class Answer(models.TextChoices):
        HAVE = "have", _("Has it")
        LOST = "lost", _("Lost")
        RETURNED = "returned", _("Says it is back")
        NEVER = "never", _("Never had it")

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="attestations", verbose_name=_("campaign"))
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="attestations", verbose_name=_("loan"))
    stratum = models.CharField(_("why asked"), max_length=8, choices=Stratum, default=Stratum.ALL)
    stage = models.CharField(_("who is asked"), max_length=8, choices=Stage, default=Stage.HOLDER)
    answer = models.CharField(_("answer"), max_length=8, choices=Answer, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    history = kept_history()
    objects = AttestationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("attestation"), _("attestations")
        indexes = [models.Index(fields=["campaign", "stage"], condition=Q(answer=""), name="attestation_unanswered")]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "loan"], name="attestation_once_per_campaign"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(answer__in=["have", "lost", "returned", "never"], answered_at__isnull=False)
                & Q(answered_by__isnull=False),
                name="attestation_answered_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["holder", "manager", "contact"], stratum__in=["all", "sample"]),
                name="attestation_stage_is_known",
            ),
        ]

    def __str__(self):
        return f"{self.campaign} · {self.loan}"
