"""Ask for keys: the basket, the conversation, and how a request ends before the keys are handed over."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Trust
from accounts.operations import refuse_borrower
from assets.models import Space
from keys import notices
from keys.models import Approval, Door, KeyRequest, KeySymbol, RequestItem, RequestMessage
from keys.models.approvals import today
from keys.operations.approvals import drop_approvals, first_steps
from keys.operations.fulfilment import begin_request, take_back_promises
from keys.operations.proposals import AT_ONCE, NOTHING, propose, with_choice
from keysite.ledger import Refusal, lock, lock_word, record, record_new, remove

THINGS = {"door": Door, "space": Space, "symbol": KeySymbol}
MOST_ITEMS, LONGEST = 200, timedelta(days=2 * 366)


@transaction.atomic
def add_to_request(*, by, person=None, door=None, space=None, symbol=None, things=()):
    """Put a door, a room, a key symbol, or many of these (``things``) into the basket of ``by``, for ``person``.

    Without a ``person`` it is for oneself. Twice is once. Refused for somebody of another department, for a retired
    door or symbol, for a symbol above the person's level, and beyond 200 things. Gives back the request that is the
    basket.
    """
    person = person or by
    things = [*things, *filter(None, (door, space, symbol))]
    lock_word(f"request:{by.pk}")
    _refuse_person(person, by)
    for thing in things:
        _refuse_thing(person, thing)
    request = _basket(person, by)
    known = {_place(item) for item in request.items.all()}
    items = {_place(item): item for item in (RequestItem(request=request, **{_kind(t): t}) for t in things)}
    new = [item for place, item in items.items() if place not in known]
    if len(known) + len(new) > MOST_ITEMS:
        raise Refusal(_("A request has %(most)s things at most. Send this one, and begin another.") % _most())
    record_new(new, by=by, reason="asked for")
    return request


@transaction.atomic
def remove_from_request(*, item, by):
    """Take something out of the basket. Refused once the request is sent, and for anybody else's basket."""
    lock_word(f"request:{by.pk}")
    request = item.request
    lock(request)
    if request.status != KeyRequest.Status.DRAFT or request.asked_by_id != by.pk:
        raise Refusal(_("Request %(request)s is sent already. Withdraw it to change it.") % {"request": request})
    remove(item, by=by, reason="taken out")


@transaction.atomic
def send_request(*, request, by, purpose, needed_from, needed_until):
    """Send the basket: which keys it comes to is chosen now (of more than 20 doors by the clock), and whoever is in
    charge of any door that these keys open is asked.

    Refused without a purpose or the name of who gets the keys, for days that make no sense, for an empty basket, for a
    person who may not borrow or is of another department by now, and when there are no keys to give, or too many
    (``propose``).
    """
    words = {"purpose": purpose.strip()[:500], "needed_from": needed_from, "needed_until": needed_until}
    with_choice(request, lambda choice: _send(request, words, choice, by=by), most=AT_ONCE)


def _send(request, words, choice, *, by):
    begin_request(request)
    _refuse_unless(request, KeyRequest.Status.DRAFT, by=by)
    _refuse_person(request.person, by)
    refuse_borrower(request.person, now=timezone.now())
    _refuse_nobody(request.person)
    _refuse_days(**words)
    if choice is None and not request.items.exists():
        raise Refusal(NOTHING)
    for name, value in words.items():
        setattr(request, name, value)
    request.status, request.submitted_at = KeyRequest.Status.SUBMITTED, timezone.now()
    record(request, by=by, reason="sent")
    asked = []
    if choice:
        propose(request, choice)
        asked = first_steps(request, choice.levels, by=by)
    notices.request_sent(request, asked, by=by)


@transaction.atomic
def withdraw_request(*, request, by):
    """The keys are not needed any more: what is kept ready is free again, and what is not cut yet is not cut.

    Refused for anybody but whoever asked or gets the keys, and when all is over.
    """
    begin_request(request)
    _refuse_stranger(request, by)
    if not request.is_open:
        raise Refusal(_("Request %(request)s is over.") % {"request": request})
    end_request(request, KeyRequest.Status.WITHDRAWN, by=by, reason="withdrawn")


@transaction.atomic
def write_message(*, request, by, text, ask_back=False, trust=Trust.STAFF):
    """Say something about a request; both sides get it by mail. With ``ask_back`` the request waits for an answer.

    An answer of whoever asked ends the waiting. Refused when empty, when the request is over, for who has no part in it
    (``KeyRequestQuerySet.open_to``), and with ``ask_back`` for who has nothing to decide of it today.
    """
    begin_request(request)
    _refuse_no_part(request, by, ask_back, trust)
    text = text.strip()[:2000]
    if not text:
        raise Refusal(_("Write something first."))
    if not request.is_open or request.status == KeyRequest.Status.DRAFT:
        raise Refusal(_("Request %(request)s is not under way: nobody would read that.") % {"request": request})
    message = RequestMessage(request=request, text=text, by=by, at=timezone.now())
    record(message, by=by, reason="written")
    own = by.pk in {request.person_id, request.asked_by_id}
    if ask_back:
        request.asked_back_at = message.at
        record(request, by=by, reason="asked back")
    elif own and request.asked_back_at:
        request.asked_back_at = None
        record(request, by=by, reason="answered")
    notices.request_message(message, by=by)
    return message


def end_request(request, status, *, by, reason, why=""):
    """Write down that a request that is held is over, and free what was promised."""
    request.status, request.ended_at, request.reason, request.asked_back_at = status, timezone.now(), why[:500], None
    record(request, by=by, reason=reason)
    drop_approvals(request, by=by)
    take_back_promises(request, by=by)
    notices.request_ended(request, by=by)


def _refuse_person(person, by):
    if person.pk != by.pk and (by.department_id is None or person.department_id != by.department_id):
        words = {"person": person.name or person.email}
        raise Refusal(_("%(person)s is not of your department. Ask for people of yours, or let them ask.") % words)
    if person.affiliation_id is None:
        raise Refusal(_("%(person)s has no affiliation yet. Complete the profile first.") % {"person": person})


def _refuse_no_part(request, by, ask_back, trust):
    if not KeyRequest.objects.open_to(by, trust=trust).filter(pk=request.pk).exists():
        raise Refusal(
            _("You have no part in request %(request)s: nobody expects a word of you.") % {"request": request}
        )
    if ask_back and not Approval.objects.open().in_charge_of(by, trust=trust).filter(request=request).exists():
        raise Refusal(_("You are not in charge of this today. Ask the key office to correct that."))


def _basket(person, by):
    """The request that is begun and not sent, held; a new one where there is none."""
    request = KeyRequest.objects.drafts().filter(person=person, asked_by=by).first()
    if request is None:
        request = KeyRequest(person=person, asked_by=by, made_at=timezone.now())
        record(request, by=by, reason="begun")
        return request
    lock(request)
    if request.status != KeyRequest.Status.DRAFT:
        raise Refusal(_("Request %(request)s was sent just now. Open the page again.") % {"request": request})
    return request


def _kind(thing):
    return next(kind for kind, model in THINGS.items() if isinstance(thing, model))


def _place(item):
    return item.door_id, item.space_id, item.symbol_id


def _refuse_thing(person, thing):
    if isinstance(thing, Door) and thing.retired_at:
        raise Refusal(_("Door %(door)s is retired.") % {"door": thing})
    if not isinstance(thing, KeySymbol):
        return
    if thing.retired_at:
        raise Refusal(_("Symbol %(symbol)s is retired: no keys of it are made or handed out.") % {"symbol": thing})
    if thing.level > person.affiliation.highest_level:
        words = {"symbol": thing, "level": thing.get_level_display(), "affiliation": person.affiliation}
        raise Refusal(_("%(symbol)s (%(level)s) is above what “%(affiliation)s” may hold. Name the doors.") % words)


def _refuse_nobody(person):
    if not person.name:
        words = {"person": person.email}
        raise Refusal(_("%(person)s has no name in the profile yet. Add it first: it goes with the request.") % words)


def _refuse_days(purpose, needed_from, needed_until):
    if not purpose:
        raise Refusal(_("Say what the keys are for: whoever agrees reads it."))
    if needed_from is None or needed_until is None or needed_until < needed_from:
        raise Refusal(_("Give the first and the last day on which the keys are needed."))
    if needed_until < today():
        raise Refusal(_("The last day is past."))
    if needed_until - needed_from > LONGEST:
        raise Refusal(_("That is longer than two years. Ask for less, and again then."))


def _refuse_unless(request, status, *, by):
    if by.pk != request.asked_by_id:
        raise Refusal(_("Request %(request)s is somebody else's.") % {"request": request})
    if request.status != status:
        raise Refusal(_("Request %(request)s is sent already.") % {"request": request})


def _refuse_stranger(request, by):
    if by.pk not in {request.asked_by_id, request.person_id}:
        raise Refusal(_("Request %(request)s is somebody else's.") % {"request": request})


def _most():
    return {"most": MOST_ITEMS}
