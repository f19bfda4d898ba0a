"""What the page of a ticket shows below, and what the pages of things and people show of their tickets."""

from decimal import Decimal

from django.conf import settings
from django.template.defaultfilters import filesizeformat, linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from keysite.console import Section
from tickets.models import Attachment, Link, Photo, Ticket

SHOWN, THREAD_ROWS = 10, 100
FROM_THERE = {"duplicate": _("Has the duplicate"), "related": _("Related to"), "follows": _("Followed by")}


def moment(at):
    """A moment as a cell."""
    return date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT") if at else "–"


def name_of(person):
    return (person.name or person.email) if person else _now("the clock")


def page_of(ticket):
    return reverse("admin:tickets_ticket_change", args=[ticket.pk])


def list_of(model, query):
    return f"{reverse(f'admin:tickets_{model}_changelist')}?{query}"


def sections_of(ticket, person):
    """The sections of the page of a ticket, as far as this person may see them."""
    yield report_of(ticket)
    parts = [
        ("comment", thread_of),
        ("photo", photos_of),
        ("attachment", files_of),
        ("check", checks_of),
        ("workentry", work_of),
        ("link", links_of),
        ("watcher", people_of),
    ]
    for model, section in parts:
        if person.has_perm(f"tickets.view_{model}"):
            yield section(ticket, person)


def report_of(ticket):
    """What was said first, before the form that puts it right."""
    name = ticket.reporter_name or name_of(ticket.reporter)
    words = linebreaksbr(ticket.description) if ticket.description else ticket.title
    return Section(
        title=_("Report"),
        headings=[_("What is wrong"), _("Where"), _("Reported by"), _("Reported")],
        lines=[("", [words, ticket.place or ticket.key or "–", name, moment(ticket.reported_at)])],
    )


def thread_of(ticket, person):
    """What was said, the last first; which side it is on says the label."""
    rows = ticket.comments.readable_by(person).for_list().reverse()[:THREAD_ROWS]
    return Section(
        title=_("Thread"),
        headings=[_("Written"), _("By"), _("Side"), _("Text")],
        lines=[("", [moment(row.at), name_of(row.by), _side(row), linebreaksbr(row.text)]) for row in rows],
        empty=_("Nothing was said yet."),
    )


def _side(said):
    """Whether the reporter sees it; what came with a mail that staff decided on is theirs."""
    if said is None or said.internal:
        return format_html('<span class="console-inside">{}</span>', _("Internal"))
    return format_html('<span class="console-outside">{}</span>', _("Public"))


def photos_of(ticket, person):
    rows = Photo.objects.visible_to(person).filter(ticket=ticket).order_by("added_at", "pk")
    return Section(
        title=_("Photos"),
        headings=[_("Photo"), _("Added"), _("Side")],
        lines=[
            (
                reverse("ticket_staff_photo", args=[ticket.number, row.pk]),
                [_small(ticket, row), moment(row.added_at), _side(row)],
            )
            for row in rows
        ],
        empty=_("None."),
    )


def files_of(ticket, person):
    """What came with mail and is no photo: for download only."""
    rows = Attachment.objects.of_ticket(ticket).select_related("comment")
    return Section(
        title=_("Files"),
        headings=[_("Name"), _("Size"), _("Added"), _("Side")],
        lines=[
            (
                reverse("ticket_staff_file", args=[ticket.number, row.pk]),
                [str(row), filesizeformat(row.size), moment(row.added_at), _side(row.comment)],
            )
            for row in rows
        ],
        empty=_("None."),
    )


def _small(ticket, photo):
    address = reverse("ticket_staff_thumbnail", args=[ticket.number, photo.pk])
    return format_html('<img class="console-photo" src="{}" alt="{}" loading="lazy">', address, _("Open the photo"))


def checks_of(ticket, person):
    rows = ticket.checks.select_related("done_by")
    return Section(
        title=_("Checklist"),
        headings=[_("What to check"), _("Done"), _("By")],
        lines=[("", [row.text, moment(row.done_at), name_of(row.done_by) if row.done_at else "–"]) for row in rows],
        empty=_("Its category has none."),
    )


def work_of(ticket, person):
    """What it took, and the sum."""
    rows = list(ticket.work.select_related("person"))
    lines = [
        ("", [moment(row.at), name_of(row.person), row.minutes, _money(row.cost), row.parts, row.note]) for row in rows
    ]
    if rows:
        cost = sum((row.cost for row in rows if row.cost is not None), Decimal())
        lines.append(("", [_("Sum"), "", sum(row.minutes for row in rows), _money(cost), "", ""]))
    return Section(
        title=_("Work"),
        headings=[_("Entered"), _("By"), _("Minutes"), _("Cost"), _("Parts"), _("Note")],
        lines=lines,
        empty=_("None yet."),
    )


def _money(amount):
    return "–" if amount is None else f"{amount:.2f} {settings.CURRENCY}"


def links_of(ticket, person):
    """Tickets that it belongs together with, as far as ``person`` may see them."""
    lines = []
    for link in Link.objects.of(ticket).between(Ticket.objects.visible_to(person)):
        there = link.ticket_id == ticket.pk
        other = link.other if there else link.ticket
        words = link.get_kind_display() if there else FROM_THERE[link.kind]
        lines.append((page_of(other), [other, words, other.get_status_display()]))
    return Section(title=_("Links"), headings=[_("Ticket"), _("How"), _("Status")], lines=lines, empty=_("None."))


def people_of(ticket, person):
    """Who helps, and who is told of it; somebody without an account reads it by their own secret address."""
    people = [(name, _now("helps"), None) for name in ticket.helper_names]
    people += [(name_of(row.person), _now("watches"), row.since) for row in ticket.watchers.current()]
    return Section(
        title=_("Helpers and watchers"),
        headings=[_("Person"), _("What"), _("Since")],
        lines=[("", [name, what, moment(since)]) for name, what, since in people],
        empty=_("None."),
        more=_("Secret addresses under which it is followed"),
        address=list_of("trackinglink", f"show=all&ticket={ticket.pk}")
        if person.has_perm("tickets.view_trackinglink")
        else "",
    )


def tickets_about(person, **about):
    """The last tickets about a thing, for its page."""
    name, row = next(iter(about.items()))
    rows = Ticket.objects.visible_to(person).about(**about).for_list()[:SHOWN]
    return _tickets(rows, title=_("Tickets"), query=f"show=all&{name}={row.pk}")


def tickets_by(reporter, person):
    """The last tickets that somebody reported, for their page."""
    rows = Ticket.objects.visible_to(person).kept().reported_by(reporter).for_list()[:SHOWN]
    return _tickets(rows, title=_("Tickets reported"), query=f"show=all&reporter={reporter.pk}")


def _tickets(rows, *, title, query):
    return Section(
        title=title,
        headings=[_("Ticket"), _("Status"), _("Reported"), _("Due")],
        lines=[
            (page_of(row), [row, row.get_status_display(), moment(row.reported_at), moment(row.due_at)]) for row in rows
        ],
        empty=_("None."),
        more=_("All of them"),
        address=list_of("ticket", query),
    )
