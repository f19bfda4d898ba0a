"""One mail a day for those who work on tickets: what happened for those who want it so, and what reviewers look after.

A notice that is told of in a digest is in the outbox, too, but settled from the beginning: it only waits to be read out
(``facts["digest"]`` is the moment of the mail). What reviewers read follows from the tickets as they are then.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import notices
from accounts.models import Notice, Person
from tickets.models import Comment, NoticePreference, Priority, Ticket
from tickets.notices.letters import page_of
from tickets.notices.matrix import LINES, REMINDERS

DAY = timedelta(days=1)
MARGIN = timedelta(minutes=5)  # whatever is being written when a digest goes out is told of in the next
REACH = timedelta(days=14)  # after a longer pause older things are in the lists, not in the mail
REVIEWING = ("tickets.triage", "tickets.review")
MOST = 30  # tickets of a kind in one mail


class Section(NamedTuple):
    """A heading, rows of a ticket with its address and what is said about it, and how many more there are."""

    heading: str
    rows: list
    more: int = 0


def next_moment(at):
    """When the next digests go out: in the morning of the institution."""
    local = (at + MARGIN).astimezone(settings.INSTITUTION_ZONE)
    day = local.date() if local.time() <= settings.REMINDERS_FROM else local.date() + DAY
    return datetime.combine(day, settings.REMINDERS_FROM, settings.INSTITUTION_ZONE)


def digest_of(person_id, moment):
    """The mail of this moment to this person, to be put into the outbox; once is enough."""
    return Notice(
        kind="ticket_digest",
        person_id=person_id,
        facts={"until": moment.isoformat()},
        dedupe_key=key_of(person_id, moment),
        next_try_at=moment,
    )


def key_of(person_id, moment):
    return f"ticket-digest:{moment.date()}:{person_id}"


def wanting_digest(people, ticket):
    """Who of ``people`` is told of this ticket in the digest; of urgent ones nobody is."""
    if not people or ticket.priority == Priority.URGENT:
        return set()
    wanting = NoticePreference.objects.filter(person__in=people, digest=True)
    return set(wanting.values_list("person", flat=True))


def collected(notice, at):
    """``notice`` as a line of the next digest, with that digest."""
    moment = next_moment(at)
    notice.cancelled_at, notice.facts = at, notice.facts | {"digest": moment.isoformat()}
    return [notice, digest_of(notice.person_id, moment)]


def reviewers():
    """Whoever may accept or confirm tickets, unless they want no digest."""
    declined = NoticePreference.objects.filter(digest=False)
    return Person.objects.with_permission(*REVIEWING).exclude(pk__in=declined.values("person"))


def ticket_digest(notice):
    """What there is to tell this person; pointless when there is nothing."""
    until = datetime.fromisoformat(notice.facts["until"])
    with notices.speaking_to(notice.person):
        sections = _collected(notice)
        if reviewers().filter(pk=notice.person_id).exists():
            sections += _to_review(notice.person, _since(notice, until), until)
        sections = [section for section in sections if section.rows]
        n = sum(len(section.rows) + section.more for section in sections)
        subject = ngettext("Tickets: %(n)d thing to look at", "Tickets: %(n)d things to look at", n) % {"n": n}
    if not sections:
        return None
    return notices.render("ticket_digest", person=notice.person, context={"subject": subject, "sections": sections})


def _since(notice, until):
    """When the digest before this one went out."""
    before = Notice.objects.sent().filter(kind="ticket_digest", person=notice.person, pk__lt=notice.pk)
    last = before.exclude(facts=notice.facts).order_by("-pk").values_list("facts__until", flat=True).first()
    return max(datetime.fromisoformat(last), until - REACH) if last else until - DAY


def _collected(notice):
    """The lines of this digest: reminders under headings of their own, behind what happened."""
    lines = Notice.objects.filter(
        kind="ticket_event", person=notice.person, facts__digest=notice.facts["until"]
    ).order_by("pk")
    facts = list(lines.values_list("facts", flat=True))
    tickets = Ticket.objects.kept().visible_to(notice.person).for_staff_list()
    tickets = tickets.in_bulk({line["ticket"] for line in facts})
    said = Comment.objects.in_bulk({line["comment"] for line in facts if "comment" in line})
    rows = {event: [] for event in ("", *REMINDERS)}
    for line in facts:
        ticket, event = tickets.get(line["ticket"]), line["event"]
        if ticket:
            word = "" if event in REMINDERS else LINES[event]
            rows[event if event in REMINDERS else ""].append(_row(ticket, word, said.get(line.get("comment"))))
    return [
        _section(_("What happened"), rows[""]),
        _section(_not_begun(settings.TICKET_UNTOUCHED_DAYS), rows["untouched"]),
        _section(_in_progress(settings.TICKET_LONG_DAYS), rows["long"]),
    ]


def _to_review(person, since, until):
    """What a reviewer looks after: what came in, what is done, and what lies about in spite of reminders."""
    tickets = Ticket.objects.visible_to(person).for_staff_list()
    late = timedelta(days=settings.TICKET_REVIEWER_DAYS)
    untouched, long = (timedelta(days=n) for n in (settings.TICKET_UNTOUCHED_DAYS, settings.TICKET_LONG_DAYS))
    nobodys = Q(technician=None, team=None)
    forgotten = tickets.untouched(before=until - untouched)
    forgotten = forgotten.filter(
        nobodys & Q(touched_at__gte=since - untouched)
        | ~nobodys & Q(touched_at__lt=until - untouched - late, touched_at__gte=since - untouched - late)
    )
    lasting = tickets.long_in_progress(before=until - long - late).filter(moved_at__gte=since - long - late)
    reported = tickets.being("new").filter(reported_at__gte=since, reported_at__lt=until)
    resolved = tickets.being("resolved").filter(resolved_at__gte=since, resolved_at__lt=until)
    return [
        _cut(_("Reported, to be accepted or rejected"), reported),
        _cut(_("Mended, to be confirmed"), resolved),
        _cut(_("Nobody has begun"), forgotten),
        _cut(_("In progress for long"), lasting),
    ]


def _not_begun(n):
    return ngettext("Not begun for %(n)d day", "Not begun for %(n)d days", n) % {"n": n}


def _in_progress(n):
    return ngettext("In progress for %(n)d day", "In progress for %(n)d days", n) % {"n": n}


def _cut(heading, tickets):
    rows = [_row(ticket) for ticket in tickets[:MOST]]
    return Section(heading, rows, tickets.count() - MOST if len(rows) == MOST else 0)


def _section(heading, rows):
    return Section(heading, rows[:MOST], max(len(rows) - MOST, 0))


def _row(ticket, word="", said=None):
    return {"ticket": ticket, "word": word, "said": said, "link": page_of(ticket)}
