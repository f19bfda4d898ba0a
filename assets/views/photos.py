"""Pictures of assets: taken by staff, seen by whom the asset is shown to."""

from csp.constants import NONE
from csp.decorators import csp
from django.contrib import messages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import DeedForm
from accounts.models import Trust
from accounts.trust import staff_only, trust_of
from assets import operations
from assets.forms.photos import PhotoForm
from assets.models import Asset, AssetPhoto
from assets.views.borrow import owner

ALONE = csp({"default-src": [NONE], "sandbox": [True]})  # whatever it is, it does nothing in a browser
KEPT = 3600  # seconds in the browser's own cache


@require_http_methods(["GET", "POST"])
@staff_only("assets.change_asset")
def asset_photos(request, pk):
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=pk)
    form = PhotoForm(*([request.POST, request.FILES] if request.method == "POST" else []))
    if request.method == "POST" and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _added(form, asset, request.user))
        if answer:
            messages.success(request, _("The photo is there."))
            return redirect(answer)
    return _page(request, asset, form)


@require_POST
@staff_only("assets.change_asset")
def asset_photo_remove(request, pk):
    photo = get_object_or_404(AssetPhoto.objects.visible_to(request.user).for_list(), pk=pk)
    form = DeedForm(request.POST)
    if form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _removed(photo, request.user))
        if answer:
            messages.success(request, _("The photo is gone."))
            return redirect(answer)
    return _page(request, photo.asset, form)


@require_GET
@ALONE
def asset_photo(request, pk):
    return _picture(request, pk, "image")


@require_GET
@ALONE
def asset_thumbnail(request, pk):
    return _picture(request, pk, "thumbnail")


def _picture(request, pk, size):
    """The file, for whom the asset is shown to; without a staff sign-in that is what one owns or has."""
    seen = AssetPhoto.objects.visible_to(request.user)
    photo = get_object_or_404(seen if trust_of(request) == Trust.STAFF else seen.own(request.user), pk=pk)
    try:
        file = getattr(photo, size).open()
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="image/jpeg", filename=f"photo-{photo.pk}.jpg")
    response["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, private=True, max_age=KEPT)
    return response


def _page(request, asset, form):
    photos = [(photo, DeedForm(auto_id=False)) for photo in AssetPhoto.objects.of(asset).for_list()]
    adding = form if isinstance(form, PhotoForm) else PhotoForm()
    context = {"asset": asset, "form": form, "adding": adding, "photos": photos, "most": operations.MOST_PHOTOS}
    return render(request, "assets/asset_photos.html", context)


def _added(form, asset, person):
    values = form.cleaned_data
    operations.add_photo(asset=asset, upload=values["photo"], caption=values["caption"], by=person)
    return reverse("asset_photos", args=[asset.pk])


def _removed(photo, person):
    address = reverse("asset_photos", args=[photo.asset_id])
    operations.remove_photo(photo=photo, by=person)
    return address
