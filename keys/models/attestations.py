"""What is answered to “do you still have this key?”, and by whom."""

from django.db import models
from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Person, Trust
from assets.models import BuildingManager
from keys.models.approvals import Delegation, today
from keys.models.campaigns import Campaign
from keys.models.doors import Pinning
from keys.models.keysets import Operates
from keys.models.loans import Loan
from keysite.ledger import kept_history
from keysite.search import among


class Outcome(models.TextChoices):
    """What became of a question."""

    HAVE = "have", _("Has it")
    LOST = "lost", _("Lost")
    RETURNED = "returned", _("Says it is back")
    NEVER = "never", _("Never had it")
    BACK = "back", _("Came back meanwhile")
    OPEN = "open", _("No answer")


WRONG = [Outcome.LOST, Outcome.RETURNED, Outcome.NEVER]
BY_STAFF = ("keys.run_campaign", "keys.report_lost")  # the key office, and the desk for who comes to it


def _state(path=""):
    """The outcome of a question that nobody has answered, by the loan at ``path``."""
    lost = Q(**{f"{path}lost_at__isnull": False, f"{path}found_at": None})
    back = Q(**{f"{path}returned_at__isnull": False})
    said = [When(lost, then=Value(Outcome.LOST)), When(back, then=Value(Outcome.BACK))]
    return Case(*said, default=Value(Outcome.OPEN), output_field=models.CharField())


def _known_at_close():
    """The same by the last version of the loan that was written before the campaign was closed."""
    versions = Loan.history.model.objects.filter(id=OuterRef("loan"), history_date__lte=OuterRef("campaign__closed_at"))
    return versions.order_by("-history_date", "-history_id").values_list(_state())[:1]


class AttestationQuerySet(models.QuerySet):
    def of(self, campaign):
        return self.filter(campaign=campaign)

    def unanswered(self):
        return self.filter(answer="")

    def answered(self):
        return self.exclude(answer="")

    def wrong(self):
        """The register did not say what was so: by the answer, or because the key was reported lost meanwhile."""
        return self.with_outcome().filter(outcome__in=WRONG)

    def with_answer(self, answer):
        return self.filter(answer=answer)

    def live(self):
        """Somebody has to answer: the campaign is open, and the key neither back nor reported lost."""
        running = Q(loan__lost_at__isnull=True) | Q(loan__found_at__isnull=False)
        open_ones = {"campaign__closed_at": None, "loan__returned_at": None, "loan__paid_on": None}
        return self.unanswered().filter(running, **open_ones)

    def asked(self):
        """Whoever is asked sees it: of open campaigns, unless the key is back."""
        return self.filter(campaign__closed_at=None, loan__returned_at=None)

    def at_stage(self, stage):
        return self.filter(stage=stage)

    def sampled(self):
        return self.filter(stratum=Attestation.Stratum.SAMPLE)

    def held_by(self, person):
        return self.filter(loan__borrower=person)

    def answerable_by(self, person, *, trust):
        """Those that ``person`` may answer today: as the holder; from the second stage on as a manager of a building
        that the key opens, or standing in for one; at the last as the contact of the holder's department; any with a
        staff sign-in as the key office or the desk.
        """
        if trust < Trust.PROVED:
            return self.none()
        if trust == Trust.STAFF and any(map(person.has_perm, BY_STAFF)):
            return self
        absent = Delegation.objects.current(on=today()).filter(deputy=person).values("person")
        managed = BuildingManager.objects.current(on=today()).filter(Q(person=person) | Q(person__in=absent))
        pinned = Pinning.objects.now().filter(door__building__in=managed.values("building"))
        turned = Operates.objects.now().filter(keyset__in=pinned.values("keyset"))
        later = [Attestation.Stage.MANAGER, Attestation.Stage.CONTACT]
        theirs = Department.objects.alias(contact=Lower("contact_email")).filter(contact=person.email.lower())
        return self.filter(
            Q(loan__borrower=person)
            | Q(stage__in=later, loan__key__symbol__in=turned.values("symbol"))
            | Q(stage=Attestation.Stage.CONTACT, loan__borrower__department__in=theirs)
        )

    def waiting_for(self, person):
        """Keys of others that ``person`` is asked about, as a manager or a contact, since their holders are silent."""
        later = self.live().filter(stage__in=[Attestation.Stage.MANAGER, Attestation.Stage.CONTACT])
        return later.answerable_by(person, trust=Trust.PROVED).exclude(loan__borrower=person)

    def with_outcome(self):
        """Annotates ``outcome``: the answer, or what happened to the key while nobody had answered (``Outcome``); of a
        closed campaign what was known when it closed, whatever is undone or found later.
        """
        known = [
            When(~Q(answer=""), then=F("answer")),
            When(campaign__closed_at__isnull=False, then=Coalesce(Subquery(_known_at_close()), _state("loan__"))),
        ]
        return self.annotate(outcome=Case(*known, default=_state("loan__"), output_field=models.CharField()))

    def visible_to(self, person):
        """All for a role without scope; for managers what opens their buildings; for anybody their own."""
        if person.has_perms(["keys.view_attestation", "accounts.see_everything"]):
            return self
        return self.filter(loan__in=Loan.objects.visible_to(person))

    def search(self, text):
        loans = Loan.objects.search(text)
        return self.filter(among("loan", loans))

    def per_campaign(self):
        """Each campaign by number and name, and how many of these it asks about."""
        return self.order_by("campaign").values_list("campaign", "campaign__name").annotate(Count("pk"))

    def for_list(self):
        return self.select_related(
            "campaign", "loan__key__symbol__system", "loan__borrower__department", "answered_by"
        ).order_by("-campaign__pk", "pk")

    def by_name(self):
        """As a list of people, each with their keys."""
        people = ("loan__borrower__last_name", "loan__borrower__first_name")
        return self.for_list().order_by(*people, "pk")


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
        permissions = [("export_attestation", "Can export attestations")]
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

    @property
    def is_wrong(self):
        return self.answer not in {"", self.Answer.HAVE}

    @property
    def outcome_in_words(self):
        """Of a row that ``with_outcome`` has annotated."""
        return Outcome(self.outcome).label
