"""What is written to people, and what keeps a form from acting twice."""

import re
import uuid

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MESSAGE_ID = re.compile(r"<notice-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^<>@\s]+>")


class NoticeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(sent_at__isnull=True, cancelled_at__isnull=True, failed_at__isnull=True)

    def due(self, *, at):
        return self.waiting().filter(next_try_at__lte=at)

    def sent(self):
        return self.filter(sent_at__isnull=False)

    def of_message(self, message_id):
        """What was sent under this Message-ID, if anything."""
        found = MESSAGE_ID.fullmatch(message_id)
        return self.sent().filter(public_id=found[1]).first() if found else None

    def cancelled(self):
        return self.filter(cancelled_at__isnull=False)

    def failed(self):
        return self.filter(failed_at__isnull=False, cancelled_at__isnull=True)

    def visible_to(self, person):
        if person.has_perms(["accounts.view_notice", "accounts.see_everything"]):
            return self
        return self.filter(person=person)

    def search(self, text):
        """Those to the people that ``text`` means."""
        return self.filter(person__in=get_user_model().objects.search(text))

    def for_list(self):
        return self.select_related("person").order_by("-pk")


class Notice(models.Model):
    """One message in the outbox, written in the transaction of the deed it tells of.

    The text is made when it is sent, from the facts of that moment; a notice that has become pointless by then
    (the key is back) is cancelled. It is sent at least once, always with the same Message-ID.
    """

    public_id = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    kind = models.CharField(_("kind"), max_length=40)
    person = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("person")
    )
    address = models.EmailField(
        _("address"), blank=True, help_text=_("Where it goes when it is not to a person of the register.")
    )
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    dedupe_key = models.CharField(_("once per"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    requested_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("caused by")
    )
    next_try_at = models.DateTimeField(_("next try"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    sent_to = models.EmailField(_("sent to"), blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("notice"), _("notices")
        permissions = [("resend_notice", "Can send a notice again")]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                condition=Q(sent_at__isnull=True, cancelled_at__isnull=True, failed_at__isnull=True),
                name="notice_waiting",
            ),
            models.Index(
                fields=["-id"], condition=Q(failed_at__isnull=False, cancelled_at__isnull=True), name="notice_failed"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, address="") | (Q(person__isnull=True) & ~Q(address="")),
                name="notice_to_a_person_or_an_address",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(cancelled_at__isnull=True, failed_at__isnull=True),
                name="notice_sent_or_not",
            ),
        ]

    def __str__(self):
        return f"{self.kind} → {self.recipient}"

    @property
    def recipient(self):
        return self.person.email if self.person_id else self.address

    @property
    def message_id(self):
        """The same for every try, so that a mail program shows a repeated message once."""
        return f"<notice-{self.public_id}@{settings.SITE_URL.split('//')[-1].split(':')[0]}>"

    @property
    def is_settled(self):
        """Sent, cancelled or given up: it waits no longer."""
        return bool(self.sent_at or self.cancelled_at or self.failed_at)

    @property
    def status(self):
        if self.sent_at:
            return _("Sent")
        if self.cancelled_at:
            return _("Cancelled")
        return _("Given up") if self.failed_at else _("Waiting")


class FormKey(models.Model):
    """The one-time key of a form that has done its deed, and where its answer is."""

    digest = models.CharField(max_length=64, unique=True)
    fingerprint = models.CharField(max_length=64)
    answer = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        verbose_name, verbose_name_plural = _("form key"), _("form keys")

    def __str__(self):
        return self.answer
