"""Who is told what of a ticket: one matrix of events and roles.

Whoever has not proved their address gets nothing in a mail that somebody typed, and one mail an hour at most; for
anybody else the mail says what happened. Nobody is told of what they did themselves, but the reporter of the report.
"""

from datetime import timedelta

from django.db.models import Max
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
    "joined": _("Ticket #%(number)s: we keep you informed"),
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
    return Person.objects.none()  # reviewers read the list; a digest of theirs is written once a day


def _tell(event, ticket, by, **facts):
    messages = []
    for person, role in receivers(event, ticket, by=by).items():
        messages += _messages(event, ticket, person, role, by, facts)
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
    """To an address that nobody has proved: numbers and links, and nothing that somebody typed.

    Pointless when nothing has happened since the last one, and once the address is proved.
    """
    sent = Notice.objects.filter(kind="ticket_news", person=notice.person).aggregate(last=Max("sent_at"))["last"]
    links = TrackingLink.objects.in_use().filter(person=notice.person, silent_at=None, ticket__deleted_at=None)
    links = links.filter(ticket__touched_at__gt=sent) if sent else links
    if notice.person.email_proved_at or not links:
        return None
    rows = [(link.ticket, _follow(link)) for link in links.select_related("ticket").order_by("ticket")]
    return notices.render("ticket_news", person=notice.person, context={"rows": rows})


def _follow(link):
    return notices.link("ticket_follow", token_of(link))


def _link(ticket, person, role):
    """Where the receiver looks at the ticket: by their own secret address; staff on their first page."""
    if role not in CUSTOMERS:
        return notices.link("admin:index")
    link = TrackingLink.objects.in_use().filter(ticket=ticket, person=person).first()
    return _follow(link) if link else notices.link("start")


CONTENTS = {"ticket_event": ticket_event, "ticket_news": ticket_news}
