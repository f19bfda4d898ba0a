"""What a mail about tickets says, as they are when it is sent."""

from urllib.parse import quote

from django.conf import settings
from django.db.models import Max

from accounts import notices
from accounts.models import Notice
from keysite.reply_addresses import tagged
from tickets.models import Comment, NoticePreference, Ticket, TrackingLink
from tickets.notices.matrix import BRIEFED, CUSTOMERS, opening_of, subject_of
from tickets.tokens import token_of

REASONED = {"rejected", "stalled", "sent_back", "reopened"}
TRIES = 3  # by a channel; then it goes by mail


def ticket_event(notice):
    """What happened, for one receiver, as the ticket is when it is sent.

    Pointless once it is deleted, for staff who have nothing to do with it any more, and for a customer who wants no
    more mails about it.
    """
    event, role = notice.facts["event"], notice.facts["role"]
    ticket = _ticket(notice.facts["ticket"], notice.person, role)
    if ticket is None:
        return None
    context = {"ticket": ticket, "event": event, "role": role, "customer": role in CUSTOMERS}
    with notices.speaking_to(notice.person):
        context |= {"subject": subject_of(event, role, ticket.number), "opening": str(opening_of(event, role))}
    context |= {"words": _words(ticket, notice.facts), "brief": role not in CUSTOMERS and event in BRIEFED}
    context |= {"confirm_days": settings.CONFIRM_DAYS}
    context["into"] = Ticket.objects.filter(pk=notice.facts.get("into")).first()
    link = _link(context["into"] or ticket, notice.person) if role in CUSTOMERS else None
    context["link"] = _page(context["into"] or ticket, link, role)
    answers_to = _answers_to(context["into"] or ticket, notice.person, event, link, role)
    if answers_to and event != "resolved":  # whether it works is said with a button, and not in words
        context["answer"] = "note" if event == "noted" else "reply"
    content = notices.render("ticket_event", person=notice.person, context=context)._replace(answers_to=answers_to)
    return content if role in CUSTOMERS else _by_channel(notice, content, context["link"])


def _words(ticket, facts):
    """What somebody said that the mail is about: the reason, what was done, the reply."""
    if facts["event"] in REASONED:
        return ticket.reason
    if facts["event"] == "resolved":
        return ticket.resolution
    said = Comment.objects.filter(pk=facts.get("comment")).first()
    return said.text if said else ""


def _ticket(pk, person, role):
    """The ticket that ``person`` is told of, or None when they are not any more."""
    tickets = Ticket.objects.kept().for_staff_list().filter(pk=pk)
    if role not in CUSTOMERS:
        return tickets.visible_to(person).first()
    return tickets.exclude(pk__in=TrackingLink.objects.silent().filter(person=person).values("ticket")).first()


def _by_channel(notice, content, link):
    """``content`` as it goes by the channel that its reader has chosen: what it is about, and where to look."""
    chosen = NoticePreference.objects.filter(person=notice.person).first()
    template = settings.TICKET_CHANNELS.get(chosen.channel) if chosen else None
    if template is None or notice.tries > TRIES:
        return content
    url, to = template.replace("{address}", quote(chosen.address, safe="")), f"{chosen.channel}: {chosen.address}"
    return content._replace(text=f"{content.subject}\n{link}\n", url=url, to=to)


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
    content = notices.render("ticket_news", person=notice.person, context={"rows": rows})
    return content._replace(answers_to=tagged(f"c{links[0].pk}")) if len(rows) == 1 else content


def _follow(link):
    return notices.link("ticket_follow", token_of(link))


def _link(ticket, person):
    return TrackingLink.objects.in_use().filter(ticket=ticket, person=person).first()


def page_of(ticket):
    """Where staff look at a ticket."""
    return notices.link("ticket", ticket.number)


def _page(ticket, link, role):
    """Where the receiver looks at the ticket: customers by their own secret address."""
    if role not in CUSTOMERS:
        return page_of(ticket)
    return _follow(link) if link else notices.link("start")


def _answers_to(ticket, person, event, link, role):
    """Where an answer becomes a reply of the receiver, and one to a note a note; nowhere: then the desk reads it."""
    if role not in CUSTOMERS:
        return tagged(f"{'n' if event == 'noted' else 's'}{ticket.pk}-{person.pk}")
    return tagged(f"c{link.pk}") if link else ""
