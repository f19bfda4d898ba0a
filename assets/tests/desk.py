"""What tests of the equipment desk do again and again: fill in its forms, and read its baskets."""

import re

from django.urls import reverse

DESK, ASSIGN, BACK = (reverse(name) for name in ("asset_desk", "asset_desk_assign", "asset_desk_take_back"))


def post(client, address, form, **fields):
    """Open the desk, fill in one of its forms and send it."""
    once = client.get(DESK).context[form]["once"].value()
    return client.post(address, {"once": once, **fields})


def hand_out(client, **fields):
    return post(client, ASSIGN, "taking", **fields)


def take_back(client, **fields):
    return post(client, BACK, "returning", **fields)


def basket_of(response, form):
    """Each line of the basket: the thing it names (or what was typed) and what is wrong with it."""
    return [(entry.line.item or entry.line.typed, entry.line.problem) for entry in response.context[form].entries]


def boxes_of(response):
    """The boxes on the page: their names, and whether they are checked."""
    boxes = re.findall(r'<input type="checkbox" name="there" value="([^"]+)"( checked)?', response.content.decode())
    return {name: bool(checked) for name, checked in boxes}


def box(thing):
    """How an asset or a part is called on the list of its kit."""
    return f"{'a' if thing._meta.model_name == 'asset' else 'p'}{thing.pk}"
