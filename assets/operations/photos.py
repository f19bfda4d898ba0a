"""Photos of assets: kept as files under names that nobody can guess, and gone with their rows."""

from datetime import timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assets.models import AssetPhoto
from keysite import images
from keysite.ledger import Refusal, lock, record, remove

MOST_PHOTOS = 12  # of one asset
STRAY_AFTER = timedelta(days=1)


@transaction.atomic
def add_photo(*, asset, upload, by, caption=""):
    """Keep a photo of ``asset``, made anew from what was sent: without its place, camera and colour profile.

    Refused for what is no photo (see ``keysite.images``), when there are twelve already, and when it cannot be stored.
    Gives back the photo.
    """
    picture = images.read(upload)  # takes a while: before anything is held
    lock(asset)
    if AssetPhoto.objects.of(asset).count() >= MOST_PHOTOS:
        words = {"asset": str(asset), "most": MOST_PHOTOS}
        raise Refusal(_("There are %(most)s photos of %(asset)s already. Remove one first.") % words)
    photo = AssetPhoto(asset=asset, caption=" ".join(caption.split())[:200], added_at=timezone.now(), added_by=by)
    photo.width, photo.height = picture.width, picture.height
    images.store(photo, picture)
    try:
        record(photo, by=by, reason="added")
    except BaseException:
        images.forget(images.files_of(photo))
        raise
    return photo


@transaction.atomic
def remove_photo(*, photo, by):
    """Take a photo away; its files go once that is certain. Refused when it has gone already."""
    lock(photo)
    transaction.on_commit(partial(images.forget, images.files_of(photo)), robust=True)
    remove(photo, by=by, reason="removed")


def sweep_photos(*, at):
    """Delete files of photos that never came to be: the power went, or what surrounded the deed failed. A day old."""
    folder = AssetPhoto._meta.get_field("image").upload_to
    try:
        names = [f"{folder}{name}" for name in default_storage.listdir(folder)[1]]
    except FileNotFoundError:
        return
    old = [name for name in names if default_storage.get_modified_time(name) < at - STRAY_AFTER]
    for start in range(0, len(old), 1000):
        some = set(old[start : start + 1000])
        for field in ("image", "thumbnail"):
            some -= set(AssetPhoto.objects.filter(**{f"{field}__in": some}).values_list(field, flat=True))
        images.forget(some)
