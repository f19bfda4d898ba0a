"""A report that a clerk writes down for whoever calls."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Trust
from accounts.trust import staff_only
from assets.views.borrow import owner
from tickets import operations
from tickets.forms.calls import CallForm


@require_http_methods(["GET", "POST"])
@staff_only("tickets.report_for_others")
@never_cache
def ticket_report_for(request):
    data = [request.POST, request.FILES] if request.method == "POST" else []
    form = CallForm(*data, clerk=request.user)
    if form.is_bound and form.is_valid() and "other" not in form.data:
        answer = form.perform(owner=owner(request), deed=lambda: _reported(form, request.user))
        if answer:
            messages.success(request, _("Reported. Whoever called gets a mail with a link."))
            return redirect(answer)
    return render(request, "tickets/ticket_report_for.html", {"form": form})


def _reported(form, clerk):
    ticket = operations.report(by=clerk, trust=Trust.STAFF, **form.caller, **form.report)
    return reverse("ticket", args=[ticket.number])
