"""One's own reservations, and those that wait at the desk."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import DeedForm
from accounts.models import midnight
from accounts.trust import staff_only
from assets import operations
from assets.forms.reservations import FeedForm, RejectForm
from assets.models import CalendarFeed, Reservation
from assets.views.borrow import FROM_AFAR, owner

SHOWN = 50  # of each list; the console has the rest
PAST = 10
STILL_EXPECTED = -7  # days after which somebody who has not come is no longer listed


@require_GET
def reservation_list(request):
    """What the person has asked for, and the addresses for their calendar."""
    return render(request, "assets/reservation_list.html", own_page(request))


@require_http_methods(["GET", "POST"])
def reservation_cancel(request, pk):
    reservation = get_object_or_404(Reservation.objects.made_for(request.user).for_list(), pk=pk)
    form = DeedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _cancelled(reservation, request.user))
        if answer:
            messages.success(request, _("The reservation is cancelled."))
            return redirect(answer)
    context = {"form": form, "reservation": reservation, "zone": settings.TIME_ZONE}
    return render(request, "assets/reservation_cancel.html", context)


@require_GET
@staff_only("assets.reserve")
def reservation_queue(request):
    """What waits for the desk, and what will be picked up next."""
    return _queue(request)


@require_POST
@staff_only("assets.reserve")
def reservation_confirm(request, pk):
    form = DeedForm(request.POST, auto_id=f"confirm_{pk}_%s")
    return _decided(
        request, pk, form, operations.confirm_reservation, said=_("Confirmed. The person gets a mail."), confirming=form
    )


@require_POST
@staff_only("assets.reserve")
def reservation_reject(request, pk):
    form = RejectForm(request.POST, auto_id=f"reject_{pk}_%s")
    return _decided(
        request,
        pk,
        form,
        lambda **who: operations.reject_reservation(reason=form.cleaned_data["reason"], **who),
        said=_("Rejected. The person gets a mail with your reason."),
        rejecting=form,
    )


def own_page(request, **more):
    """What the page of one's own reservations shows."""
    own = Reservation.objects.made_for(request.user).for_list()
    context = {"live": own.live(), "past": own.ended().order_by("-ended_at", "-pk")[:PAST], "zone": settings.TIME_ZONE}
    context["feeds"] = CalendarFeed.objects.in_use().filter(person=request.user).select_related("model").order_by("pk")
    return context | {"feed_form": FeedForm(), "revoke_form": DeedForm(auto_id=False)} | more


def _decided(request, pk, form, deed, *, said, **bound):
    """Do what the desk has decided about one that waits, or show the queue again with what is wrong."""
    reservation = get_object_or_404(Reservation.objects.visible_to(request.user), pk=pk)
    if form.is_valid():
        answer = form.perform(
            owner=owner(request),
            deed=lambda: deed(reservation=reservation, by=request.user) or reverse("reservation_queue"),
        )
        if answer:
            messages.success(request, said)
            return redirect(answer)
    return _queue(request, decided=reservation.pk, form=form, **bound)


def _queue(request, decided=None, form=None, confirming=None, rejecting=None):
    now, seen = timezone.now(), Reservation.objects.visible_to(request.user).for_list()
    rows = []
    for row in seen.waiting()[:SHOWN]:
        mine = row.pk == decided
        confirm = mine and confirming or DeedForm(auto_id=f"confirm_{row.pk}_%s")
        rows.append((row, confirm, mine and rejecting or RejectForm(auto_id=f"reject_{row.pk}_%s")))
    pick_ups = seen.to_pick_up(midnight(now, STILL_EXPECTED), midnight(now, 1))[:SHOWN]
    context = {"rows": rows, "pick_ups": pick_ups, "form": form, "shown": SHOWN, "zone": settings.TIME_ZONE}
    return render(request, "assets/reservation_queue.html", context)


def _cancelled(reservation, person):
    operations.cancel_reservation(reservation=reservation, by=person, trust=FROM_AFAR)
    return reverse("reservation_list")
