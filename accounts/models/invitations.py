"""Somebody is asked to come: a link goes to an address, and whoever has it may use it once."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Trim
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.codes import digest
from accounts.models.people import Person
from accounts.models.proofs import new_seed
from keysite.ledger import kept_history


class InvitationQuerySet(models.QuerySet):
    def standing(self):
        """Neither accepted nor withdrawn, in time or not: one per address."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self, *, at):
        return self.standing().filter(until__gt=at)

    def expired(self, *, at):
        return self.standing().filter(until__lte=at)

    def accepted(self):
        return self.filter(accepted_at__isnull=False)

    def withdrawn(self):
        return self.filter(withdrawn_at__isnull=False)

    def since(self, moment):
        return self.filter(at__gt=moment)

    def of(self, inviter):
        return self.filter(invited_by=inviter)

    def with_address(self, address):
        return self.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(address)))

    def about(self, person, address):
        """To this address, or accepted by this person under whatever address."""
        known = self.alias(lower_email=Lower("email"))
        return known.filter(Q(lower_email=Lower(Value(address))) | Q(person=person))

    def with_token(self, token):
        """The one whose link carries ``token``."""
        return self.filter(digest=digest(token))

    def visible_to(self, person):
        """Every invitation for a role without scope, otherwise one's own."""
        if person.has_perms(["accounts.view_invitation", "accounts.see_everything"]):
            return self
        return self.of(person)

    def search(self, text):
        """Those to an address that begins so, and those by or for the people that ``text`` means."""
        people = Person.objects.search(text).values("pk")
        known = self.alias(lower_email=Lower("email"))
        return known.filter(
            Q(lower_email__startswith=text.strip().lower()) | Q(invited_by__in=people) | Q(person__in=people)
        )

    def for_list(self):
        return self.select_related("invited_by", "person").order_by("-pk")


class Invitation(models.Model):
    """A link sent to an address, by which somebody proves it and comes in, once and until a day.

    The token of the link is nowhere in the database: it follows from ``seed`` and the secret key; ``digest`` finds
    the row. A newer invitation to the same address takes the place of an older one.
    """

    email = models.EmailField(gettext_lazy("e-mail"), max_length=254)
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        Person, models.PROTECT, related_name="invitations", verbose_name=gettext_lazy("invited by")
    )
    at = models.DateTimeField(gettext_lazy("invited"))
    until = models.DateTimeField(gettext_lazy("good until"), db_index=True)
    accepted_at = models.DateTimeField(gettext_lazy("accepted"), null=True, blank=True)
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="accepted_invitations",
        verbose_name=gettext_lazy("person"),
    )
    withdrawn_at = models.DateTimeField(gettext_lazy("withdrawn"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()
    history = kept_history(excluded_fields=["seed", "digest"])

    class Meta:
        verbose_name, verbose_name_plural = gettext_lazy("invitation"), gettext_lazy("invitations")
        permissions = [("invite", "Can invite people by their address")]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="invitation_one_standing_per_address",
            ),
            models.CheckConstraint(condition=Q(email=Trim("email")) & ~Q(email=""), name="invitation_address_trimmed"),
            models.CheckConstraint(condition=Q(until__gte=F("at")), name="invitation_ends_after_it_began"),
            models.CheckConstraint(
                condition=Q(accepted_at=None, person=None) | Q(accepted_at__isnull=False, person__isnull=False),
                name="invitation_accepted_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None), name="invitation_not_accepted_and_withdrawn"
            ),
        ]

    def __str__(self):
        return self.email

    @property
    def status(self):
        """One of ``accepted``, ``withdrawn``, ``expired`` and ``open``."""
        if self.accepted_at or self.withdrawn_at:
            return "accepted" if self.accepted_at else "withdrawn"
        return "open" if self.until > timezone.now() else "expired"

    @property
    def is_open(self):
        return self.status == "open"

    @property
    def over_in_words(self):
        """Why the link does nothing any more, and whom to ask; nothing while it is open."""
        inviter, desk = self.invited_by.name, settings.DESK_CONTACT
        ask = _("%(inviter)s or %(desk)s") % {"inviter": inviter, "desk": desk} if inviter else desk
        sentence = {
            "accepted": _("This invitation has been used; it works once. From now on, sign in with your address."),
            "withdrawn": _("This invitation was withdrawn. Look for a newer mail, or ask %(ask)s for one."),
            "expired": _("This invitation was good until %(day)s. Ask %(ask)s for a new one."),
        }.get(self.status, "")
        return sentence % {"ask": ask, "day": date_format(timezone.localtime(self.until))}
