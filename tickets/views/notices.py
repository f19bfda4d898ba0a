"""How somebody who works on tickets wants to be told of them."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.trust import staff_only
from assets.views.borrow import owner
from tickets import operations
from tickets.forms.notices import NoticesForm
from tickets.models import NoticePreference


@require_http_methods(["GET", "POST"])
@staff_only("tickets.work", "tickets.triage", "tickets.review")
def ticket_notices(request):
    form = NoticesForm(*([request.POST] if request.method == "POST" else []), initial=_now(request.user))
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _set(form, request.user))
        if answer:
            messages.success(request, _("Noted: that is how you are told from now on."))
            return redirect(answer)
    return render(request, "tickets/ticket_notices.html", {"form": form})


def _now(person):
    known = NoticePreference.objects.filter(person=person).first()
    return {"digest": known.digest, "channel": known.channel, "address": known.address} if known else {}


def _set(form, person):
    values = {name: form.cleaned_data[name] for name in ("digest", "channel", "address") if name in form.fields}
    operations.set_notice_preference(person=person, by=person, **values)
    return reverse("ticket_notices")
