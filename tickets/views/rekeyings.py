"""From a rekeying to the ticket of the locksmith: to the one there is, or to the form that opens it."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.trust import staff_only
from assets.views.borrow import owner
from keys.models import Rekeying
from tickets import operations
from tickets.forms.rekeyings import RekeyingTicketForm
from tickets.models import Ticket


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("keys.rekey")
def rekeying_ticket(request, pk):
    rekeying = get_object_or_404(Rekeying.objects.visible_to(request.user).for_list(), pk=pk)
    ticket = Ticket.objects.filter(rekeying=rekeying).first()
    if request.method == "GET" and ticket:
        return redirect("ticket", ticket.number)
    form = RekeyingTicketForm(request.POST if request.method == "POST" else None, person=request.user)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _reported(request, form, rekeying))
        if answer:
            return redirect(answer)
    return render(request, "tickets/rekeying_ticket.html", {"form": form, "rekeying": rekeying})


def _reported(request, form, rekeying):
    ticket = operations.report_rekeying(rekeying=rekeying, by=request.user, **form.asked())
    messages.success(request, _("Ticket #%(number)s is open.") % {"number": ticket.number})
    return reverse("rekeying", args=[rekeying.pk])
