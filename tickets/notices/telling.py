"""Who is told of what has happened.

Whoever has not proved their address gets nothing in a mail that somebody typed, and one mail an hour at most; for
anybody else the mail says what happened. Nobody is told of what they did themselves, but the reporter of the report.
"""

from datetime import timedelta

from django.utils import timezone

from accounts import notices
from accounts.models import Notice, Person
from tickets.models import TrackingLink
from tickets.notices.digests import collected, wanting_digest
from tickets.notices.matrix import CUSTOMERS, MATRIX, REPORTER, REVIEWER, TEAM, TECHNICIAN, WATCHER


def reported(ticket, *, by):
    _tell("reported", ticket, by)


def accepted(ticket, *, by):
    _tell("accepted", ticket, by)


def rejected(ticket, *, by):
    _tell("rejected", ticket, by)


def assigned(ticket, *, by):
    _tell("assigned", ticket, by)


def started(ticket, *, by):
    _tell("started", ticket, by)


def stalled(ticket, *, by):
    _tell("stalled", ticket, by)


def woken(ticket, *, by):
    _tell("woken", ticket, by)


def resolved(ticket, *, by):
    _tell("resolved", ticket, by)


def confirmed(ticket, *, by):
    _tell("confirmed", ticket, by)


def sent_back(ticket, *, by):
    _tell("sent_back", ticket, by)


def reopened(ticket, *, by):
    _tell("reopened", ticket, by)


def merged(ticket, *, into, by):
    """The mail leads to ``into``, where it goes on."""
    _tell("merged", ticket, by, into=into.pk)


def unmerged(ticket, *, by):
    _tell("unmerged", ticket, by)


def replied(comment, *, by):
    _tell("replied", comment.ticket, by, comment=comment.pk)


def noted(comment, *, by):
    _tell("noted", comment.ticket, by, comment=comment.pk)


def joined(ticket, person):
    """To somebody who has the same fault: where to follow the ticket."""
    notices.post_all(_messages("joined", ticket, person, WATCHER, None, {}))


def receivers(event, ticket, *, by):
    """Who is told of ``event``: each person once, in the role that comes first."""
    found = {}
    for role in (REPORTER, TECHNICIAN, WATCHER, TEAM, REVIEWER):
        if role in MATRIX[event]:
            for person in _in_role(role, ticket):
                found.setdefault(person, role)
    if by is not None and not (event == "reported" and found.get(by) == REPORTER):
        found.pop(by, None)
    if event == "reported":
        return found
    silent = set(TrackingLink.objects.silent().filter(ticket=ticket).values_list("person", flat=True))
    return {person: role for person, role in found.items() if role not in CUSTOMERS or person.pk not in silent}


def _in_role(role, ticket):
    if role == REPORTER:
        return [ticket.reporter] if ticket.reporter_id else []
    if role == TECHNICIAN:
        return [ticket.technician] if ticket.technician_id else []
    if role == WATCHER:
        return Person.objects.active().filter(watched__ticket=ticket, watched__ended_at=None)
    if role == TEAM:
        return Person.objects.active().filter(teams__team=ticket.team_id) if ticket.team_id else []
    return Person.objects.none()  # reviewers read a digest: see there


def _tell(event, ticket, by, **facts):
    told = receivers(event, ticket, by=by)
    later = wanting_digest([person for person, role in told.items() if role not in CUSTOMERS], ticket)
    messages = []
    for person, role in told.items():
        written = _messages(event, ticket, person, role, by, facts)
        messages += collected(written[0], timezone.now()) if person.pk in later else written
    if messages:
        notices.post_all(messages)


def _messages(event, ticket, person, role, by, facts):
    now = timezone.now()
    if role in CUSTOMERS and person.email_proved_at is None:
        return _news(person, by, now)
    facts = {"event": event, "ticket": ticket.pk, "role": role} | facts
    key = f"ticket:{ticket.pk}:{ticket.version}:{event}:{person.pk}"
    return [Notice(kind="ticket_event", person=person, facts=facts, dedupe_key=key, requested_by=by, next_try_at=now)]


def _news(person, by, now):
    """The mail of this hour to an address that nobody has proved, and that of the next: of what comes meanwhile."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return [
        Notice(
            kind="ticket_news",
            person=person,
            dedupe_key=f"ticket-news:{person.pk}:{begin.isoformat()}",
            requested_by=by,
            next_try_at=max(now, begin),
        )
        for begin in (hour, hour + timedelta(hours=1))
    ]
