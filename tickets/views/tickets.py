"""One ticket, as those see it who work on it."""

from typing import Any, NamedTuple

from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.forms import new_once
from accounts.trust import staff_only
from keysite.console.changes import history_of, versions
from tickets.forms import staff as forms
from tickets.models import Comment, Link, Photo, Ticket
from tickets.views.deeds import NEXT, UNSAID, offered, seen, visible
from tickets.views.follow import ALONE, picture_of

SHOWN = 100  # comments of one page
SPECIAL = {"note", "reply", "watch", "stop_watching", "tick"}  # deeds that have a place of their own on the page
KEPT = 3600  # seconds in the browser's own cache


class Entry(NamedTuple):
    """Something that was said, with its photos; its files come with the comment."""

    comment: Any
    photos: list


@require_GET
@staff_only("tickets.view_ticket")
@never_cache
def ticket(request, number):
    """What is wrong, where, what was said and done, and the next step."""
    tickets = visible(request)
    ticket = seen(request, number, tickets)
    context = {"ticket": ticket} | _thread(request, ticket) | _steps(request, ticket) | _around(ticket, tickets)
    return render(request, "tickets/ticket.html", context)


@require_GET
@staff_only("tickets.view_ticket")
@never_cache
def ticket_history(request, number):
    """Every version of the ticket: when, who, why and what changed."""
    ticket = seen(request, number)
    rows = list(history_of(Ticket).filter(id=ticket.pk)[: SHOWN + 1])
    entries = [
        version._replace(changes=[change for change in version.changes if change.field not in UNSAID])
        for version in versions(rows, request.user)[:SHOWN]
    ]
    return render(request, "tickets/ticket_history.html", {"ticket": ticket, "entries": entries, "shown": SHOWN})


@require_GET
@staff_only("tickets.view_ticket")
@ALONE
def ticket_staff_photo(request, number, pk, small=False):
    """A photo of this ticket, internal ones only for whom the role lets see them."""
    photo = Photo.objects.visible_to(request.user).filter(ticket__number=number, pk=pk).first()
    if photo is None:
        raise Http404
    response = picture_of(photo, small)
    patch_cache_control(response, private=True, max_age=KEPT)
    return response


def _thread(request, ticket):
    """The newest hundred comments, oldest first, each with what came with it; ``earlier`` counts back."""
    text = request.GET.get("earlier", "")
    page = int(text) if text.isdecimal() and len(text) < 5 else 0
    said = Comment.objects.readable_by(request.user).with_files().filter(ticket=ticket).select_related("by")
    found = list(said.order_by("-at", "-pk")[page * SHOWN : (page + 1) * SHOWN + 1])
    photos = list(ticket.photos.readable_by(request.user))
    entries = [
        Entry(comment, [photo for photo in photos if photo.comment_id == comment.pk])
        for comment in reversed(found[:SHOWN])
    ]
    own = [photo for photo in photos if photo.comment_id is None]
    return {"entries": entries, "photos": own, "earlier": page + 1 if len(found) > SHOWN else None, "page": page}


def _steps(request, ticket):
    """The next step, the others, and the forms that stand on the page itself."""
    who, deeds = {"ticket": ticket, "person": request.user}, offered(request, ticket)
    first = next((name for name in NEXT if name in deeds), None)
    if first is None and "take" in deeds and not _is_theirs(ticket, request.user):
        first = "take"
    if _is_theirs(ticket, request.user):
        deeds.pop("take", None)
    others = {name: deed for name, deed in deeds.items() if name != first and name not in SPECIAL}
    context = {"first": first, "first_deed": deeds.get(first), "others": others, "click": forms.TicketForm(**who)}
    context["note"] = forms.NoteForm(**who) if "note" in deeds else None
    context["reply"] = forms.ReplyForm(**who) if "reply" in deeds else None
    context["may_work"] = ticket.is_open and request.user.has_perm("tickets.work")
    return context | {"may_watch": "watch" in deeds, "may_stop": "stop_watching" in deeds}


def _is_theirs(ticket, person):
    return ticket.technician_id == person.pk


def _around(ticket, tickets):
    """Checklist, work, and those of ``tickets`` that belong to it."""
    work = list(ticket.work.select_related("person"))
    checks = [(check, new_once()) for check in ticket.checks.select_related("done_by")]
    links = Link.objects.of(ticket).between(tickets)
    return {
        "checks": checks,
        "done": sum(check.done_at is not None for check, _once in checks),
        "work": work,
        "minutes": sum(entry.minutes for entry in work),
        "cost": sum(entry.cost or 0 for entry in work),
        "links": [(link, link.other if link.ticket_id == ticket.pk else link.ticket) for link in links],
    }
