"""Mail that came in and waits for somebody to look at it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history
from tickets.models.thread import Comment
from tickets.models.tickets import Ticket


class ParkedMailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(decided_at__isnull=True)

    def decided(self):
        return self.filter(decided_at__isnull=False)

    def visible_to(self, person):
        """All for those who decide on it, and for a role without scope."""
        sees = person.has_perm("tickets.view_parkedmail")
        return self if sees and person.has_perm("accounts.see_everything") else self.none()

    def for_list(self):
        return self.select_related("decided_by", "ticket").order_by("-received_at", "-pk")


class ParkedMail(models.Model):
    """A mail that is not known to belong to a ticket: staff make one of it, add it to one, or throw it away."""

    message_id = models.CharField(_("message"), max_length=500, unique=True)
    sender = models.CharField(_("from"), max_length=300, blank=True)
    sender_name = models.CharField(_("name given"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), max_length=20000, blank=True)
    why = models.CharField(_("why parked"), max_length=200)
    received_at = models.DateTimeField(_("received"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="parked_mail", verbose_name=_("ticket")
    )
    objects = ParkedMailQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("parked mail"), _("parked mail")
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["-received_at", "-id"], name="parkedmail_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, ticket__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="parkedmail_decided_by_someone",
            )
        ]

    def __str__(self):
        return self.subject or self.sender


class AttachmentQuerySet(models.QuerySet):
    def public(self):
        return self.filter(comment__internal=False)

    def of_ticket(self, ticket):
        """Those in its thread, and of the mail that it was made of."""
        return self.filter(Q(comment__ticket=ticket) | Q(comment__isnull=True, mail__ticket=ticket))

    def visible_to(self, person):
        """Those of tickets and mail that ``person`` may see; those of notes and of mail for staff only."""
        tickets = Ticket.objects.kept().visible_to(person)
        if not person.has_perm("tickets.view_attachment"):
            return self.public().filter(comment__ticket__in=tickets)
        mails = ParkedMail.objects.visible_to(person)
        rows = Q(comment__ticket__in=tickets) | Q(comment__isnull=True, mail__ticket__in=tickets) | Q(mail__in=mails)
        return self.filter(rows)


class Attachment(models.Model):
    """A file that came with a mail and is no photo: kept for download only, under a name that nobody can guess.

    It belongs to the reply that the mail became, or to the mail while that waits.
    """

    comment = models.ForeignKey(
        Comment, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("comment")
    )
    mail = models.ForeignKey(
        ParkedMail, models.PROTECT, null=True, blank=True, related_name="attachments", verbose_name=_("parked mail")
    )
    file = models.FileField(_("file"), upload_to="tickets/files/", max_length=100)
    name = models.CharField(
        _("name given"), max_length=120, blank=True, help_text=_("Shown, and never used as a path.")
    )
    size = models.PositiveIntegerField(_("size in bytes"))
    added_at = models.DateTimeField(_("added"))
    objects = AttachmentQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("attachment"), _("attachments")
        ordering = ["added_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(comment__isnull=False) | Q(mail__isnull=False), name="attachment_of_something"
            )
        ]

    def __str__(self):
        return self.name or "file"

    def content(self):
        """The bytes of the file."""
        with self.file.open("rb") as file:
            return file.read()
