"""How those who work on tickets look at them, and how they want to be told."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from keysite.ledger import kept_history


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, person):
        """One's own, and those that somebody shares."""
        return self.filter(Q(person=person) | Q(shared=True))

    def for_list(self):
        return self.select_related("person").order_by("name", "pk")


class SavedView(models.Model):
    """A choice of tickets under a name: the query string of the staff list."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="saved_views", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=500, blank=True)
    shared = models.BooleanField(_("shared"), default=False, help_text=_("Others see it, too."))
    objects = SavedViewQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("saved view"), _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "person",
                Lower("name"),
                name="savedview_one_per_name",
                violation_error_message=_("You have a view of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="savedview_has_name"),
        ]

    def __str__(self):
        return self.name


class NoticePreferenceQuerySet(models.QuerySet):
    def for_list(self):
        return self.select_related("person").order_by("pk")


class NoticePreference(models.Model):
    """How somebody who works on tickets is told of them: at once or in one mail a day, by mail or by a channel.

    ``channel`` is a name out of ``TICKET_CHANNELS`` (empty: by mail); ``address`` is what the channel needs to find
    the person, such as a phone number.
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="notice_preference", verbose_name=_("person"))
    digest = models.BooleanField(_("one mail a day"), default=False)
    channel = models.CharField(_("channel"), max_length=30, blank=True)
    address = models.CharField(_("address in the channel"), max_length=100, blank=True)
    objects = NoticePreferenceQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("notice preference"), _("notice preferences")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="", address="") | ~Q(channel="") & ~Q(address=""),
                name="noticepreference_channel_with_address",
            )
        ]

    def __str__(self):
        return str(self.person)
