"""A report and its repair: one row from the first word to the confirmation."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from assets.models import Asset, Space
from keys.models import Door, Key, Rekeying
from keysite.ledger import kept_history
from tickets.models.categories import Category, Priority, Team
from tickets.models.clock import TicketsByTime
from tickets.models.life import AT_WORK, LOCKED, MOVES, OPEN, Status
from tickets.models.lists import TicketLists
from tickets.models.search import TICKET_WORDS, TicketSearch

MOST_SAID = (
    50_000  # characters of replies, and of notes, that are found again: the last; PostgreSQL keeps a megabyte of words
)


class TicketQuerySet(TicketSearch, TicketsByTime, TicketLists):
    def kept(self):
        """Not deleted."""
        return self.filter(deleted_at__isnull=True)

    def deleted(self):
        return self.filter(deleted_at__isnull=False)

    def open(self):
        """Something is still to be done."""
        return self.kept().filter(OPEN)

    def being(self, *statuses):
        return self.kept().filter(status__in=statuses)

    def unassigned(self):
        return self.open().filter(technician__isnull=True, team__isnull=True)

    def overdue(self, *, at):
        return self.open().filter(due_at__lt=at)

    def keeping_out(self, asset):
        """Somebody is to mend ``asset``, and it is not lent meanwhile."""
        return self.being(*AT_WORK).filter(asset=asset, category__blocks_lending=True)

    def to_wake(self, *, on):
        """Stalled, and to be taken up again on this day or before."""
        return self.being(Status.STALLED).filter(wake_on__lte=on)

    def silent_since(self, moment):
        """Resolved, and neither confirmed nor sent back since before ``moment``."""
        return self.being(Status.RESOLVED).filter(resolved_at__lt=moment)

    def reported_by(self, person):
        return self.filter(reporter=person)

    def worked_on_by(self, person):
        """Theirs, or with their help."""
        helped = self.model.objects.filter(helpers__person=person)
        return self.filter(Q(technician=person) | Q(pk__in=helped.values("pk")))

    def about(self, *, asset=None, space=None, key=None, door=None):
        """What was reported about this thing or this place."""
        subject = {"asset": asset, "space": space, "key": key, "door": door}
        return self.kept().filter(**{name: row for name, row in subject.items() if row})

    def for_everybody(self):
        """What whoever stands there is told of; that locks are about to change is not for everybody."""
        return self.filter(rekeying__isnull=True)

    def for_list(self):
        """The newest first, without what is there for the search only.

        The things that they are about come by statements of their own: PostgreSQL plans joins of ten tables for longer
        than it takes to read the page.
        """
        things = (
            Prefetch("space", Space.objects.select_related("building")),
            Prefetch("asset", Asset.objects.select_related("home__building")),
            Prefetch("key", Key.objects.select_related("symbol")),
            Prefetch("door", Door.objects.select_related("building")),
        )
        rows = self.select_related("category", "reporter", "technician", "team").prefetch_related(*things)
        return rows.order_by("-number").defer("said", "noted", "words")


class Ticket(models.Model):
    """Something that is broken, who mends it, and whether it is done.

    ``version`` counts the changes: a form that was shown another one is refused.
    """

    number = models.PositiveIntegerField(_("number"), unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("what is wrong"), max_length=5000, blank=True)
    space = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("space")
    )
    asset = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("asset")
    )
    key = models.ForeignKey(Key, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("key"))
    door = models.ForeignKey(
        Door, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("door")
    )
    rekeying = models.OneToOneField(
        Rekeying,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="ticket",
        verbose_name=_("rekeying"),
    )
    place_in_words = models.CharField(
        _("place in words"),
        max_length=200,
        blank=True,
        help_text=_("What the reporter typed when it was not in the register."),
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("category")
    )
    reporter = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="reported_tickets", verbose_name=_("reporter")
    )
    reporter_name = models.CharField(_("name given"), max_length=200, blank=True)
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    reported_at = models.DateTimeField(_("reported"))
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.NEW, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.NORMAL)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("team")
    )
    technician = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="tickets", verbose_name=_("technician")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    moved_at = models.DateTimeField(_("in this status since"))
    touched_at = models.DateTimeField(_("last change"))
    reason = models.CharField(
        _("reason"),
        max_length=500,
        blank=True,
        editable=False,
        help_text=_("Why it is rejected, stalled or was sent back; the reporter reads it."),
    )
    wake_on = models.DateField(_("wake-up"), null=True, blank=True, editable=False)
    resolution = models.TextField(_("what was done"), max_length=2000, blank=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)
    resolved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("resolved by")
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    confirmed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("confirmed by")
    )
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+", verbose_name=_("deleted by")
    )
    deleted_reason = models.CharField(_("why deleted"), max_length=200, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    said = models.TextField(
        editable=False, blank=True, help_text="The public replies once more, for the search; see decision 15."
    )
    noted = models.TextField(editable=False, blank=True, help_text="The internal notes once more.")
    words = models.GeneratedField(expression=TICKET_WORDS, output_field=SearchVectorField(), db_persist=True)

    UNTOLD = ("version", "touched_at", "moved_at")  # they change with every deed: histories leave them out
    objects = TicketQuerySet.as_manager()
    history = kept_history(excluded_fields=["said", "noted", "words"])

    class Meta:
        verbose_name, verbose_name_plural = _("ticket"), _("tickets")
        permissions = [
            ("triage", "Can accept and reject tickets"),
            ("assign_ticket", "Can assign tickets to technicians and teams"),
            ("work", "Can start, stall and resolve tickets"),
            ("review", "Can confirm, send back and reopen tickets"),
            ("report_for_others", "Can report in the name of somebody who calls"),
            ("merge_ticket", "Can merge duplicates"),
            ("remove_ticket", "Can delete and restore tickets"),
            ("export_ticket", "Can export tickets"),
        ]
        indexes = [
            GinIndex(fields=["words"], name="ticket_by_words"),
            models.Index(fields=["-number"], condition=OPEN & Q(deleted_at=None), name="ticket_open_newest"),
            models.Index(  # counted by status and by who may see them, without a look at the tickets
                fields=["status", "-number"],
                include=["id", "reporter", "technician", "team", "space"],
                condition=Q(deleted_at=None),
                name="ticket_by_status",
            ),
            models.Index(fields=["technician", "-number"], condition=OPEN & Q(deleted_at=None), name="ticket_open_of"),
            models.Index(fields=["team", "-number"], condition=OPEN & Q(deleted_at=None), name="ticket_open_of_team"),
            models.Index(fields=["due_at"], condition=OPEN & Q(deleted_at=None), name="ticket_open_by_due"),
            models.Index(fields=["category", "-number"], name="ticket_by_category"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="ticket_has_title"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_is_known"),
            models.CheckConstraint(condition=Q(priority__in=Priority.values), name="ticket_priority_is_known"),
            models.CheckConstraint(condition=Q(trust__in=Trust.values), name="ticket_trust_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=["rejected", "stalled"]) | ~Q(reason=""),
                name="ticket_rejected_or_stalled_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="stalled", wake_on__isnull=False) | (~Q(status="stalled") & Q(wake_on__isnull=True)),
                name="ticket_stalled_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["resolved", "confirmed"], resolved_at__isnull=False, resolved_by__isnull=False)
                & ~Q(resolution="")
                | ~Q(status__in=["resolved", "confirmed"]) & Q(resolved_at__isnull=True, resolved_by__isnull=True),
                name="ticket_resolved_with_a_note",
            ),
            models.CheckConstraint(
                condition=Q(status="confirmed", confirmed_at__isnull=False)
                | ~Q(status="confirmed") & Q(confirmed_at__isnull=True, confirmed_by__isnull=True),
                name="ticket_confirmed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "in_progress", "stalled", "resolved", "confirmed"])
                | Q(category__isnull=False),
                name="ticket_accepted_with_a_category",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at__isnull=True, deleted_by__isnull=True, deleted_reason="")
                | Q(deleted_at__isnull=False) & ~Q(deleted_reason=""),
                name="ticket_deleted_with_reason",
            ),
        ]

    def __str__(self):
        return f"#{self.number} {self.title}"

    @property
    def is_locked(self):
        return self.status in LOCKED or self.deleted_at is not None

    @property
    def is_open(self):
        return self.deleted_at is None and self.status not in LOCKED

    @property
    def place(self):
        """Where to go: the room, the door, the asset's home, or what the reporter typed."""
        home = self.asset.home if self.asset_id else None
        return self.space or self.door or home or self.place_in_words

    def is_overdue(self, *, at=None):
        return self.is_open and self.due_at is not None and self.due_at < (at or timezone.now())

    def hear(self, comment):
        """Let the ticket be found by the words of a comment; the deed that wrote it saves the ticket."""
        column = "noted" if comment.internal else "said"
        setattr(self, column, f"{getattr(self, column)} {comment.text}".strip()[-MOST_SAID:])

    def moves(self):
        """The edges that lead on from where it stands."""
        return [] if self.deleted_at else [move for move in MOVES if self.status in move.sources]
