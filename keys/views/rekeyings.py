"""Rekeying: planned for a lost key, and done door by door and key by key; made for the locksmith's phone."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.trust import staff_only
from keys import operations
from keys.forms.rekeyings import PlanForm, RekeyingForm
from keys.models import CuttingJob, KeySwap, LossReport, RekeyedDoor, Rekeying
from keys.views.loans import owner
from keysite.console.pages import asked_page

PER_PAGE, DOORS, HOLDERS = 48, 100, 100
SHOWS = {
    "open": (gettext_lazy("Under way"), lambda rows: rows.open()),
    "done": (gettext_lazy("Done"), lambda rows: rows.done()),
    "cancelled": (gettext_lazy("Cancelled"), lambda rows: rows.cancelled()),
}


@require_GET
@never_cache
@staff_only("keys.view_rekeying")
def rekeying_list(request):
    show = request.GET.get("show", "")
    show = show if show in SHOWS else "open"
    rows = SHOWS[show][1](Rekeying.objects.visible_to(request.user)).with_progress().for_list()
    tabs = [(name, words) for name, (words, _rows) in SHOWS.items()]
    context = {"page": asked_page(request.GET, rows, size=PER_PAGE), "tabs": tabs, "show": show}
    return render(request, "keys/rekeying_list.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("keys.rekey")
def loss_rekey(request, pk):
    """Which doors and whose keys; what that would cost is said before anything is planned."""
    reports = LossReport.objects.visible_to(request.user).to_rekey().for_list()
    report = get_object_or_404(reports, pk=pk)
    if report.rekeying and report.rekeying.is_open:
        return redirect("rekeying", report.rekeying_id)
    form = PlanForm(request.POST if request.method == "POST" else None, report=report)
    foreseen = form.foreseen() if form.is_bound and form.is_valid() else None
    if foreseen and request.POST.get("do") == "plan":
        answer = form.perform(owner=owner(request), deed=lambda: _planned(request, form))
        if answer:
            return redirect(answer)
    context = {"report": report, "form": form, "foreseen": foreseen, "currency": settings.CURRENCY}
    return render(request, "keys/loss_rekey.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("keys.view_rekeying")
def rekeying(request, pk):
    """What is left: doors by building, who has an old key, keys to cut; each step is one button."""
    rows = Rekeying.objects.visible_to(request.user).with_progress().with_seen(request.user).for_list()
    row = get_object_or_404(rows, pk=pk)
    form = RekeyingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and not request.user.has_perm("keys.rekey"):
        raise PermissionDenied
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _done(request, form, row))
        if answer:
            return redirect(answer)
    context = {"row": row, "form": form, "fresh": RekeyingForm()}
    return render(request, "keys/rekeying.html", context | _left(row, request.user))


def _left(row, person):
    """As far as they may see it, and how much more there is."""
    doors = RekeyedDoor.objects.filter(rekeying=row).visible_to(person)
    swaps = KeySwap.objects.filter(rekeying=row).visible_to(person)
    return {
        "currency": settings.CURRENCY,
        "open_doors": doors.open().for_list()[:DOORS],
        "closed_doors": doors.exclude(pk__in=doors.open().values("pk")).for_list()[:DOORS],
        "swaps": swaps.open().with_use().for_list()[:HOLDERS],
        "jobs": CuttingJob.objects.open().filter(swap__rekeying=row).count(),
        "symbols": row.symbols.select_related("before", "after")[:HOLDERS],
        "losses": row.losses.visible_to(person).for_list()[:HOLDERS],
        "more_doors": row.doors_open - row.doors_seen,
        "more_swaps": row.swaps_open - row.swaps_seen,
        "more_losses": row.losses_in - row.losses_seen,
    }


def _planned(request, form):
    planned = operations.plan_rekeying(by=request.user, **form.asked())
    messages.success(request, _("%(rekeying)s is planned. No door opens differently yet.") % {"rekeying": planned})
    return reverse("rekeying", args=[planned.pk])


def _done(request, form, row):
    deed = DEEDS.get(form.cleaned_data["do"])
    if deed is None:
        raise Http404
    messages.success(request, deed(row, form.cleaned_data, request.user))
    return reverse("rekeying", args=[row.pk])


def _rekey(row, values, by):
    rekeyed = get_object_or_404(row.doors.visible_to(by).for_list(), pk=values["row"])
    operations.rekey_door(rekeyed=rekeyed, by=by)
    return _("%(door)s is done: from now on the new keys open it.") % {"door": rekeyed.door}


def _rekey_building(row, values, by):
    rekeyed = list(row.doors.visible_to(by).filter(pk__in=values["rows"]).for_list())
    operations.rekey_doors(rekeyed=rekeyed, by=by)
    return _("%(building)s is done: from now on the new keys open its doors.") % {"building": rekeyed[0].door.building}


def _leave(row, values, by):
    rekeyed = get_object_or_404(row.doors.visible_to(by).for_list(), pk=values["row"])
    operations.leave_door(rekeyed=rekeyed, by=by)
    return _("%(door)s keeps its old cylinder.") % {"door": rekeyed.door}


def _drop(row, values, by):
    swap = get_object_or_404(row.swaps.visible_to(by).for_list(), pk=values["row"])
    operations.drop_swap(swap=swap, by=by)
    return _("%(person)s gets no new key.") % {"person": swap.person.name or swap.person.email}


def _cancel(row, values, by):
    operations.cancel_rekeying(rekeying=row, by=by, reason=values["reason"])
    return _("Nothing is rekeyed.")


def _cost(row, values, by):
    operations.note_rekeying_cost(rekeying=row, by=by, cost=values["cost"])
    return _("The cost is noted.")


DEEDS = {
    "door": _rekey,
    "building": _rekey_building,
    "leave": _leave,
    "drop": _drop,
    "cancel": _cancel,
    "cost": _cost,
}
