"""What is said about a ticket, shown with it, and who follows it."""

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Trust
from keysite.ledger import kept_history
from tickets.models.tickets import Ticket


class CommentQuerySet(models.QuerySet):
    def public(self):
        return self.filter(internal=False)

    def readable_by(self, person):
        """Internal notes only for whom the role lets read comments."""
        return self if person.has_perm("tickets.view_comment") else self.public()

    def with_files(self):
        """``files``: what came with each by mail and is no photo, as key, name and size."""
        attachments = self.model._meta.get_field("attachments").related_model.objects
        rows = attachments.filter(comment=OuterRef("pk")).order_by("pk")
        return self.annotate(files=ArraySubquery(rows.values(json=JSONObject(pk="pk", name="name", size="size"))))

    def for_list(self):
        return self.select_related("by").order_by("at", "pk")


class Comment(models.Model):
    """A public reply or an internal note; it never changes sides, and is never changed."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="comments", verbose_name=_("ticket"))
    text = models.TextField(_("text"), max_length=5000)
    internal = models.BooleanField(_("internal note"), help_text=_("The reporter never sees it."))
    at = models.DateTimeField(_("written"))
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="comments", verbose_name=_("by"))
    trust = models.PositiveSmallIntegerField(_("trust"), choices=Trust)
    message_id = models.CharField(
        max_length=500, blank=True, editable=False, help_text="Of the mail that it came by; the same mail twice is one."
    )
    objects = CommentQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("comment"), _("comments")
        indexes = [
            models.Index(fields=["ticket", "at", "id"], name="comment_of_ticket"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_text"),
            models.CheckConstraint(condition=Q(trust__in=Trust.values), name="comment_trust_is_known"),
            models.UniqueConstraint(
                fields=["message_id"], condition=~Q(message_id=""), name="comment_once_per_message"
            ),
        ]

    def __str__(self):
        return f"{self.ticket} · {self.at:%Y-%m-%d %H:%M}"


class PhotoQuerySet(models.QuerySet):
    def public(self):
        return self.filter(internal=False)

    def readable_by(self, person):
        """Of tickets that are shown to them: internal ones only for whom the role lets look at photos."""
        return self if person.has_perm("tickets.view_photo") else self.public()

    def visible_to(self, person):
        """Those of the tickets that ``person`` may see; internal ones for staff only."""
        return self.filter(ticket__in=Ticket.objects.kept().visible_to(person)).readable_by(person)


class Photo(models.Model):
    """A picture of what is broken or mended, made anew from what was uploaded."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="photos", verbose_name=_("ticket"))
    comment = models.ForeignKey(
        Comment, models.PROTECT, null=True, blank=True, related_name="photos", verbose_name=_("comment")
    )
    image = models.FileField(_("photo"), upload_to="tickets/", max_length=100)
    thumbnail = models.FileField(_("thumbnail"), upload_to="tickets/", max_length=100)
    internal = models.BooleanField(_("internal"), default=False)
    added_at = models.DateTimeField(_("added"))
    added_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("added by")
    )
    objects = PhotoQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("photo"), _("photos")
        ordering = ["added_at", "pk"]

    def __str__(self):
        return f"{self.ticket} · {self.added_at:%Y-%m-%d %H:%M}"


class WatcherQuerySet(models.QuerySet):
    def current(self):
        """Who is told now."""
        return self.filter(ended_at__isnull=True).select_related("person").order_by("since", "pk")


class Watcher(models.Model):
    """Somebody who is told what happens to a ticket; whoever says “me too” is one."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="watchers", verbose_name=_("ticket"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="watched", verbose_name=_("person"))
    since = models.DateTimeField(_("since"))
    came_with = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("came with the duplicate")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    objects = WatcherQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("watcher"), _("watchers")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "person"], condition=Q(ended_at__isnull=True), name="watcher_once_per_ticket"
            )
        ]

    def __str__(self):
        return f"{self.ticket} · {self.person}"
