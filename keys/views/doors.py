"""Doors for whoever stands before them: who can open this one, and which keys fit several."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Trust
from accounts.trust import staff_only, trust_of
from keys.filters import DoorFilter
from keys.forms.doors import FittingForm
from keys.models import Door, Key, KeySymbol, Loan, LossReport, Operates
from keysite.console.pages import asked_page

PER_PAGE, SHOWN = 48, 50  # a page of the list; rows of each kind on the page of a door
FITTING, PER_DOOR, PICKS = 30, 10, 12  # symbols that open all doors, and of each door; doors to pick from


@require_GET
@staff_only("keys.view_door")
def door_list(request):
    """Doors by building and label; every filter is in the address."""
    found = DoorFilter(request.GET, Door.objects.visible_to(request.user).with_keyset().for_list())
    rows = found.qs
    page = asked_page(request.GET, rows, size=PER_PAGE)
    return render(request, "keys/door_list.html", {"filter": found, "form": found.form, "page": page})


@require_GET
@login_not_required
def door(request, code):
    """The label of a door: anybody may report a fault, staff see who can open it."""
    row = Door.objects.with_code(code[:200]).with_keyset().for_list().first()
    context = {"door": row, "code": code[:40], "here": request.path}
    if row and _may_see(request, row):
        context |= _who_opens(row, request.user)
    return render(request, "keys/door.html", context, status=200 if row else 404)


@require_GET
@staff_only("keys.view_door")
def key_fitting(request):
    """Which symbols open all doors that are named, and which open each of them; ``q`` looks for doors to name."""
    doors = Door.objects.visible_to(request.user).current().for_list()
    form = FittingForm(request.GET if "doors" in request.GET else None, doors=doors)
    words = request.GET.get("q", "").replace("\0", "")[:200].strip()
    form.is_valid()
    context = {"form": form, "named": form.named, "words": words}
    context["candidates"] = doors.search(words)[:PICKS] if words else []
    if form.named:
        context |= _fitting(form.named, request.user)
    return render(request, "keys/key_fitting.html", context)


def _may_see(request, row):
    if trust_of(request) < Trust.STAFF:
        return False
    return Door.objects.visible_to(request.user).filter(pk=row.pk).exists()


def _who_opens(row, person):
    keys = Key.objects.visible_to(person).opening([row])
    return {
        "staff": True,
        "lost": LossReport.objects.open().of_visible_keys(person).opening([row]).in_short()[:SHOWN],
        "holders": Loan.objects.visible_to(person).running().opening([row]).by_borrower()[: SHOWN + 1],
        "copies": keys.being(Key.Availability.THERE).by_stamp()[:SHOWN],
        "symbols": KeySymbol.objects.visible_to(person).opening([row]).for_list()[:SHOWN],
        "shown": SHOWN,
    }


def _fitting(doors, person):
    """The symbols that open all doors, each with how many others it opens, and what opens each door."""
    symbols = KeySymbol.objects.visible_to(person).current().opening_all(doors).with_key_counts()
    rows = list(symbols.least_first()[: FITTING + 1])
    return {
        "fitting": [(symbol, symbol.doors_opened - len(doors)) for symbol in rows[:FITTING]],
        "more": len(rows) > FITTING,
        "most": FITTING,
        "openers": _openers(doors, person),
    }


def _openers(doors, person):
    """Each door with the first of the symbols that open it, the lowest first, and how many more there are."""
    of_door = {door.pk: [] for door in doors}
    for row in Operates.objects.visible_to(person).opening(doors).lowest_first():
        of_door[row.door].append(row.symbol)
    return [(door, of_door[door.pk][:PER_DOOR], len(of_door[door.pk][PER_DOOR:])) for door in doors]
