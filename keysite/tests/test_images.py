"""Photos are made anew: what was in the file besides the picture is gone, and what is no photo is refused."""

import io
import struct
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from keysite import images
from keysite.ledger import Refusal
from keysite.tests.history import refused

BROKEN = "This photo cannot be read. Send a JPEG, PNG or WebP file that opens on your device."
GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def file_of(picture, kind="JPEG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def photo(size=(640, 480), colour="teal", mode="RGB"):
    return Image.new(mode, size, colour)


def read(data, name="photo.jpg"):
    return images.read(SimpleUploadedFile(name, data))


def opened(data):
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def with_exif():
    exif = Image.Exif()
    exif[MAKER] = "Camera of a person"
    exif[ORIENTATION] = 6  # turn it by 90 degrees
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    return file_of(photo(), exif=exif, comment=b"<script>alert(1)</script>", icc_profile=b"profile" * 20)


def png_header(width, height):
    """A PNG of a few bytes that says it is huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0" * 40


def test_where_it_was_taken_is_gone_and_it_stands_upright():
    data = with_exif()
    assert opened(data).getexif().get_ifd(GPS)

    picture = read(data)

    for kept in (picture.image, picture.thumbnail):
        again = opened(kept)
        assert not again.getexif()
        assert {"exif", "icc_profile", "comment"} & set(again.info) == set()
        assert not any(word in kept for word in (b"Camera", b"script", b"Exif", b"profileprofile"))
    assert (picture.width, picture.height) == (480, 640)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_it_is_kept_as_jpeg_and_made_smaller(kind):
    picture = read(file_of(photo((2400, 1200)), kind), name="whatever.exe")

    assert (picture.width, picture.height) == (1600, 800)
    assert opened(picture.image).format == "JPEG"
    assert opened(picture.thumbnail).size == (320, 160)


def test_a_small_one_stays_small():
    assert (read(file_of(photo((30, 20)))).width, opened(read(file_of(photo((30, 20)))).thumbnail).size) == (
        30,
        (30, 20),
    )


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16"])
def test_colours_of_every_kind(mode):
    picture = read(
        file_of(photo(mode="RGB").convert("L").convert(mode) if mode != "I;16" else Image.new(mode, (9, 9)), "PNG")
    )

    assert opened(picture.image).mode == "RGB"


def test_cmyk():
    assert opened(read(file_of(Image.new("CMYK", (9, 9)))).image).mode == "RGB"


def test_what_shines_through_is_white():
    clear = Image.new("RGBA", (50, 50), (255, 0, 0, 0))

    assert opened(read(file_of(clear, "PNG")).image).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize(
    "tail",
    [b"<html><script>alert(1)</script></html>", b"PK\x03\x04" + b"evil" * 40, b"%PDF-1.4 evil", b"<?php evil ?>"],
)
def test_nothing_hides_behind_the_picture(tail):
    kept = read(file_of(photo()) + tail).image

    assert tail[:12] not in kept
    assert not any(word in kept for word in (b"evil", b"script"))


@pytest.mark.parametrize(
    "data",
    [
        b"no picture",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\0" * 60,
        file_of(photo(), "GIF"),
        file_of(photo(), "BMP"),
        file_of(photo(), "TIFF"),
        file_of(photo((900, 900)))[:600],
        file_of(Image.effect_noise((400, 400), 90), "PNG")[:20_000],
        file_of(Image.effect_noise((400, 400), 90), "WEBP")[:9000],
        b"\xff\xd8\xff\xe0" + b"\0" * 500,
        png_header(10, 10),
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x24\x00\x00\x00WEBPVP8 " + b"\xff" * 30,
    ],
)
def test_what_is_no_photo_is_refused(data):
    with refused(BROKEN):
        read(data)


@pytest.mark.parametrize("size", [(50_000, 50_000), (9000, 9000), (2**31 - 1, 1)])
def test_a_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(Refusal) as refusal:
        read(png_header(*size))

    assert str(refusal.value) in {"The photo has more than 60 million pixels. Send a smaller copy of it.", BROKEN}


def test_a_real_picture_of_too_many_pixels_is_refused():
    with refused("The photo has more than 60 million pixels. Send a smaller copy of it."):
        read(file_of(Image.new("1", (8000, 8000)), "PNG"))


@pytest.mark.parametrize("brand", [b"heic", b"mif1", b"avif"])
def test_heic_is_refused_with_what_to_do(brand):
    with refused("This is a HEIC photo. Set the camera to “Most compatible”, or send a screenshot of the photo."):
        read(b"\0\0\0\x18ftyp" + brand + b"\0" * 40)


def test_too_large_and_empty():
    with refused("The photo is larger than 5 MB. Choose a smaller size in the camera, or send a screenshot of it."):
        read(file_of(photo()) + b"\0" * 5_000_000)
    with refused("The file is empty. Choose the photo again."):
        read(b"")


def test_names_say_nothing():
    first, second = images.random_name(), images.random_name()

    assert first != second
    assert len(first) == len("0" * 32 + ".jpg")
