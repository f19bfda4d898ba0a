"""Forgetting who somebody was."""

from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import EmailCode, Invitation, Notice
from keysite.ledger import Refusal, lock, record, remove

WORDS_OF_LOSSES = ("circumstances", "police_reference")
WORDS_OF_FEES = ("note", "appeal", "appeal_answer", "waived_reason")


@transaction.atomic
def anonymise(*, person, by):
    """Forget who ``person`` was, for ever, in the register, its history, the outbox and the console's log, and what
    was written about lost keys and fees.

    What they borrowed and paid stays. Refused for oneself, when done already, while something is still out, and while
    a fee is neither paid nor waived.
    """
    lock(person)
    _refuse_unsettled(person)
    if person == by:
        raise Refusal(_("You cannot anonymise yourself."))
    if person.anonymised_at:
        raise Refusal(_("This person is anonymised already."))
    blank = {"first_name": "", "last_name": "", "phone": "", "identifier": "", "pin_digest": "", "blocked_reason": ""}
    blank |= {"department": None, "sponsor": None, "leaves_on": None, "blocked_at": None, "blocked_by": None}
    address, nobody = person.email, f"anonymised-{person.pk}@invalid"
    for name, value in (blank | {"email": nobody, "is_staff": False, "is_superuser": False}).items():
        setattr(person, name, value)
    person.set_unusable_password()
    person.is_active, person.anonymised_at = False, timezone.now()
    person.deactivated_at = person.deactivated_at or person.anonymised_at
    record(person, by=by, reason="anonymised")
    _take_away(person)
    _empty_baskets(person, by)
    _forget_words(person)
    blank.pop("pin_digest")
    person.history.update(email=nobody, history_change_reason="anonymised", **blank)
    _forget_address(person, address, nobody)


def _refuse_unsettled(person):
    words = {"person": person}
    if person.loans.active().exists():  # through the relation: this app knows nothing of the ones above it
        raise Refusal(_("%(person)s still holds keys: take them back first.") % words)
    if person.charges.open().exists():
        raise Refusal(_("%(person)s still has fees to pay: take the payment or waive them first.") % words)
    if person.key_requests.under_way().exists():
        raise Refusal(_("%(person)s has asked for keys: have the request rejected or withdrawn first.") % words)
    if person.assignments.open().exists():
        raise Refusal(_("%(person)s still holds assets: take them back first.") % words)
    if person.reservations.live().exists():
        raise Refusal(_("%(person)s still has reservations: cancel them first.") % words)


def _empty_baskets(person, by):
    """What they, or somebody for them, were about to ask for."""
    for draft in person.key_requests.drafts():
        for row in (*draft.items.all(), draft):
            remove(row, by=by, reason="anonymised")


def _forget_words(person):
    """What was written about their lost keys and their fees, by them and by others; sums and receipts stay."""
    loans = person.loans.all()
    reports = loans.model._meta.get_field("loss_reports").related_model.objects.filter(loan__in=loans)
    for rows, names in ((reports, WORDS_OF_LOSSES), (person.charges.all(), WORDS_OF_FEES)):
        versions = rows.model.history.filter(id__in=rows.values("pk"))
        for name in names:
            rows.exclude(**{name: ""}).update(**{name: "anonymised"})
            versions.exclude(**{name: ""}).update(**{name: "anonymised"})
        said = Func("history_change_reason", Value(": "), Value(1), function="split_part")
        versions.update(history_change_reason=said)  # such as “waived: ” and why


def _take_away(person):
    """All that lets somebody in."""
    person.groups.clear()
    person.user_permissions.clear()
    for ways_in in (
        person.emailaddress_set,
        person.socialaccount_set,
        person.authenticator_set,
        person.usersession_set,
    ):
        ways_in.all().delete()


def _forget_address(person, address, nobody):
    """What was written to or about the address, and what the console's log calls things after it."""
    EmailCode.objects.filter(address__iexact=address).delete()
    invitations = list(Invitation.objects.about(person, address).values_list("pk", flat=True))
    Invitation.objects.standing().filter(pk__in=invitations).update(withdrawn_at=timezone.now())
    Invitation.objects.filter(pk__in=invitations).update(email=nobody)
    Invitation.history.filter(id__in=invitations).update(email=nobody)
    Notice.objects.filter(address__iexact=address).update(address=nobody)
    about = Notice.objects.filter(Q(person=person) | Q(address=nobody) | Q(text__icontains=address))
    about.update(sent_to="", subject="", text="", last_error="", facts={})
    LogEntry.objects.filter(object_repr__icontains=address).update(object_repr=nobody)
