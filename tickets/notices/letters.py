"""What a mail about tickets says, as they are when it is sent."""

from django.db.models import Max

from accounts import notices
from accounts.models import Notice
from keysite.reply_addresses import tagged
from tickets.models import Comment, Ticket, TrackingLink
from tickets.notices.matrix import CUSTOMERS, SUBJECTS, TO_STAFF
from tickets.tokens import token_of


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
    context["into"] = Ticket.objects.filter(pk=notice.facts.get("into")).first()
    link = _link(context["into"] or ticket, notice.person) if role in CUSTOMERS else None
    context["link"] = _page(link, role)
    answers_to = _answers_to(context["into"] or ticket, notice.person, event, link, role)
    context["answer"] = ("note" if event == "noted" else "reply") if answers_to else ""
    return notices.render("ticket_event", person=notice.person, context=context)._replace(answers_to=answers_to)


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


def _page(link, role):
    """Where the receiver looks at the ticket: by their own secret address; staff on their first page."""
    if role not in CUSTOMERS:
        return notices.link("admin:index")
    return _follow(link) if link else notices.link("start")


def _answers_to(ticket, person, event, link, role):
    """Where an answer becomes a reply of the receiver, and one to a note a note; nowhere: then the desk reads it."""
    if role not in CUSTOMERS:
        return tagged(f"{'n' if event == 'noted' else 's'}{ticket.pk}-{person.pk}")
    return tagged(f"c{link.pk}") if link else ""
