"""Asking somebody to come, by nothing but an address: what is typed besides goes to nobody."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import notices
from accounts.codes import digest, token_of
from accounts.models import Invitation, Person
from accounts.operations.proofs import let_in, prove_address
from keysite.ledger import Refusal, lock, lock_all, lock_word, record

DAY = timedelta(days=1)
PER_ADDRESS = 3  # a day, whoever invites: nobody's mailbox is filled


@transaction.atomic
def invite(*, email, by):
    """Mail a link to this address, known or not; it takes the place of an older one.

    Refused for what is no address, for more than the setting allows one inviter a day or three a day to one address,
    and for somebody who is blocked or inactive; why, only who sees people reads.
    """
    address = _readable(email)
    lock_word(f"invitations by:{by.pk}")
    lock_word(f"invitation:{address.lower()}")
    now = timezone.now()
    _refuse_too_many(address, by, now)
    person = Person.objects.with_address(address).first()
    if person:
        _refuse_unwelcome(person, by)
    for older in lock_all(Invitation.objects.standing().with_address(address)):
        older.withdrawn_at = now
        record(older, by=by, reason="replaced by a newer invitation")
    invitation = Invitation(email=address, invited_by=by, at=now, until=now + settings.INVITATION_DAYS * DAY)
    invitation.digest = digest(token_of(invitation))
    record(invitation, by=by, reason="invited")
    _mail(invitation, person, by)
    return invitation


@transaction.atomic
def accept_invitation(*, invitation):
    """The person whom the link lets in, their address proved; a new address becomes a person.

    Refused when the link was used, is too old or withdrawn, and for somebody who is inactive.
    """
    known = Person.objects.with_address(invitation.email).first()
    if known:
        lock(known)  # a person is locked before what belongs to them
    lock(invitation)
    if not invitation.is_open:
        raise Refusal(invitation.over_in_words)
    person = let_in(prove_address(address=invitation.email, how="invitation"))
    invitation.accepted_at, invitation.person = timezone.now(), person
    record(invitation, by=person, reason="accepted")
    return person


@transaction.atomic
def withdraw_invitation(*, invitation, by):
    """The link does nothing any more. Refused when it was used, or does nothing already."""
    lock(invitation)
    if invitation.accepted_at:
        raise Refusal(_("%(address)s has accepted the invitation already.") % {"address": invitation.email})
    if not invitation.is_open:
        raise Refusal(_("This invitation is over already; there is nothing to withdraw."))
    invitation.withdrawn_at = timezone.now()
    record(invitation, by=by, reason="withdrawn")


def _mail(invitation, person, by):
    """To the person where there is one, in their language; an address whose mail came back is tried again."""
    known = person if person and not person.email_bounced_at else None
    facts = {"invitation": invitation.pk}
    notices.post(kind="invitation", person=known, address=invitation.email, facts=facts, by=by)


def _readable(email):
    """The address without blanks around it; look-alike letters would make one mailbox pass for another."""
    address = email.strip()
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if not (address.isascii() and address.isprintable()) or not 0 < len(address) <= 254:
        raise Refusal(_("This is not an e-mail address. Type one like name@example.edu, without spaces."))
    return address


def _refuse_too_many(address, by, now):
    made, most = Invitation.objects.since(now - DAY), settings.INVITATIONS_PER_DAY
    if made.of(by).count() >= most:
        sentence = ngettext(
            "You have sent %(n)d invitation within a day, as many as one person may. Go on tomorrow.",
            "You have sent %(n)d invitations within a day, as many as one person may. Go on tomorrow.",
            most,
        )
        raise Refusal(sentence % {"n": most})
    if made.with_address(address).count() >= PER_ADDRESS:
        words = {"n": PER_ADDRESS, "address": address}
        raise Refusal(
            _("%(n)d invitations went to %(address)s within a day. They may lie in the folder for unwanted mail.")
            % words
        )


def _refuse_unwelcome(person, by):
    if person.is_active and not person.is_blocked:
        return
    if not Person.objects.visible_to(by).filter(pk=person.pk).exists():
        desk = {"desk": settings.DESK_CONTACT}
        raise Refusal(_("This address cannot be invited here. Ask %(desk)s.") % desk)
    if not person.is_active:
        raise Refusal(_("%(person)s is inactive: reactivate them first.") % {"person": person})
    raise Refusal(_("%(person)s is blocked: unblock them first.") % {"person": person})
