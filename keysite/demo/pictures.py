"""Photos of what is broken at the invented university, drawn: a door, a puddle, a lamp."""

import io
from itertools import cycle

from PIL import Image, ImageDraw

SIZE = (1024, 768)
WALL, FLOOR = (222, 216, 204), (150, 132, 112)


def drawings():
    """JPEG files, one after another, without end."""
    return (draw() for draw in cycle((_door, _puddle, _lamp)))


def _room(paint):
    picture = Image.new("RGB", SIZE, WALL)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 560, *SIZE), fill=FLOOR)
    paint(pen)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()


def _door():
    def paint(pen):
        pen.rectangle((340, 90, 700, 620), fill=(96, 66, 44), outline=(60, 40, 26), width=10)
        pen.ellipse((630, 360, 670, 400), fill=(210, 178, 90))
        pen.rectangle((600, 376, 650, 386), fill=(190, 158, 70))

    return _room(paint)


def _puddle():
    def paint(pen):
        pen.rectangle((480, 0, 510, 520), fill=(170, 174, 178))
        pen.ellipse((290, 600, 760, 720), fill=(120, 152, 178))
        pen.ellipse((485, 540, 505, 575), fill=(120, 152, 178))

    return _room(paint)


def _lamp():
    def paint(pen):
        pen.rectangle((180, 90, 860, 130), fill=(250, 250, 240), outline=(160, 160, 150), width=4)
        pen.rectangle((540, 94, 856, 126), fill=(88, 88, 84))

    return _room(paint)
