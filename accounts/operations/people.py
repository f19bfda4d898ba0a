"""Registering people, and deciding whether they may borrow and work here."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import notices
from accounts.codes import keyed_digest
from accounts.models import Notice, Person
from keysite.ledger import Refusal, lock, lock_word, record

PROFILE = ("first_name", "last_name", "phone", "identifier", "affiliation", "department", "language", "time_zone")


@transaction.atomic
def register(*, email, by, reason="registered", **fields):
    """A new person; an address that is known gives back the person it belongs to, untouched.

    Refused for a new address with an identifier that somebody else has.
    """
    address = " ".join(email.split())
    lock_word(f"address:{address.lower()}")
    known = Person.objects.with_address(address).first()
    if known:
        return known
    person = Person(email=address, **fields)
    _refuse_taken_identifier(person.identifier, person)
    person.set_unusable_password()
    record(person, by=by, reason=reason)
    return person


@transaction.atomic
def complete_profile(*, person, values):
    """Take over what people say of themselves. Affiliation, identifier and department are given once; then staff change
    them: colleagues ask for keys for each other.

    Refused for an affiliation that only staff give or that needs an identifier which is missing, for an identifier
    that somebody else has, and for a department that is not accepted.
    """
    lock(person, "affiliation")
    values = {name: value for name, value in values.items() if name in PROFILE}
    _refuse_profile(person, values)
    _refuse_taken_identifier(values.get("identifier"), person)
    for name, value in values.items():
        setattr(person, name, value)
    record(person, by=person, reason="profile completed")


def _refuse_profile(person, values):
    """What people may not say of themselves."""
    desk = {"desk": settings.DESK_CONTACT}
    _refuse_department(person, values.get("department", person.department))
    affiliation = values.get("affiliation", person.affiliation)
    if person.affiliation and affiliation != person.affiliation:
        raise Refusal(_("Your affiliation is on file. Ask %(desk)s to change it.") % desk)
    if affiliation and not person.affiliation and not affiliation.may_be_chosen:
        raise Refusal(_("Only staff can give the affiliation “%(name)s”.") % {"name": affiliation})
    identifier = values.get("identifier", person.identifier)
    if person.identifier and identifier != person.identifier:
        raise Refusal(_("Your identifier is on file. Ask %(desk)s to change it.") % desk)
    if affiliation and affiliation.identifier_required and not identifier:
        words = {"name": affiliation}
        raise Refusal(_("“%(name)s” needs an identifier: add your university or staff number.") % words)


def _refuse_department(person, department):
    if person.department_id and department != person.department:
        words = {"desk": settings.DESK_CONTACT}
        raise Refusal(_("Your department is on file. Ask %(desk)s to change it.") % words)
    if department and not person.department_id and not department.accepted_at:
        raise Refusal(_("“%(name)s” waits for the desk. Choose another until then.") % {"name": department})


def _refuse_taken_identifier(identifier, person):
    if not identifier:
        return
    lock_word(f"identifier:{identifier.lower()}")
    if Person.objects.with_identifier(identifier).exclude(pk=person.pk).exists():
        raise Refusal(_("Somebody else has this identifier. Check it, or ask the desk."))


@transaction.atomic
def set_password(*, person, password):
    """From now on ``person`` may sign in with this password; every other session of theirs ends."""
    lock(person)
    person.set_password(password)
    record(person, by=person, reason="password set")


@transaction.atomic
def reset_second_factor(*, person, by):
    """Forget the authenticator app, passkeys and recovery codes of ``person``, who sets up new ones at a sign-in.

    Refused when there are none.
    """
    lock(person)
    if not person.authenticator_set.exists():
        raise Refusal(_("%(person)s has no second factor.") % {"person": person})
    person.authenticator_set.all().delete()
    record(person, by=by, reason="second factor reset")
    notices.post(kind="sign_in_changed", person=person, facts={"change": "reset"}, by=by)


@transaction.atomic
def change_address(*, person, email, by):
    """Give ``person`` another address, which counts as not proved; the old one is told.

    Refused when it is the same, when somebody has it, and for people who work here unless ``by`` gives roles: the
    address is how one signs in.
    """
    lock(person)
    if person.anonymised_at:
        raise Refusal(_("This person was anonymised; there is no address any more."))
    if person.is_staff and person != by and not by.has_perm("accounts.assign_roles"):
        raise Refusal(_("Only who gives roles changes the address of somebody with one."))
    if email.lower() == person.email.lower():
        raise Refusal(_("That is the address already."))
    lock_word(f"address:{email.lower()}")
    if Person.objects.with_address(email).exists():
        raise Refusal(_("Somebody with this e-mail address is in the register already."))
    notices.post(kind="address_changed", address=person.email, facts={"person": person.pk}, by=by)
    person.email, person.email_proved_at, person.email_bounced_at = email, None, None
    record(person, by=by, reason="address changed")
    person.emailaddress_set.all().delete()


@transaction.atomic
def block(*, person, by, reason):
    """Stop ``person`` from borrowing; what is out stays out. Refused without a reason, and when blocked already."""
    lock(person)
    if person.is_blocked:
        raise Refusal(_("%(person)s is blocked already.") % {"person": person})
    if not reason:
        raise Refusal(_("Say why %(person)s is blocked.") % {"person": person})
    person.blocked_at, person.blocked_by, person.blocked_reason = timezone.now(), by, reason[:200]
    record(person, by=by, reason=f"blocked: {reason}")


@transaction.atomic
def unblock(*, person, by, reason="unblocked"):
    """Let ``person`` borrow again. Refused when not blocked."""
    lock(person)
    if not person.is_blocked:
        raise Refusal(_("%(person)s is not blocked.") % {"person": person})
    person.blocked_at = person.blocked_by = None
    person.blocked_reason = ""
    record(person, by=by, reason=reason)


@transaction.atomic
def deactivate(*, person, by, reason="deactivated"):
    """Close the door: no sign-in, no borrowing, no mail. Refused for oneself, and when inactive already."""
    lock(person)
    if person == by:
        raise Refusal(_("You cannot deactivate yourself."))
    if not person.is_active:
        raise Refusal(_("%(person)s is inactive already.") % {"person": person})
    person.is_active, person.deactivated_at = False, timezone.now()
    record(person, by=by, reason=reason)


@transaction.atomic
def reactivate(*, person, by, reason="reactivated"):
    """Open the door again. Refused when active, and for ever after anonymising."""
    lock(person)
    if person.anonymised_at:
        raise Refusal(_("This person was anonymised; that cannot be taken back."))
    if person.is_active:
        raise Refusal(_("%(person)s is active.") % {"person": person})
    person.is_active, person.deactivated_at = True, None
    record(person, by=by, reason=reason)


@transaction.atomic
def issue_pin(*, person, by):
    """A new PIN of six digits for a clerk to nod with at a kiosk; it is shown this once, an old one stops working."""
    lock_word("pin")  # nobody else gets the same one meanwhile
    lock(person)
    if not person.is_active or not person.has_perm("keys.check_out"):
        raise Refusal(_("Only people who hand out keys have a PIN."))
    while True:
        pin = f"{secrets.randbelow(1_000_000):06d}"
        if not Person.objects.filter(pin_digest=keyed_digest(pin)).exists():
            break
    person.pin_digest = keyed_digest(pin)
    record(person, by=by, reason="new PIN")
    return pin


@transaction.atomic
def disavow(*, notice):
    """“This was not me”: block the person that ``notice`` went to until the desk has looked, and tell the desk.

    Whoever is signed in as this person is signed out, and the password is gone. Said again, it changes nothing.
    """
    person, once_per = notice.person, f"disavowed:{notice.pk}"
    lock(person)
    if Notice.objects.filter(dedupe_key=once_per).exists():
        return
    if not person.is_blocked:
        person.blocked_at, person.blocked_reason = timezone.now(), "said of a message: this was not me"
    person.set_unusable_password()
    record(person, by=person, reason="disavowed a message")
    notices.post(
        kind="disavowed",
        address=settings.DESK_EMAIL,
        facts={"person": person.pk, "link": notices.link("admin:accounts_person_change", person.pk)},
        once_per=once_per,
    )
