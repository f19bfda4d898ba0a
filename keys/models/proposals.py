"""Which keys a request comes to, and how each of them gets into somebody's hands."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import KeyLevel, KeyOrder, Person
from keys.models.approvals import HEAD_FROM, OFFICE_FROM, Approval, ApprovedDoor, today
from keys.models.doors import Pinning
from keys.models.exceptions import Hold
from keys.models.inventory import Key
from keys.models.loans import Loan
from keys.models.rekeyings import KeySwap
from keys.models.requests import KeyRequest
from keys.models.symbols import KeySymbol
from keysite.ledger import kept_history
from keysite.search import first_found


class ProposalQuerySet(models.QuerySet):
    def current(self):
        return self.filter(replaced_at__isnull=True)


class Proposal(models.Model):
    """The way that was chosen to open what is asked for, by the policy of that moment; the one before stays on record.

    ``ways`` are the alternatives that the approver sees: ids of symbols to hand out, to cut, to keep and to give back,
    the number of doors opened beyond need, and the first of those by name. ``unmet`` has the ids of doors by reason.
    """

    request = models.ForeignKey(KeyRequest, models.PROTECT, related_name="proposals", verbose_name=_("request"))
    made_at = models.DateTimeField(_("made"))
    order = models.CharField(_("order"), max_length=16, choices=KeyOrder)
    highest_level = models.PositiveSmallIntegerField(_("highest key level"), choices=KeyLevel)
    proven = models.BooleanField(_("proven to be the best"))
    ways = models.JSONField(_("alternatives"), default=list)
    unmet = models.JSONField(_("doors that stay closed"), default=dict)
    chosen_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chosen by")
    )
    reason = models.CharField(_("why another way"), max_length=500, blank=True)
    replaced_at = models.DateTimeField(_("replaced"), null=True, blank=True)
    history = kept_history()
    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("proposal"), _("proposals")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(replaced_at=None), name="proposal_one_current"),
            models.CheckConstraint(
                condition=Q(chosen_by__isnull=True, reason="") | Q(chosen_by__isnull=False) & ~Q(reason=""),
                name="proposal_chosen_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.request} · {self.made_at:%Y-%m-%d %H:%M}"


class ProposedKeyQuerySet(models.QuerySet):
    def to_hand_out(self):
        return self.filter(part=ProposedKey.Part.HAND_OUT)

    def to_give_back(self):
        return self.filter(part=ProposedKey.Part.GIVE_BACK)

    def current(self):
        return self.filter(proposal__replaced_at__isnull=True)

    def loans_to_give_back(self):
        """What is still in people's hands although a request that all have agreed to gives them other keys for it."""
        agreed = [KeyRequest.Status.APPROVED, KeyRequest.Status.DONE]
        lines = self.to_give_back().current().filter(proposal__request__status__in=agreed)
        same = {"symbol": OuterRef("key__symbol"), "proposal__request__person": OuterRef("borrower")}
        same["proposal__request__approved_at__gte"] = OuterRef("out_at")
        people = lines.values("proposal__request__person")
        found = Loan.objects.running().filter(first_found("borrower", people)).filter(Exists(lines.filter(**same)))
        return Loan.objects.filter(first_found("pk", found.values("pk")))

    def to_replace(self):
        """The key that was kept ready was retired before it was picked up, and no other is being cut for it."""
        no_job = Q(job__isnull=True) | Q(job__done_at__isnull=False)
        gone = Q(hold__key__retired_at__lt=F("hold__until"))
        ended_by_that = Q(hold__ended_at__isnull=True) | Q(hold__ended_at__gte=F("hold__key__retired_at"))
        return self.outstanding().filter(gone & ended_by_that & no_job)

    def outstanding(self):
        """Promised, and not handed over yet."""
        return self.to_hand_out().current().filter(loan__isnull=True)

    def with_agreement(self):
        """Annotates ``is_agreed``: the request is approved and not over, all steps that keys of this level need are
        approved, and they cover every door that the key opens now; ``is_covered`` is the same without the request.
        """
        steps = Approval.objects.needed().filter(request=OuterRef("proposal__request"))
        agreed = ApprovedDoor.objects.filter(
            approval__in=Approval.objects.given().values("pk"),
            approval__request=OuterRef(OuterRef("proposal__request")),
            door=OuterRef("door"),
        )
        opens = Pinning.objects.now().filter(
            keyset__operates__symbol=OuterRef("symbol"), keyset__operates__until__isnull=True
        )
        given = steps.filter(approved=True)
        office = Q(symbol__level__lt=OFFICE_FROM) | Exists(given.filter(kind=Approval.Kind.OFFICE))
        at_home = Q(symbol__level__lt=HEAD_FROM) | Q(proposal__request__person__department__isnull=True)
        head = at_home | Exists(given.filter(kind=Approval.Kind.HEAD))
        covered = office & head & ~Exists(opens.exclude(Exists(agreed))) & ~Exists(steps.exclude(approved=True))
        under_way = Q(
            proposal__request__status=KeyRequest.Status.APPROVED, proposal__request__needed_until__gte=today()
        )
        return self.annotate(is_covered=covered, is_agreed=covered & under_way)

    def for_list(self):
        named = ("hold__key__symbol", "loan__key__symbol")
        return self.select_related("symbol__system", *named, "job").order_by("symbol__symbol", "pk")


class ProposedKey(models.Model):
    """One key of a proposal: to hand out (its hold, its cutting job, at last its loan), to keep, or to give back."""

    class Part(models.TextChoices):
        HAND_OUT = "hand_out", _("To hand out")
        KEEP = "keep", _("To keep")
        GIVE_BACK = "give_back", _("To give back")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="keys", verbose_name=_("proposal"))
    symbol = models.ForeignKey(KeySymbol, models.PROTECT, related_name="proposed", verbose_name=_("key symbol"))
    part = models.CharField(_("part"), max_length=16, choices=Part)
    hold = models.OneToOneField(
        Hold, models.PROTECT, null=True, blank=True, related_name="promised", verbose_name=_("hold")
    )
    loan = models.OneToOneField(
        Loan, models.PROTECT, null=True, blank=True, related_name="requested", verbose_name=_("loan")
    )
    history = kept_history()
    objects = ProposedKeyQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("proposed key"), _("proposed keys")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "symbol"], name="proposedkey_once_per_proposal"),
            models.CheckConstraint(
                condition=Q(part__in=["hand_out", "keep", "give_back"]), name="proposedkey_part_is_known"
            ),
            models.CheckConstraint(
                condition=Q(part="hand_out") | Q(hold__isnull=True, loan__isnull=True),
                name="proposedkey_only_what_is_handed_out_is_held",
            ),
        ]

    def __str__(self):
        return f"{self.symbol} ({self.get_part_display()})"


class CuttingJobQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def queued(self):
        return self.open().filter(cut_at__isnull=True)

    def to_check(self):
        return self.open().filter(cut_at__isnull=False, checked_at__isnull=True)

    def to_deliver(self):
        """Cut and checked, and not at the desk yet."""
        return self.open().filter(checked_at__isnull=False)

    def done(self):
        return self.filter(done_at__isnull=False)

    def cancelled(self):
        return self.filter(cancelled_at__isnull=False)

    def for_symbols(self, *symbols):
        return self.filter(Q(line__symbol__in=symbols) | Q(swap__symbol__in=symbols))

    def search(self, text):
        """Those of the symbols, and for the people, that ``text`` means."""
        symbols, people = KeySymbol.objects.search(text), Person.objects.search(text)
        line = Q(line__symbol__in=symbols) | Q(line__proposal__request__person__in=people)
        return self.filter(line | Q(swap__symbol__in=symbols) | Q(swap__loan__borrower__in=people))

    def visible_to(self, person):
        """All for a role without scope; otherwise those for the requests that one sees."""
        if not person.has_perm("keys.view_cuttingjob"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        return self.filter(line__proposal__request__in=KeyRequest.objects.visible_to(person))

    def for_list(self):
        of_line = ("line__symbol__system", "line__proposal__request__person")
        of_swap = ("swap__symbol__system", "swap__loan__borrower", "swap__rekeying")
        return self.select_related(*of_line, *of_swap, "key", "cut_by").order_by("pk")


class CuttingJob(models.Model):
    """A key that the shop has to make, for a request or for who has an old key of a rekeying: queued, cut, checked,
    and delivered to the desk; or cancelled.
    """

    line = models.OneToOneField(
        ProposedKey, models.PROTECT, null=True, blank=True, related_name="job", verbose_name=_("promised as")
    )
    swap = models.OneToOneField(
        KeySwap, models.PROTECT, null=True, blank=True, related_name="job", verbose_name=_("to swap")
    )
    queued_at = models.DateTimeField(_("queued"))
    cut_at = models.DateTimeField(_("cut"), null=True, blank=True)
    cut_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cut by")
    )
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    checked_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    done_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    key = models.OneToOneField(
        Key, models.PROTECT, null=True, blank=True, related_name="cut_for", verbose_name=_("key")
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    history = kept_history()
    objects = CuttingJobQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("cutting job"), _("cutting jobs")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["id"], condition=Q(done_at=None, cancelled_at=None), name="cuttingjob_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=False, swap__isnull=True) | Q(line__isnull=True, swap__isnull=False),
                name="cuttingjob_for_a_request_or_a_swap",
            ),
            models.CheckConstraint(
                condition=Q(cut_at__isnull=True, cut_by__isnull=True) | Q(cut_at__isnull=False, cut_by__isnull=False),
                name="cuttingjob_cut_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, key__isnull=True)
                | Q(done_at__isnull=False, key__isnull=False, checked_at__isnull=False),
                name="cuttingjob_done_with_a_key",
            ),
            models.CheckConstraint(
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False, cut_at__isnull=False),
                name="cuttingjob_checked_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(cancelled_at__isnull=True), name="cuttingjob_done_or_cancelled"
            ),
        ]

    def __str__(self):
        return f"{self.symbol} · {self.wanted_for}"

    @property
    def symbol(self):
        return (self.line or self.swap).symbol

    @property
    def wanted_for(self):
        """The request or the rekeying."""
        return self.line.proposal.request if self.line else self.swap.rekeying

    @property
    def person(self):
        """Who gets the key."""
        return self.line.proposal.request.person if self.line else self.swap.loan.borrower
