"""Who is told what of a ticket: one matrix of events and roles.

Whoever has not proved their address gets nothing in a mail that somebody typed, and one mail an hour at most; for
anybody else the mail says what happened. Nobody is told of what they did themselves, but the reporter of the report.
"""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import notices
from accounts.models import Notice, Person
from tickets.models import Comment, Ticket, TrackingLink
from tickets.tokens import token_of

REPORTER, WATCHER, TECHNICIAN, TEAM, REVIEWER = "reporter", "watcher", "technician", "team", "reviewer"
CUSTOMERS = {REPORTER, WATCHER}
MATRIX = {
    "reported": {REPORTER, TEAM, REVIEWER},
    "accepted": {REPORTER, WATCHER, TECHNICIAN, TEAM},
    "rejected": {REPORTER, WATCHER},
    "assigned": {TECHNICIAN, TEAM},
    "started": {REPORTER, WATCHER},
    "stalled": {REPORTER, WATCHER},
    "replied": {REPORTER, WATCHER, TECHNICIAN},
    "noted": {TECHNICIAN},
    "resolved": {REPORTER, WATCHER, REVIEWER},
    "confirmed": {TECHNICIAN},
    "sent_back": {TECHNICIAN, TEAM},
    "reopened": {REPORTER, WATCHER, TECHNICIAN, TEAM},
    "merged": {REPORTER, WATCHER},
}
SUBJECTS = {
    "reported": _("Ticket #%(number)s: your report has arrived"),
    "accepted": _("Ticket #%(number)s: it will be mended"),
    "rejected": _("Ticket #%(number)s: it will not be mended"),
    "assigned": _("Ticket #%(number)s is yours"),
    "started": _("Ticket #%(number)s: somebody is at it"),
    "stalled": _("Ticket #%(number)s has to wait"),
    "replied": _("Ticket #%(number)s: a reply"),
    "noted": _("Ticket #%(number)s: a note"),
    "resolved": _("Ticket #%(number)s is mended: does it work?"),
    "confirmed": _("Ticket #%(number)s is confirmed"),
    "sent_back": _("Ticket #%(number)s: still broken"),
    "reopened": _("Ticket #%(number)s is open again"),
    "merged": _("Ticket #%(number)s goes on in another one"),
}
TO_STAFF = {"reported": _("Ticket #%(number)s: a new report"), "resolved": _("Ticket #%(number)s is resolved")}


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


def resolved(ticket, *, by):
    _tell("resolved", ticket, by)


def confirmed(ticket, *, by):
    _tell("confirmed", ticket, by)


def sent_back(ticket, *, by):
    _tell("sent_back", ticket, by)


def reopened(ticket, *, by):
    _tell("reopened", ticket, by)


def merged(ticket, *, by):
    _tell("merged", ticket, by)


def replied(comment, *, by):
    _tell("replied", comment.ticket, by, comment=comment.pk)


def noted(comment, *, by):
    _tell("noted", comment.ticket, by, comment=comment.pk)


def receivers(event, ticket, *, by):
    """Who is told of ``event``: each person once, in the role that comes first."""
    found = {}
    for role in (REPORTER, TECHNICIAN, WATCHER, TEAM, REVIEWER):
        if role in MATRIX[event]:
            for person in _in_role(role, ticket):
                found.setdefault(person, role)
    if by is not None and not (event == "reported" and found.get(by) == REPORTER):
        found.pop(by, None)
    return found


def _in_role(role, ticket):
    if role == REPORTER:
        return [ticket.reporter] if ticket.reporter_id else []
    if role == TECHNICIAN:
        return [ticket.technician] if ticket.technician_id else []
    if role == WATCHER:
        return Person.objects.active().filter(watched__ticket=ticket, watched__ended_at=None)
    if role == TEAM:
        return Person.objects.active().filter(teams__team=ticket.team_id) if ticket.team_id else []
    return Person.objects.none()  # reviewers read the list; a digest of theirs is written once a day


def _tell(event, ticket, by, **facts):
    messages = [
        _message(event, ticket, person, role, by, facts) for person, role in receivers(event, ticket, by=by).items()
    ]
    if messages:
        notices.post_all(messages)


def _message(event, ticket, person, role, by, facts):
    now = timezone.now()
    if role in CUSTOMERS and person.email_proved_at is None:
        return _news(ticket, person, by, now)
    facts = {"event": event, "ticket": ticket.pk, "role": role} | facts
    key = f"ticket:{ticket.pk}:{ticket.version}:{event}:{person.pk}"
    return Notice(kind="ticket_event", person=person, facts=facts, dedupe_key=key, requested_by=by, next_try_at=now)


def _news(ticket, person, by, now):
    """The one mail of this hour to an address that nobody has proved; what comes after it waits for the next hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    key = f"ticket-news:{person.pk}:"
    if Notice.objects.filter(dedupe_key=f"{key}{hour.isoformat()}", sent_at__isnull=False).exists():
        hour += timedelta(hours=1)
    return Notice(
        kind="ticket_news",
        person=person,
        facts={"ticket": ticket.pk},
        dedupe_key=f"{key}{hour.isoformat()}",
        requested_by=by,
        next_try_at=max(now, hour),
    )


def ticket_event(notice):
    """What happened, for one receiver, as the ticket is when it is sent; pointless once it is deleted."""
    ticket = Ticket.objects.kept().for_list().filter(pk=notice.facts["ticket"]).first()
    if ticket is None:
        return None
    event, role = notice.facts["event"], notice.facts["role"]
    subjects = SUBJECTS if role in CUSTOMERS else SUBJECTS | TO_STAFF
    with notices.speaking_to(notice.person):
        subject = subjects[event] % {"number": ticket.number}
    said = Comment.objects.filter(pk=notice.facts.get("comment")).first()
    context = {"ticket": ticket, "event": event, "said": said, "subject": subject, "customer": role in CUSTOMERS}
    context["link"] = _link(ticket, notice.person, role)
    return notices.render("ticket_event", person=notice.person, context=context)


def ticket_news(notice):
    """To an address that nobody has proved: numbers and links, and nothing that somebody typed."""
    links = TrackingLink.objects.in_use().filter(person=notice.person, ticket__deleted_at=None)
    recent = links.filter(ticket__touched_at__gte=notice.created_at - timedelta(hours=1)).select_related("ticket")
    rows = [(link.ticket, notices.link("ticket_follow", token_of(link))) for link in recent.order_by("ticket")]
    return notices.render("ticket_news", person=notice.person, context={"rows": rows}) if rows else None


def _link(ticket, person, role):
    """Where the receiver looks at the ticket: by their own secret address, or in the console."""
    if role not in CUSTOMERS:
        return notices.link("admin:tickets_ticket_change", ticket.pk)
    link = TrackingLink.objects.in_use().filter(ticket=ticket, person=person).first()
    return notices.link("ticket_follow", token_of(link)) if link else notices.link("start")


CONTENTS = {"ticket_event": ticket_event, "ticket_news": ticket_news}
