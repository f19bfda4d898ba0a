"""The list of tickets for those who work on them; every choice is an address, and may be kept under a name."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.trust import staff_only
from assets.views.borrow import owner
from keysite.console.pages import asked_page
from tickets import operations
from tickets.filters import ALL, OPEN, OVER, TicketFilter
from tickets.forms.lists import RemoveViewForm, SaveViewForm
from tickets.models import SavedView, Status, Ticket

PER_PAGE, VIEWS = 50, 100
TABS = (Status.NEW, Status.ACCEPTED, Status.IN_PROGRESS, Status.STALLED, Status.RESOLVED, Status.CONFIRMED)
TABS += (Status.REJECTED,)


@require_GET
@staff_only("tickets.view_ticket")
def ticket_list(request):
    """Cards on a phone, a table at a desk; the counts on the tabs honour all the other filters."""
    return _page(request)


@require_POST
@staff_only("tickets.view_ticket")
def ticket_view_save(request):
    form = SaveViewForm(request.POST)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _saved(form, request.user))
        if answer:
            messages.success(request, _("The view is kept."))
            return redirect(answer)
    return _page(request, form=form, saving=form)


@require_POST
@staff_only("tickets.view_ticket")
def ticket_view_remove(request):
    form = RemoveViewForm(request.POST, views=_own(request, _views(request)))
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _removed(form, request.user))
        if answer:
            messages.success(request, _("The view is gone."))
            return redirect(answer)
    return _page(request, form=form, removing=form)


def _page(request, **forms):
    found = TicketFilter(request.GET, Ticket.objects.kept().visible_to(request.user), person=request.user)
    rows = found.qs.for_staff_list()
    page = asked_page(request.GET, rows, size=PER_PAGE)
    context = {"filter": found, "filters": found.form, "page": page, "tabs": _tabs(found), "now": timezone.now()}
    context |= {"saving": SaveViewForm(initial={"query": request.GET.urlencode()}), "views": _views(request)}
    context |= {"removing": RemoveViewForm(views=_own(request, context["views"]))} | forms
    return render(request, "tickets/ticket_list.html", context)


def _views(request):
    return list(SavedView.objects.visible_to(request.user).for_list()[:VIEWS])


def _own(request, views):
    return [view for view in views if view.person_id == request.user.pk]


def _tabs(found):
    """Each status with its number, and whether it is the one that is shown."""
    counts, shown = found.counts(), found.data.get("status") or OPEN
    named = [(OPEN, _("Open")), *((status, status.label) for status in TABS), (OVER, _("Over")), (ALL, _("All"))]
    return [(value, label, counts.get(value), value == shown) for value, label in named]


def _saved(form, person):
    values = form.cleaned_data
    view = operations.save_view(name=values["name"], query=values["query"], shared=values["shared"], by=person)
    return f"{reverse('ticket_list')}?{view.query}"


def _removed(form, person):
    operations.remove_view(view=form.cleaned_data["view"], by=person)
    return reverse("ticket_list")
