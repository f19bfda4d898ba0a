"""Photos that people send: looked at, and made anew, so that nothing of the file itself is kept.

Where it was taken, with what, and whatever else hides in the file is gone, and no browser can take it for a page.
"""

import io
import secrets
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from keysite.ledger import Refusal

LARGEST = 5_000_000  # bytes
MOST_PIXELS = 60_000_000  # more than a phone's camera has; 180 MB while it is made smaller
FORMATS = ("JPEG", "PNG", "WEBP")
ACCEPT = "image/jpeg,image/png,image/webp"
SIDE, SMALL_SIDE = 1600, 320  # pixels of the longer side
PAPER = (255, 255, 255)  # what shows through a transparent picture
HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}


class Picture(NamedTuple):
    """A photo as it is kept: two JPEG files, the small one for lists."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int


def read(upload):
    """The picture in ``upload``, a file of any name and declared type.

    Refused with a sentence when it is empty, larger than 5 MB, of too many pixels, broken, or no JPEG, PNG or WebP.
    """
    if not upload.size:
        raise Refusal(_("The file is empty. Choose the photo again."))
    if upload.size > LARGEST:
        raise Refusal(
            _("The photo is larger than 5 MB. Choose a smaller size in the camera, or send a screenshot of it.")
        )
    upload.seek(0)
    data = upload.read(LARGEST + 1)
    if data[4:8] == b"ftyp" and data[8:12] in HEIF:
        raise Refusal(
            _("This is a HEIC photo. Set the camera to “Most compatible”, or send a screenshot of the photo.")
        )
    picture = _decoded(data)
    image, small = _fitted(picture, SIDE), _fitted(picture, SMALL_SIDE)
    return Picture(_written(image), _written(small), image.width, image.height)


def random_name():
    """A file name that says nothing and cannot be guessed."""
    return f"{secrets.token_hex(16)}.jpg"


def store(photo, picture):
    """Write the two files of a row that has an ``image`` and a ``thumbnail``. Refused when they cannot be stored."""
    try:
        photo.image.save(random_name(), ContentFile(picture.image), save=False)
        photo.thumbnail.save(random_name(), ContentFile(picture.thumbnail), save=False)
    except OSError:
        forget(files_of(photo))
        raise Refusal(_("The photo cannot be stored now. Try again later, or tell an administrator.")) from None


def files_of(photo):
    return [file.name for file in (photo.image, photo.thumbnail) if file]


def forget(names):
    """Delete files that belong to no row any more."""
    for name in names:
        default_storage.delete(name)


def _decoded(data):
    """The picture upright and in plain colours. Its size is looked at before it is unpacked."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height <= MOST_PIXELS:
                picture.draft("RGB", (SIDE, SIDE))  # a JPEG is unpacked at half its size or less, where that is enough
                return _plain(ImageOps.exif_transpose(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        pass
    except Exception:  # whatever a decoder raises at bytes that somebody made up
        raise Refusal(
            _("This photo cannot be read. Send a JPEG, PNG or WebP file that opens on your device.")
        ) from None
    raise Refusal(_("The photo has more than 60 million pixels. Send a smaller copy of it."))


def _plain(picture):
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        picture = Image.new("RGBA", layer.size, PAPER)
        picture.alpha_composite(layer)
    return picture.convert("RGB")


def _fitted(picture, side):
    """A copy that fits into a square; only the pixels come along."""
    copy = Image.new("RGB", picture.size)
    copy.paste(picture)
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def _written(picture):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=85, optimize=True, progressive=True)
    return file.getvalue()
