"""What somebody who is signed in has reported, or watches."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import DeedForm
from assets.views.borrow import owner
from keysite.console.pages import asked_page
from tickets import operations
from tickets.models import Ticket, TrackingLink
from tickets.tokens import token_of

SHOWN, PER_PAGE = 50, 20  # open ones, and a page of those that are over


@require_GET
@never_cache
def ticket_mine(request):
    """Open ones and those that are over; each leads to its tracking page, which shows nothing internal."""
    return _page(request)


@require_POST
@never_cache
def ticket_mine_follow(request, number):
    """Make an address for a ticket that has none in use any more."""
    ticket = get_object_or_404(Ticket.objects.followed_by(request.user), number=min(number, 2**31 - 1))
    form = DeedForm(request.POST)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _followed(ticket, request.user))
        if answer:
            return redirect(answer)
    return _page(request, form=form)


def _page(request, **more):
    tickets = Ticket.objects.followed_by(request.user)
    over = tickets.over().for_staff_list()
    page = asked_page(request.GET, over, size=PER_PAGE)
    going_on = list(tickets.not_over().for_staff_list()[:SHOWN])
    links = TrackingLink.objects.in_use().filter(person=request.user, ticket__in=[*going_on, *page.rows])
    addresses = {link.ticket_id: reverse("ticket_follow", args=[token_of(link)]) for link in links}
    context = {"open": _rows(going_on, addresses), "over": _rows(page.rows, addresses), "page": page}
    return render(request, "tickets/ticket_mine.html", context | more)


def _rows(tickets, addresses):
    return [(ticket, addresses.get(ticket.pk), DeedForm(auto_id=False)) for ticket in tickets]


def _followed(ticket, person):
    """Only the list's address is kept with the form: the secret one is kept nowhere."""
    operations.follow_ticket(ticket=ticket, by=person)
    return reverse("ticket_mine")
