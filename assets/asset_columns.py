"""The columns of a list of assets, as the inventory systems call them, and how their values are read.

Nothing is asked or written here.
"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from assets.models.mac import normal_mac
from keysite.formats import Amounts, Days
from keysite.ledger import Refusal
from keysite.tables import Column, narrow

ASSET_COLUMNS = (
    Column("tag", ("asset tag", "tag", "inventory number", "inventory no", "asset number", "asset no", "asset id"), 64),
    Column("name", ("asset name", "item name", "name", "item", "hostname", "title"), 200),
    Column("type", ("category", "asset type", "item type", "type", "types", "kind"), 100),
    Column("manufacturer", ("manufacturer", "manufacturers", "make", "brand"), 100),
    Column("model", ("model", "models", "model name", "asset model", "product"), 100),
    Column("number", ("model number", "model no", "part number", "product number"), 64),
    Column("model_notes", ("model notes", "model description"), 1000, several_lines=True),
    Column("serial", ("serial number", "serial no", "serial", "sn", "service tag"), 100),
    Column("mac", ("mac address", "mac"), 40),
    Column("barcode", ("barcode", "bar code"), 64),
    Column("rfid", ("rfid", "rfid tag"), 64),
    Column("colour", ("colour", "color"), 32),
    Column("description", ("asset notes", "notes", "description", "comments", "comment", "remarks"), 4000, False, True),
    Column("company", ("company", "organisation", "organization"), 100),
    Column("department", ("department", "owning department", "owner department", "unit"), 100),
    Column("building", ("building", "bldg", "building code", "building number"), 200),
    Column("floor", ("floor", "storey"), 16),
    Column("room", ("room", "room number", "space"), 200),
    Column("location", ("default location", "home location", "home", "location", "locations"), 400),
    Column("supplier", ("supplier", "suppliers", "provider", "vendor"), 100),
    Column("order_number", ("order number", "order no", "purchase order", "invoice number", "invoice no"), 64),
    Column("purchased_on", ("purchase date", "date of purchase", "purchased on", "purchased", "invoice date"), 40),
    Column("price", ("purchase cost", "purchase price", "price", "cost", "value"), 32),
    Column("warranty_until", ("warranty until", "warranty expires", "warranty expiration date", "warranty end"), 40),
    Column("warranty_notes", ("warranty notes", "warranty"), 500),
    Column("expected_until", ("asset eol date", "eol date", "eol", "end of life", "expected until"), 40),
    Column("holder_kind", ("checkout type", "checked out to type", "assigned type"), 32),
    Column(
        "holder_email",
        ("checked out to email", "assigned to email", "user email", "holder email", "email", "e mail"),
        254,
    ),
    Column("holder_first", ("checked out to first name", "user first name", "first name"), 100),
    Column("holder_last", ("checked out to last name", "user last name", "last name"), 100),
    Column("holder_name", ("checked out to", "assigned to", "holder", "user", "users"), 200),
    Column("holder_place", ("checked out to location", "assigned location", "current location", "put up in"), 400),
    Column("out_on", ("checkout date", "checked out on", "last checkout", "assigned on"), 40),
    Column("due_on", ("expected checkin date", "expected checkin", "due date", "due on", "due"), 40),
)
DAYS = ("purchased_on", "warranty_until", "expected_until", "out_on", "due_on")
AS_WRITTEN = {"description", "model_notes"}
MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")


class Reading:
    """How the values of one file are read, each by what the whole column tells."""

    def __init__(self, lines, locations):
        columns = {name: [line.values[name] for line in lines] for name in (*DAYS, "price")}
        days = [text for name in DAYS for text in columns[name]]
        self.days = {name: Days(columns[name], others=days) for name in DAYS}
        self.prices, self.locations = Amounts(columns["price"]), locations

    def read(self, line, outcome):
        """What the line says, each value by itself; None when one is refused."""
        said = {name: text if name in AS_WRITTEN else narrow(text) for name, text in line.values.items()}
        judges = {name: self.days[name].read for name in DAYS} | {"price": self.prices.read, "mac": _mac}
        judges |= {"holder_email": _address}
        good = True
        for name, judge in judges.items():
            try:
                said[name] = judge(said[name]) if said[name] else None
            except Refusal as refusal:
                outcome.refuse(line, name, refusal)
                good = False
        return said if self._places(line, said, outcome) and good else None

    def _places(self, line, said, outcome):
        try:
            words = {name: said[name] for name in ("building", "floor", "room")}
            said["home"] = self.locations.where(said["location"], **words)
            said["placed"] = self.locations.where(said["holder_place"])
        except Refusal as refusal:
            outcome.refuse(line, "holder_place" if "home" in said else place_column(said), refusal)
            return False
        return True

    def guesses(self):
        """The columns of which nothing tells how they are meant: of days, and of prices."""
        return [name for name in DAYS if self.days[name].is_guessed], self.prices.is_guessed


def place_column(said):
    """The column to name when the room of a line is refused."""
    return next(name for name in ("building", "location", "room") if said[name])


def _mac(text):
    if not MAC.fullmatch(normal_mac(text)):
        raise Refusal(_("“%(mac)s” is no MAC address. Write it as 00:1a:2b:3c:4d:5e.") % {"mac": text})
    return normal_mac(text)


def _address(text):
    address = narrow(text)
    try:
        validate_email(address)
    except ValidationError:
        words = {"address": text}
        raise Refusal(_("“%(address)s” is no e-mail address. Write it as name@example.edu.") % words) from None
    return address
