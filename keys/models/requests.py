"""Somebody asks for keys: for which doors, what for, and until when."""

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from assets.models import Building, Space
from keys.models.doors import Door
from keys.models.symbols import KeySymbol
from keysite.ledger import kept_history
from keysite.search import among


class KeyRequestQuerySet(models.QuerySet):
    def drafts(self):
        return self.filter(status=KeyRequest.Status.DRAFT)

    def waiting(self):
        """Somebody has to decide, or to answer."""
        return self.filter(status=KeyRequest.Status.SUBMITTED)

    def approved(self):
        """All have agreed, and not all keys are handed over yet."""
        return self.filter(status=KeyRequest.Status.APPROVED)

    def live(self, *, on):
        """Agreed to, and the day is not over until which the keys are needed."""
        agreed = [KeyRequest.Status.APPROVED, KeyRequest.Status.DONE]
        return self.filter(status__in=agreed, needed_until__gte=on)

    def sent(self):
        """All but baskets that are not sent yet."""
        return self.exclude(status=KeyRequest.Status.DRAFT)

    def being(self, status):
        return self.filter(status=status)

    def for_decision(self):
        """Somebody in charge has to decide."""
        return self.waiting().filter(asked_back_at__isnull=True)

    def for_answer(self):
        """Whoever asked has to answer a question."""
        return self.waiting().filter(asked_back_at__isnull=False)

    def ready(self, *, at):
        """A key of it is kept ready to be picked up."""
        return self.approved().filter(Exists(self._kept(at)))

    def being_cut(self):
        """A key of it is being made."""
        return self.approved().filter(Exists(self._cut()))

    def with_step(self, *, at):
        """Annotates ``step``: how far it is, for whoever asked; of several keys that of the furthest."""
        fits = self._cut().filter(job__checked_at__isnull=False)
        steps = [("ready", self._kept(at)), ("available", fits), ("cutting", self._cut())]
        approved = Q(status=KeyRequest.Status.APPROVED)
        whens = [When(approved & Q(Exists(lines)), then=Value(step)) for step, lines in steps]
        return self.annotate(step=Case(*whens, default=F("status")))

    def to_end(self, *, at):
        """Agreed to, and nothing of it is kept ready or being cut any more; or the last day is over."""
        on = timezone.localdate(at, settings.INSTITUTION_ZONE)
        late = Q(status__in=[KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED], needed_until__lt=on)
        idle = Q(status=KeyRequest.Status.APPROVED) & ~Exists(self._kept(at)) & ~Exists(self._cut())
        return self.filter(late | idle & ~Exists(self._lines().to_replace()))

    def _lines(self):
        """The keys that are promised for a request and not handed over yet; that model is above this one."""
        line = self.model._meta.get_field("proposals").related_model._meta.get_field("keys").related_model
        return line.objects.outstanding().filter(proposal__request=OuterRef("pk"))

    def _kept(self, at):
        return self._lines().filter(hold__ended_at__isnull=True, hold__until__gt=at)

    def _cut(self):
        return self._lines().filter(job__isnull=False, job__done_at__isnull=True, job__cancelled_at__isnull=True)

    def in_building(self, building):
        """Those that somebody was asked about for doors of this building."""
        return self.filter(pk__in=self.model.objects.filter(approvals__building=building).values("pk"))

    def about_doors(self, *doors):
        """Those that ask for one of these doors, or whose keys open it."""
        rooms = self.model.objects.filter(items__space__doors_in__in=doors)
        named = self.model.objects.filter(items__door__in=doors)
        opened = self.model.objects.filter(approvals__doors__door__in=doors)
        return self.filter(pk__in=opened.values("pk").union(named.values("pk"), rooms.values("pk")))

    def about_symbols(self, *symbols):
        """Those that come to keys of one of these symbols, to hand out or to give back."""
        there = {"proposals__replaced_at": None, "proposals__keys__symbol__in": symbols}
        return self.filter(pk__in=self.model.objects.filter(**there).values("pk"))

    def about_keys(self, *keys):
        """Those for which one of these keys was kept ready, cut or handed over."""
        parts = ("hold__key", "loan__key", "job__key")
        first, *others = (self.model.objects.filter(**{f"proposals__keys__{part}__in": keys}) for part in parts)
        return self.filter(pk__in=first.values("pk").union(*(rows.values("pk") for rows in others)))

    def search(self, text):
        """The request of this number (“R12”), those for or by the people that ``text`` means, and of its buildings."""
        people, number = Person.objects.search(text), text.strip().upper().removeprefix("R")
        there = self.model.objects.filter(approvals__building__in=Building.objects.search(text)).order_by()
        meant = among("person", people) | among("asked_by", people) | among("pk", there)
        return self.filter(meant | Q(pk=int(number)) if number.isdecimal() and len(number) < 10 else meant)

    def without_proposal(self):
        """The clock has to choose which keys these come to: for the first time, or anew."""
        proposal = self.model._meta.get_field("proposals").related_model  # its module is above this one
        return self.waiting().exclude(Exists(proposal.objects.current().filter(request=OuterRef("pk"))))

    def with_retired_symbols(self):
        """Under way, and a key is promised whose symbol was retired since: it can neither be cut nor handed out."""
        return self.under_way().filter(Exists(self._lines().filter(symbol__retired_at__isnull=False)))

    def of(self, person):
        """For them, or asked by them for somebody else."""
        return self.filter(Q(person=person) | Q(asked_by=person))

    def visible_to(self, person, *, trust=Trust.STAFF):
        """All for a role without scope, with a staff sign-in; else one's own, and those that one decides or has
        decided on.
        """
        if trust == Trust.STAFF and person.has_perms(["keys.view_keyrequest", "accounts.see_everything"]):
            return self
        asked = self.model._meta.get_field("approvals").related_model  # its module is above this one
        decides = asked.objects.for_decider(person, trust=trust).order_by()
        return self.filter(Q(person=person) | Q(asked_by=person) | Q(pk__in=decides.values("request")))

    def open_to(self, person, *, trust=Trust.STAFF):
        """Those in whose conversation one has a say: one's own, and those that one decides today; all for the desk and
        the key office with a staff sign-in.
        """
        if trust == Trust.STAFF and (person.has_perm("keys.check_out") or person.has_perm("keys.decide_request")):
            return self
        asked = self.model._meta.get_field("approvals").related_model  # its module is above this one
        decides = asked.objects.needed().in_charge_of(person, trust=trust).order_by()
        return self.filter(Q(person=person) | Q(asked_by=person) | Q(pk__in=decides.values("request")))

    def under_way(self):
        """Sent, and not over."""
        return self.filter(status__in=[KeyRequest.Status.SUBMITTED, KeyRequest.Status.APPROVED])

    def for_list(self):
        return self.select_related("person__affiliation", "person__department", "asked_by").order_by("-pk")


class KeyRequest(models.Model):
    """What somebody asks for; the steps after the approval are told by its keys (``ProposedKey``)."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Not sent yet")
        SUBMITTED = "submitted", _("Key Requested")
        APPROVED = "approved", _("Key Approved")
        DONE = "done", _("Keys handed over")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Not picked up")

    KEY_STEPS = {
        "cutting": _("Key being Fabricated"),
        "available": _("Key Available (waiting for delivery)"),
        "ready": _("Key Ready for Pickup"),
        "expired": _("Over"),  # why, ``reason`` says
    }

    person = models.ForeignKey(Person, models.PROTECT, related_name="key_requests", verbose_name=_("for"))
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    purpose = models.CharField(_("purpose"), max_length=500, blank=True)
    needed_from = models.DateField(_("needed from"), null=True, blank=True)
    needed_until = models.DateField(_("needed until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.DRAFT, editable=False)
    made_at = models.DateTimeField(_("begun"))
    submitted_at = models.DateTimeField(_("requested"), null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True, editable=False)
    asked_back_at = models.DateTimeField(_("waits for an answer since"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    reason = models.CharField(_("why not"), max_length=500, blank=True, editable=False)
    history = kept_history()
    objects = KeyRequestQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("key request"), _("key requests")
        ordering = ["-pk"]
        permissions = [
            ("decide_request", "Can approve for the key office: masters, and where nobody else is in charge"),
            ("cut_key", "Can cut keys and deliver them"),
            ("exceed_copies", "Can have more keys of a symbol cut than its most keys"),
            ("export_keyrequest", "Can export key requests"),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="keyrequest_by_status"),
            models.Index(fields=["person", "-id"], name="keyrequest_of"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "asked_by"], condition=Q(status="draft"), name="keyrequest_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(needed_from__isnull=True)
                | Q(needed_until__isnull=True)
                | Q(needed_until__gte=F("needed_from")),
                name="keyrequest_until_after_from",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", submitted_at__isnull=True)
                | ~Q(status="draft")
                & ~Q(purpose="")
                & Q(submitted_at__isnull=False, needed_from__isnull=False, needed_until__isnull=False),
                name="keyrequest_sent_with_purpose_and_days",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "done"]) | Q(approved_at__isnull=False),
                name="keyrequest_approved_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "submitted", "approved"], ended_at__isnull=True)
                | Q(status__in=["done", "rejected", "withdrawn", "expired"], ended_at__isnull=False),
                name="keyrequest_ended_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(reason=""), name="keyrequest_rejected_with_reason"
            ),
        ]

    def __str__(self):
        return f"R{self.pk}"

    @property
    def step_in_words(self):
        """How far it is; for a request that was read ``with_step``."""
        return self.KEY_STEPS.get(self.step) or self.get_status_display()

    @property
    def is_open(self):
        return self.ended_at is None


class RequestItemQuerySet(models.QuerySet):
    def in_basket(self, *, person, asked_by):
        """What is in the request of ``asked_by`` for ``person`` that is not sent yet."""
        return self.filter(request__status=KeyRequest.Status.DRAFT, request__person=person, request__asked_by=asked_by)

    def for_list(self):
        things = ("door__building", "space__building", "symbol")
        return self.select_related("request__person__affiliation", *things).order_by("pk")


class RequestItem(models.Model):
    """One thing asked for: a door, all doors into a room, or a key symbol by its name."""

    request = models.ForeignKey(KeyRequest, models.PROTECT, related_name="items", verbose_name=_("request"))
    door = models.ForeignKey(Door, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("door"))
    space = models.ForeignKey(Space, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room"))
    symbol = models.ForeignKey(
        KeySymbol, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("key symbol")
    )
    history = kept_history()
    objects = RequestItemQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("requested thing"), _("requested things")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(door__isnull=False, space__isnull=True, symbol__isnull=True)
                | Q(door__isnull=True, space__isnull=False, symbol__isnull=True)
                | Q(door__isnull=True, space__isnull=True, symbol__isnull=False),
                name="requestitem_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["request", "door", "space", "symbol"], nulls_distinct=False, name="requestitem_once"
            ),
        ]

    def __str__(self):
        return str(self.door or self.space or self.symbol)


class RequestMessage(models.Model):
    """A line of the conversation on a request; both sides read it by mail, too."""

    request = models.ForeignKey(KeyRequest, models.PROTECT, related_name="messages", verbose_name=_("request"))
    text = models.CharField(_("text"), max_length=2000)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("message"), _("messages")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="requestmessage_has_text")]

    def __str__(self):
        return self.text[:60]
