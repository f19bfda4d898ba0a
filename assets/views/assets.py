"""What we own, as a list, and what the label on an asset opens."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import Trust
from accounts.trust import staff_only, trust_of
from assets.filters import AssetFilter
from assets.models import Asset, Assignment
from keysite.console.pages import asked_page

PER_PAGE, SHOWN = 48, 5  # a page of the list; past assignments and photos on an asset's page


@staff_only("assets.view_asset")
@require_GET
def asset_list(request):
    """Assets as cards or as a table; every filter is in the address."""
    found = AssetFilter(request.GET, Asset.objects.visible_to(request.user).for_list())
    rows = found.qs
    page = asked_page(request.GET, rows, size=PER_PAGE)
    context = {"filter": found, "form": found.form, "page": page, "as_table": request.GET.get("as") == "table"}
    return render(request, "assets/asset_list.html", context)


@require_GET
@login_not_required
def asset_tag(request, code):
    """The label of an asset leads whoever scans it to what they may know and do; a finder learns where to bring it."""
    asset = Asset.objects.with_label(code[:200]).for_list().first()
    context = {"asset": asset, "code": code[:40], "here": request.path}
    if asset and request.user.is_authenticated:
        context |= _more_of(request, asset)
    return render(request, "assets/asset_tag.html", context, status=200 if asset else 404)


def _more_of(request, asset):
    """What this person may know besides: their own assignment, and for staff where it is and who had it."""
    held = getattr(asset, "open_assignment", None)
    more = {"mine": held if held and held.person_id == request.user.pk else None}
    if not request.user.has_perm("assets.view_asset") or trust_of(request) < Trust.STAFF:
        return more
    if not Asset.objects.visible_to(request.user).filter(pk=asset.pk).exists():
        return more
    past = Assignment.objects.visible_to(request.user).of([asset]).returned().for_list()
    return more | {"staff": True, "held": held, "past": past[:SHOWN], "photos": asset.photos.all()[:SHOWN]}
