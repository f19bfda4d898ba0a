"""Whatever staff do with one ticket: each deed has its form, and an address of its own below the ticket's."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.trust import staff_only
from assets.views.borrow import owner
from keysite.console.changes import history_of, versions
from tickets import operations
from tickets.forms import staff as forms
from tickets.models import MOVES, Move, Ticket

PICTURE = "📷"  # a comment that is only a picture
UNSAID = {"Version", "Last change", "In this status since"}  # columns that only count
MOST_CHANGES = 20


class Deed(NamedTuple):
    """Something that can be done with a ticket: what the button says, the form, the call, and what is said after.

    ``edge`` is its edge of the life cycle, if it has one; any other deed needs ``permission``. ``when`` says for which
    tickets it is offered.
    """

    label: str
    form: type
    do: Callable
    said: str
    edge: Move | None = None
    permission: str = ""
    when: Callable = lambda ticket: ticket.is_open
    danger: bool = False

    def is_allowed(self, person, ticket):
        return operations.may(person, self.edge, ticket) if self.edge else person.has_perm(self.permission)

    def is_offered(self, ticket):
        return self.edge in ticket.moves() if self.edge else self.when(ticket)

    @property
    def is_a_click(self):
        """Nothing is asked."""
        return not any(not field.widget.is_hidden for field in self.form.base_fields.values())


def _move(name, label, form, said, danger=False):
    edge = next(edge for edge in MOVES if edge.deed == name)
    deed = getattr(operations, name)

    def do(form):
        return deed(ticket=form.ticket, by=form.person, version=form.seen, **form.values)

    return Deed(label, form, do, said, edge=edge, danger=danger)


def _other(label, form, do, said, permission, **more):
    return Deed(label, form, do, said, permission=permission, **more)


def _comment(form, internal):
    who = {"ticket": form.ticket, "by": form.person}
    text = form.values["text"].strip() or PICTURE
    said = operations.comment(text=text, internal=internal, version=form.seen, **who)
    if form.values["photos"]:
        operations.add_ticket_photos(pictures=form.values["photos"], comment=said, internal=internal, **who)


def _with_version(deed):
    return lambda form: deed(ticket=form.ticket, by=form.person, version=form.seen, **form.values)


def _take(form):
    operations.assign_ticket(
        ticket=form.ticket, by=form.person, technician=form.person, team=form.ticket.team, version=form.seen
    )


def _tick(form):
    operations.tick(check=form.values["check"], by=form.person, done=form.values["done"])


def _add_helper(form):
    operations.add_helper(ticket=form.ticket, person=form.values["helper"], by=form.person)


def _remove_helper(form):
    operations.remove_helper(helper=form.values["helper"], by=form.person)


def _unlink(form):
    operations.unlink_tickets(link=form.values["link"], by=form.person)


def _watch(form):
    operations.watch(ticket=form.ticket, person=form.person, by=form.person)


def _stop_watching(form):
    operations.stop_watching(ticket=form.ticket, person=form.person, by=form.person)


def _kept(ticket):
    return ticket.deleted_at is None


L = gettext_lazy
DEEDS = {
    "accept": _move("accept", L("Accept"), forms.AcceptForm, L("Accepted.")),
    "start": _move("start", L("Start"), forms.TicketForm, L("Started.")),
    "resolve": _move(
        "resolve", L("Resolve"), forms.ResolveForm, L("Resolved. The reporter is asked whether it works.")
    ),
    "confirm": _move("confirm", L("Confirm: it works"), forms.TicketForm, L("Confirmed.")),
    "reject": _move("reject", L("Reject"), forms.RejectForm, L("Rejected. The reporter reads why."), danger=True),
    "stall": _move("stall", L("It has to wait"), forms.StallForm, L("It waits until the day that you gave.")),
    "send_back": _move("send_back", L("Send back"), forms.SendBackForm, L("Sent back to the technician.")),
    "reopen": _move("reopen", L("Reopen"), forms.ReopenForm, L("Opened again.")),
    "reconsider": _move("reconsider", L("Look at it anew"), forms.TicketForm, L("It is new again.")),
    "merge": _move("merge", L("Merge into another one"), forms.MergeForm, L("Merged. Who followed it is told.")),
    "unmerge": _move("unmerge", L("Take the merge back"), forms.TicketForm, L("It is a ticket of its own again.")),
    "note": _other(
        L("Internal note"),
        forms.NoteForm,
        lambda form: _comment(form, internal=True),
        L("The note is there."),
        "tickets.change_ticket",
    ),
    "reply": _other(
        L("Public reply"),
        forms.ReplyForm,
        lambda form: _comment(form, internal=False),
        L("The reply is on its way."),
        "tickets.change_ticket",
    ),
    "take": _other(L("Take it"), forms.TicketForm, _take, L("It is yours."), "tickets.work"),
    "assign_ticket": _other(
        L("Hand over"),
        forms.AssigneesForm,
        _with_version(operations.assign_ticket),
        L("Handed over."),
        "tickets.assign_ticket",
    ),
    "add_helper": _other(L("Add a helper"), forms.AddHelperForm, _add_helper, L("Added."), "tickets.assign_ticket"),
    "remove_helper": _other(
        L("Remove a helper"),
        forms.RemoveHelperForm,
        _remove_helper,
        L("Removed."),
        "tickets.assign_ticket",
        when=lambda ticket: ticket.is_open and bool(ticket.helper_names),
    ),
    "add_work": _other(
        L("Enter work"), forms.WorkForm, _with_version(operations.add_work), L("Written down."), "tickets.work"
    ),
    "tick": _other(L("Check"), forms.TickForm, _tick, L("Noted."), "tickets.work", when=lambda ticket: False),
    "edit_ticket": _other(
        L("Correct it"), forms.EditForm, _with_version(operations.edit_ticket), L("Corrected."), "tickets.change_ticket"
    ),
    "link_tickets": _other(
        L("Link with another one"),
        forms.LinkForm,
        _with_version(operations.link_tickets),
        L("Linked."),
        "tickets.change_ticket",
    ),
    "unlink_tickets": _other(
        L("Remove a link"),
        forms.UnlinkForm,
        _unlink,
        L("The link is gone."),
        "tickets.change_ticket",
        when=lambda ticket: ticket.is_open and ticket.is_linked,
    ),
    "remove_ticket": _other(
        L("Delete it"),
        forms.RemoveForm,
        _with_version(operations.remove_ticket),
        L("Deleted. It can be restored."),
        "tickets.remove_ticket",
        when=_kept,
        danger=True,
    ),
    "restore_ticket": _other(
        L("Restore it"),
        forms.TicketForm,
        _with_version(operations.restore_ticket),
        L("Restored."),
        "tickets.remove_ticket",
        when=lambda ticket: not _kept(ticket),
    ),
    "watch": _other(
        L("Watch it"),
        forms.TicketForm,
        _watch,
        L("You are told what happens to it."),
        "tickets.view_ticket",
        when=lambda ticket: _kept(ticket) and not ticket.is_watched,
    ),
    "stop_watching": _other(
        L("Watch it no more"),
        forms.TicketForm,
        _stop_watching,
        L("You are told no more of it."),
        "tickets.view_ticket",
        when=lambda ticket: _kept(ticket) and ticket.is_watched,
    ),
}
NEXT = ("accept", "start", "resolve", "confirm")  # the way through; anything else is beside it


@require_http_methods(["GET", "POST"])
@staff_only("tickets.view_ticket")
@never_cache
def ticket_deed(request, number, name):
    """The form of one deed; sent, the deed is done. A stale one says what has changed and keeps what was typed."""
    ticket = seen(request, number)
    deed = _deed(request, ticket, name)
    data = [request.POST, request.FILES] if request.method == "POST" else []
    form = deed.form(*data, ticket=ticket, person=request.user)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=f"{owner(request)}:{name}", deed=lambda: _done(deed, form))
        if answer:
            messages.success(request, deed.said)
            return redirect(answer if _is_seen(request, ticket) else reverse("ticket_list"))
    context = {"ticket": ticket, "deed": deed, "name": name, "form": form, "since": _since(request, form)}
    return render(request, "tickets/ticket_deed.html", context)


def visible(request):
    """What this person may see; deleted ones are for whoever may restore them."""
    tickets = Ticket.objects.visible_to(request.user)
    return tickets if request.user.has_perm("tickets.remove_ticket") else tickets.kept()


def seen(request, number, tickets=None):
    """The ticket of this number, for whom it is shown to."""
    tickets = visible(request) if tickets is None else tickets
    return get_object_or_404(tickets.for_page(request.user), number=min(number, forms.BIGGEST))


def offered(request, ticket):
    """What this person may do with the ticket now, by name."""
    return {
        name: deed for name, deed in DEEDS.items() if deed.is_offered(ticket) and deed.is_allowed(request.user, ticket)
    }


def address_of(ticket):
    return reverse("ticket", args=[ticket.number])


def _deed(request, ticket, name):
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    if not deed.is_allowed(request.user, ticket):
        raise PermissionDenied(_("Your role does not allow this. Ask an administrator."))
    return deed


def _done(deed, form):
    deed.do(form)
    return address_of(form.ticket)


def _is_seen(request, ticket):
    """Whoever hands a ticket over may see no more of it."""
    return Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists()


def _since(request, form):
    """What was done to the ticket since the form was shown, newest first, in words."""
    if getattr(form, "stale", None) is None:
        return []
    rows = history_of(Ticket).filter(id=form.ticket.pk, version__gte=form.seen)[: MOST_CHANGES + 1]
    newer = versions(list(rows), request.user)[:-1]  # the last is what was seen
    return [
        version._replace(changes=[change for change in version.changes if change.field not in UNSAID])
        for version in newer
    ]
