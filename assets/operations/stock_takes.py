"""Going through the rooms: what should be there, what was found, and what is done about the difference."""

import re
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset, Assignment, Count, StockTake
from assets.operations.moves import move
from assets.operations.returns import take_back
from assets.operations.transfers import transfer_assignment
from keysite.ledger import Refusal, insert_from, lock, record

LONGEST_CODE = 64
EXPECTED = ["stock_take", "asset", "code", "expected", "expected_in"]


class Scan(NamedTuple):
    """What a scan came to: the line it is about, and how that line was met."""

    class Outcome(models.TextChoices):
        FOUND = "found", gettext_lazy("Found")
        ELSEWHERE = "elsewhere", gettext_lazy("Found elsewhere")
        UNEXPECTED = "unexpected", gettext_lazy("Not expected here")
        UNKNOWN = "unknown", gettext_lazy("Unknown code")
        AGAIN = "again", gettext_lazy("Counted already")

    count: Count
    outcome: Outcome


@transaction.atomic
def open_stock_take(*, name, by, building=None, department=None):
    """Begin to count what should be in ``building`` and belong to ``department`` (without one, in all of them).

    Expected is what is at home there and not out, and what is put up there; what people have is not. The list is
    drawn up now, in one statement. Refused without a name. Gives back the stock-take.
    """
    name = " ".join(name.split())
    if not name:
        raise Refusal(_("Name the stock-take."))
    stock_take = StockTake(
        name=name[:100], building=building, department=department, opened_at=timezone.now(), opened_by=by
    )
    record(stock_take, by=by, reason="opened")
    place = Case(When(open_assignment__isnull=True, then=F("home")), default=F("open_assignment__space"))
    rows = _there(building, department).annotate(place=place)
    insert_from(Count, EXPECTED, rows.values_list(Value(stock_take.pk), "pk", Value(""), Value(True), "place"))
    return stock_take


@transaction.atomic
def count(*, stock_take, code, by, space=None):
    """Write down that what carries ``code`` (a tag, label, barcode or RFID) was seen, in the room ``space`` if known.

    The same scan again changes nothing; in another room the last one counts. A code that nothing carries is kept for
    later. Refused when the stock-take is closed, for what is no code, and for one that several assets carry. Gives
    back a ``Scan``.
    """
    lock(stock_take)
    if not stock_take.is_open:
        words = {"name": stock_take, "day": date_format(timezone.localtime(stock_take.closed_at))}
        raise Refusal(_("“%(name)s” was closed on %(day)s. Nothing is counted in it any more.") % words)
    code = _code_in(code)
    asset = _carrier(code, by)
    lines = Count.objects.of(stock_take).for_list().filter(asset=asset) if asset else _parked(stock_take, code)
    line = lines.first() or Count(stock_take=stock_take, asset=asset, code="" if asset else code)
    if line.counted_at and (space is None or line.space_id == space.pk):
        return Scan(line, Scan.Outcome.AGAIN)
    line.counted_at, line.counted_by, line.space = timezone.now(), by, space
    line.save()
    return Scan(line, Scan.Outcome(line.result))


@transaction.atomic
def close_stock_take(*, stock_take, by):
    """Count nothing in it any more: what was not found stays missing in it. Refused when it is closed already."""
    lock(stock_take)
    if not stock_take.is_open:
        raise Refusal(_("“%(name)s” is closed already.") % {"name": stock_take})
    stock_take.closed_at, stock_take.closed_by = timezone.now(), by
    record(stock_take, by=by, reason="closed")


@transaction.atomic
def move_to_found(*, count, by):
    """From now on an asset belongs where it was found: its home is there, or else it is put up there.

    Refused for a code that nothing carries, without a room, for what is with a person, and when it belongs there.
    """
    if count.asset_id is None or count.space_id is None:
        raise Refusal(_("Nobody has said where this was found. Count it again, with the room."))
    asset, space = count.asset, count.space
    held = Assignment.objects.open().of([asset]).select_related("person").first()
    words = {"asset": str(asset), "person": held and str(held.person), "room": str(space)}
    if held and held.person_id:
        raise Refusal(_("%(asset)s is with %(person)s, as the register says. Take it back first.") % words)
    if held and held.space_id == space.pk:
        raise Refusal(_("%(asset)s is put up in %(room)s already.") % words)
    if held and asset.home_id == space.pk:
        take_back(assets=[asset], by=by, condition=asset.condition)
    elif held:
        transfer_assignment(assignment=held, by=by, space=space)
    else:
        move(asset=asset, by=by, home=space)


def last_part(text):
    """The code in what was scanned: of the address that a label carries, its last part."""
    text = text.strip()
    address = re.search(r"/\w+/([^/?#\s]+)/?(?:[?#].*)?$", text)
    return address[1] if address else text


def _code_in(text):
    code = last_part(text)
    if not code or len(code) > LONGEST_CODE or not code.isprintable():
        raise Refusal(_("This is no code. Scan the label, or type the asset tag."))
    return code


def _there(building, department):
    """What should be in one of the rooms now."""
    assets = Asset.objects.owned().with_assignment()
    put_up = Q(open_assignment__space__isnull=False, open_assignment__lost_at__isnull=True)
    at_home = Q(open_assignment__isnull=True)
    if building:
        put_up, at_home = put_up & Q(open_assignment__space__building=building), at_home & Q(home__building=building)
    if department:
        assets = assets.filter(department=department)
    return assets.filter(put_up | at_home).order_by("pk")


def _carrier(code, person):
    """The one asset that ``code`` means; a tag or a label comes before what else it may be."""
    found = list(Asset.objects.visible_to(person).with_code(code).order_by("tag", "pk")[:6])
    named = [asset for asset in found if code.upper() in {asset.tag.upper(), asset.public_code}]
    found = named or found
    if len(found) > 1:
        words = {"code": code, "tags": ", ".join(asset.tag for asset in found)}
        raise Refusal(_("Several assets carry %(code)s: %(tags)s. Type the tag of the one you mean.") % words)
    return found[0] if found else None


def _parked(stock_take, code):
    return Count.objects.of(stock_take).unknown().for_list().filter(code__iexact=code)
