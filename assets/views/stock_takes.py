"""Going through the rooms with a scanner or a phone."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import DeedForm
from accounts.trust import staff_only
from assets import operations
from assets.forms.stock_takes import ScanForm, StockTakeForm
from assets.models import Count, Space, StockTake
from assets.views.borrow import owner
from keysite.console.exchange import csv_file
from keysite.console.pages import asked_page
from keysite.console.scope import row_id

PER_PAGE, CLOSED_SHOWN = 50, 20
HEADINGS = [
    "result",
    "asset tag",
    "name",
    "model",
    "serial",
    "expected in",
    "found in",
    "counted",
    "counted by",
    "code",
]


@require_GET
@staff_only("assets.count", "assets.view_stocktake")
def stock_take_list(request):
    """What is being counted, what was, and a form to begin."""
    return _list(request, StockTakeForm())


@require_POST
@staff_only("assets.count")
def stock_take_open(request):
    form = StockTakeForm(request.POST)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _opened(form, request.user))
        if answer:
            return redirect(answer)
    return _list(request, form)


@require_GET
@staff_only("assets.count", "assets.view_stocktake")
def stock_take(request, pk):
    """The scan field and the results; ``count`` and ``outcome`` say what the last scan came to, ``room`` where."""
    room = Space.objects.visible_to(request.user).for_list().filter(pk=row_id(request.GET.get("room", ""))).first()
    return _page(request, _visible(request, pk), ScanForm(clerk=request.user, initial={"room": room or ""}), room=room)


@require_POST
@staff_only("assets.count")
def stock_take_count(request, pk):
    found, form = _visible(request, pk), ScanForm(request.POST, clerk=request.user)
    if form.is_valid() and form.entered:
        return redirect(_address(found, room=form.entered.pk))
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _counted(found, form, request.user))
        if answer:
            return redirect(answer)
    return _page(request, found, form)


@require_POST
@staff_only("assets.count")
def stock_take_close(request, pk):
    found, form = _visible(request, pk), DeedForm(request.POST)
    answer = form.is_valid() and form.perform(owner=owner(request), deed=lambda: _closed(found, request.user))
    if not answer:
        return _page(request, found, ScanForm(clerk=request.user), refused=form)
    messages.success(request, _("The stock-take is closed."))
    return redirect(answer)


@require_POST
@staff_only("assets.move")
def stock_take_move(request, pk):
    """From now on the asset of this line belongs where it was found."""
    line = get_object_or_404(Count.objects.visible_to(request.user).for_list(), pk=pk, asset__isnull=False)
    form = DeedForm(request.POST)
    answer = form.is_valid() and form.perform(owner=owner(request), deed=lambda: _moved(line, request.user))
    if not answer:
        return _page(request, line.stock_take, ScanForm(clerk=request.user), refused=form)
    messages.success(request, _("%(asset)s belongs in %(room)s now.") % {"asset": line.asset, "room": line.space})
    return redirect(answer)


@require_GET
@staff_only("assets.count", "assets.view_stocktake")
def stock_take_export(request, pk):
    found = _visible(request, pk)
    lines = Count.objects.of(found).with_assets().order_by("pk").iterator(chunk_size=1000)
    return csv_file(f"stock-take-{found.pk}", _cells(lines))


def _visible(request, pk):
    return get_object_or_404(StockTake.objects.visible_to(request.user).for_list(), pk=pk)


def _list(request, form):
    rows = StockTake.objects.visible_to(request.user).with_progress().for_list()
    context = {"open": rows.open(), "closed": rows.closed()[:CLOSED_SHOWN], "form": form, "shown": CLOSED_SHOWN}
    return render(request, "assets/stock_take_list.html", context)


def _page(request, found, form, *, room=None, refused=None):
    lines = Count.objects.of(found)
    totals = lines.totals()
    result = request.GET.get("show", "")
    result = result if result in Count.Result.values else _first(totals)
    expected = totals["missing"] + totals["elsewhere"] + totals["found"]
    context = {"stock_take": found, "scan": form, "form": refused or form, "refused": refused, "room": room}
    context |= {"tabs": [(one, totals[one]) for one in Count.Result], "result": Count.Result(result)}
    context |= {"expected": expected, "seen": expected - totals["missing"], "last": _last(request, lines)}
    shown = lines.being(result).with_assets()
    context |= {"page": asked_page(request.GET, shown, size=PER_PAGE), "closing": DeedForm(auto_id=False)}
    return render(request, "assets/stock_take.html", context | {"move": DeedForm(auto_id=False)})


def _first(totals):
    """What somebody has to look at comes before what is as it should be."""
    return next((one for one in ("missing", "elsewhere", "unexpected", "unknown") if totals[one]), "found")


def _last(request, lines):
    """What the last scan came to, as its address says."""
    outcome, key = request.GET.get("outcome", ""), row_id(request.GET.get("count", ""))
    if outcome not in operations.Scan.Outcome.values or key is None:
        return None
    line = lines.with_assets().filter(pk=key).first()
    return line and operations.Scan(line, operations.Scan.Outcome(outcome))


def _address(found, **values):
    return f"{reverse('stock_take', args=[found.pk])}?{urlencode(values)}"


def _opened(form, person):
    scope = {name: form.cleaned_data[name] for name in ("name", "building", "department")}
    return reverse("stock_take", args=[operations.open_stock_take(by=person, **scope).pk])


def _counted(found, form, person):
    room = form.cleaned_data["room"]
    line, outcome = operations.count(stock_take=found, code=form.cleaned_data["code"], by=person, space=room)
    return _address(found, **{"count": line.pk, "outcome": outcome.value} | ({"room": room.pk} if room else {}))


def _closed(found, person):
    operations.close_stock_take(stock_take=found, by=person)
    return reverse("stock_take", args=[found.pk])


def _moved(line, person):
    operations.move_to_found(count=line, by=person)
    return _address(line.stock_take, show=line.result.value, room=line.space_id)


def _cells(lines):
    yield HEADINGS
    for line in lines:
        asset, at = line.asset, line.counted_at
        about = [asset.tag, asset.name, asset.model or "", asset.serial] if asset else [""] * 4
        moment = timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
        places = [line.expected_in or "", line.space or "", moment, line.counted_by or ""]
        yield [line.result.label, *about, *places, line.code]
