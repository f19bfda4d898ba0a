"""What happens to a request, to whoever asked, gets the keys, or has to agree.

A mail leads to a page; nothing is decided by opening it.
"""

from django.db.models import Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Person, Trust
from assets.models import BuildingManager
from keys.models import Approval, Delegation, KeyRequest, ProposedKey, RequestMessage
from keys.models.approvals import today

SUBJECTS = {
    "sent": _("Request %(request)s for keys has arrived"),
    "message": _("Request %(request)s: a message"),
    "approved": _("Request %(request)s is approved"),
    "cutting": _("Request %(request)s: a key is being fabricated"),
    "available": _("Request %(request)s: a key is available and waits for delivery"),
    "ready": _("Request %(request)s: ready to be picked up"),
    "not_ready": _("Request %(request)s: a key is not ready any more"),
    "other_keys": _("Request %(request)s: other keys are needed"),
    "rejected": _("Request %(request)s is rejected"),
    "withdrawn": _("Request %(request)s is withdrawn"),
    "expired": _("Request %(request)s is over"),
    "done": _("Request %(request)s: the other keys are free again"),
    "wanted": _("Somebody asks for keys: request %(request)s needs you"),
    "escalated": _("Request %(request)s waits too long for an answer"),
}
TO_DECIDERS = {"wanted", "escalated"}
NAMED = 10  # things that are asked for


def request_sent(request, approvals, *, by):
    """To whoever gets the keys and whoever has asked for them, and to all who may decide one of these steps."""
    once = timezone.now().isoformat()
    letters = _letters("sent", request, {request.person, request.asked_by}, by=by, once=once)
    letters += _letters("wanted", request, deciders_of(approvals), by=by, once=once)
    notices.post_all(letters)


def request_approved(request, *, by):
    _tell("approved", request, by=by)


def keys_being_cut(request, *, by):
    """One mail, however many of the keys have to be cut."""
    _tell("cutting", request, by=by)


def keys_available(request, *, by):
    """A key is cut and fits; it is not at the desk yet."""
    _tell("available", request, by=by)


def keys_not_ready(request, *, by):
    """A key that was put aside is no good any more, and another has to be cut first."""
    _tell("not_ready", request, by=by)


def other_keys(request, *, by):
    """What was proposed or agreed to cannot be had any more; other keys are chosen."""
    _tell("other_keys", request, by=by)


def keys_ready(request, *, by):
    """One mail, however many of the keys are ready by now."""
    _tell("ready", request, by=by)


def request_ended(request, *, by):
    """It is rejected, withdrawn, or over before all keys were handed over."""
    if request.status in SUBJECTS:
        _tell(request.status, request, by=by)


def request_message(message, *, by):
    """To the other side: whoever asked, or those who have to decide and have not."""
    request = message.request
    asking = {request.person, request.asked_by}
    waiting = list(Approval.objects.open().filter(request=request).for_list())
    others = asking if by not in asking else deciders_of(waiting)
    others = others or set(Person.objects.allowed("keys.decide_request"))
    _post("message", request, others - {by}, by=by, message=message.pk, once=message.pk)


def approval_wanted(request, approvals, *, by):
    """To all who may decide one of these steps: one mail each, however many steps are theirs."""
    _post("wanted", request, deciders_of(approvals), by=by, once=timezone.now().isoformat())


def approvals_escalated(approvals):
    """To the key office: these steps wait too long."""
    office = set(Person.objects.allowed("keys.decide_request")) if approvals else set()
    for request in KeyRequest.objects.filter(approvals__in=approvals).distinct().order_by("pk"):
        _post("escalated", request, office, by=None, once=timezone.now().isoformat())


def delegated(delegation, *, by):
    """To the deputy: what to decide, and until when."""
    facts = {"delegation": delegation.pk}
    notices.post(kind="delegation", person=delegation.deputy, facts=facts, by=by)


def deciders_of(approvals):
    """Who is told of steps of one request: those in charge and their deputies, else the key office; never whoever asks.

    Asks the database twice, however many steps there are.
    """
    if not approvals:
        return set()
    asking = {approvals[0].request.person_id, approvals[0].request.asked_by_id}
    in_charge = [people - asking for people in _in_charge(approvals)]
    people = set().union(*in_charge)
    away = Delegation.objects.current(on=today()).filter(person__in=people)
    told = Q(pk__in=people) | Q(pk__in=away.order_by().values("deputy"))
    if not all(in_charge):
        told |= Q(pk__in=Person.objects.allowed("keys.decide_request").values("pk"))
    return set(Person.objects.active().filter(told).exclude(pk__in=asking))


def _in_charge(approvals):
    """The active people who are in charge of each step, of whom there may be none."""
    buildings, departments = ({getattr(step, name) for step in approvals} for name in ("building_id", "department_id"))
    managers = BuildingManager.objects.current(on=today()).filter(building__in=buildings, person__is_active=True)
    heads = Person.objects.active().filter(heads__in=departments).order_by()
    rows = managers.order_by().values_list(Value(True), "building", "person")
    rows = set(rows.union(heads.values_list(Value(False), "heads", "pk")))
    for step in approvals:
        place = (True, step.building_id) if step.building_id else (False, step.department_id)
        yield {person for *there, person in rows if tuple(there) == place}


def _tell(event, request, *, by, **facts):
    """To whoever gets the keys, and whoever has asked for them."""
    _post(event, request, {request.person, request.asked_by}, by=by, once=timezone.now().isoformat(), **facts)


def _post(event, request, people, *, by, once, **facts):
    letters = _letters(event, request, people, by=by, once=once, **facts)
    if letters:
        notices.post_all(letters)


def _letters(event, request, people, *, by, once, **facts):
    facts |= {"request": request.pk, "event": event}
    return [
        notices.letter(
            kind="key_request",
            person=person,
            facts=facts,
            once_per=f"key_request:{request.pk}:{event}:{person.pk}:{once}",
            by=by,
        )
        for person in sorted(people, key=lambda person: person.pk)
    ]


def key_request(notice):
    """What happened to a request, as it is when it is sent; a step that is decided by then needs nobody any more."""
    event = notice.facts["event"]
    request = KeyRequest.objects.for_list().filter(pk=notice.facts["request"]).first()
    if request is None:
        return None
    open_steps = Approval.objects.open().filter(request=request)
    if event in TO_DECIDERS and not open_steps.exists():
        return None
    with notices.speaking_to(notice.person):
        subject = SUBJECTS[event] % {"request": request}
    items = list(request.items.select_related("door__building", "space__building", "symbol"))
    context = {
        "request": request,
        "event": event,
        "subject": subject,
        "message": RequestMessage.objects.filter(pk=notice.facts.get("message")).select_related("by").first(),
        "keys": ProposedKey.objects.current().filter(proposal__request=request).for_list(),
        "back": ProposedKey.objects.filter(proposal__request=request).loans_to_give_back().for_list(),
        "later": request.needed_from > today(),
        "items": items[:NAMED],
        "more": len(items[NAMED:]),
        "mine": notice.person == request.person,
        "link": _way_to(request, event, notice.person),
    }
    return notices.render("key_request", person=notice.person, context=context)


def _way_to(request, event, person):
    """Whoever has to decide is led to the step that waits for them, or to all where there are several."""
    steps = Approval.objects.open().filter(request=request).in_charge_of(person, trust=Trust.PROVED)[:2]
    if len(steps) == 1:
        return notices.link("approval", steps[0].pk)
    return notices.link("approval_list") if event in TO_DECIDERS else notices.link("key_request", request.pk)


def delegation(notice):
    row = Delegation.objects.select_related("person").filter(pk=notice.facts["delegation"], ended_at=None).first()
    if row is None:
        return None
    context = {"delegation": row, "link": notices.link("approval_list")}
    return notices.render("delegation", person=notice.person, context=context)


CONTENTS = {"key_request": key_request, "delegation": delegation}
