"""Pages of a long list by key: a page begins at a place in the list's order, not after so many rows.

So page 1,000 costs what page 1 costs, and what comes in meanwhile pushes no row onto the next page.
"""

import base64
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import FieldError, ValidationError
from django.db.models import BooleanField, F, Field, Func, Q, Value
from django.db.models.expressions import OrderBy
from django.http import Http404
from django.utils.timezone import is_naive

AFTER, BEFORE = "after", "before"  # what the address calls a place; without text: the first page, the last page
LONGEST = 2000
NOTHING = Q(pk__in=[])


class NoSuchPlace(ValueError):
    """The address does not name a place in this order."""


@dataclass(frozen=True)
class Column:
    """One part of a list's order: the column, which way it goes, and on which side rows without a value stand."""

    path: str
    field: Field
    nullable: bool
    descending: bool
    nulls_first: bool

    def order(self):
        usual = not self.nullable or self.nulls_first == self.descending  # so PostgreSQL does it unasked
        return OrderBy(
            F(self.path),
            descending=self.descending,
            nulls_first=True if self.nulls_first and not usual else None,
            nulls_last=True if not self.nulls_first and not usual else None,
        )

    def turned(self):
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def read(self, row):
        """The value of a row, as text; None when it has none."""
        for name in self.path.split("__"):
            row = None if row is None else getattr(row, name)
        return None if row is None else str(row)

    def value(self, text):
        """The value that ``read`` made this text of."""
        if text is None and self.nullable:
            return None
        try:
            if not isinstance(text, str) or b"\0" in text.encode():
                raise NoSuchPlace
            value = self.field.to_python(text)
        except (ValidationError, ValueError, OverflowError):
            raise NoSuchPlace from None
        if isinstance(value, datetime) and is_naive(value):
            raise NoSuchPlace
        return value

    def at(self, value):
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def after(self, value):
        """Rows that stand after all those which have this value."""
        if value is None:
            return Q(**{f"{self.path}__isnull": False}) if self.nulls_first else NOTHING
        beyond = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        return beyond if self.nulls_first or not self.nullable else beyond | self.at(None)

    def bound(self, value):
        """What an index that knows only this column can use of ``after or at``."""
        if value is None or (self.nullable and not self.nulls_first):
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.descending else 'gte'}": value})


class Place(NamedTuple):
    """Where a page begins, or, ``backward``, ends: beside a row that had these values and this number in the list."""

    backward: bool = False
    values: list | None = None
    number: int | None = 0


class Page(NamedTuple):
    """Some rows of a list; ``before`` and ``after`` name the places of the pages around it, if there are any."""

    rows: list
    number: int | None  # of the first row; None when nobody has counted
    before: str | None
    after: str | None

    @property
    def last_number(self):
        return self.number and self.number + len(self.rows) - 1


def columns_of(rows):
    """The order of a question; it has to end in a column that no two rows share, else a place would not be one."""
    columns = [_column(rows.model, part) for part in rows.query.order_by]
    if not columns or not columns[-1].field.unique or columns[-1].nullable:
        raise FieldError(f"The order of a list of {rows.model._meta.verbose_name_plural} has to end in pk.")
    return columns


def place_in(columns, query):
    """The place that an address names. Raises ``NoSuchPlace``."""
    backward = BEFORE in query
    text = query.get(BEFORE if backward else AFTER)
    if not text:
        return Place(backward)
    try:
        number, *texts = json.loads(base64.urlsafe_b64decode(text[:LONGEST].encode()))
    except (ValueError, TypeError, RecursionError):
        raise NoSuchPlace from None
    if len(texts) != len(columns) or not isinstance(number, int | None):
        raise NoSuchPlace
    return Place(backward, [column.value(text) for column, text in zip(columns, texts, strict=True)], number)


def name_of(columns, row, number=None):
    """The place of a row, as the address calls it; ``number`` is the row's in the list, if somebody has counted."""
    values = [number, *(column.read(row) for column in columns)]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode()


def rows_from(place, rows, columns):
    """The rows from this place on: backward, if it says so."""
    if place.backward:
        columns = [column.turned() for column in columns]
    rows = rows.order_by(*(column.order() for column in columns))
    return rows.filter(_beyond(columns, place.values)) if place.values else rows


def asked_page(query, rows, *, size):
    """The page of ``rows`` that an address asks for; ``query`` is its ``GET``. Raises ``Http404`` for no place."""
    columns = columns_of(rows)
    try:
        return page_at(place_in(columns, query), rows, columns=columns, size=size)
    except NoSuchPlace:
        raise Http404 from None


def page_at(place, rows, *, columns, size, total=None):
    """So many rows from this place on; ``total`` is how many there are at all, if that is known."""
    found, more = _fetch(place, rows, columns, size)
    if not found and place.values:  # they are gone: the nearest page that is still there
        place = Place(not place.backward)
        found, more = _fetch(place, rows, columns, size)
    number = _number(place, found, more, total)
    page = Page(found, number, None, None)
    earlier, later = (more, bool(place.values)) if place.backward else (bool(place.values), more)
    return page._replace(
        before=name_of(columns, found[0], number) if found and earlier else None,
        after=name_of(columns, found[-1], page.last_number) if found and later else None,
    )


def _column(model, part):
    order = part if isinstance(part, OrderBy) else OrderBy(F(part.lstrip("-")), descending=part.startswith("-"))
    path, fields = order.expression.name, []
    for name in path.split("__"):
        fields.append(model._meta.pk if name == "pk" else model._meta.get_field(name))
        model = fields[-1].related_model
    if fields[-1].is_relation:
        raise FieldError(f"A list cannot be ordered by {path}: name a column of it.")
    nulls_first = bool(order.nulls_first or (order.descending and not order.nulls_last))
    return Column(path, fields[-1], any(field.null for field in fields), order.descending, nulls_first)


def _fetch(place, rows, columns, size):
    """The rows of a page, and whether there are more beyond it."""
    found = list(rows_from(place, rows, columns)[: size + 1])
    shown = found[:size]
    return shown[::-1] if place.backward else shown, len(found) > size


class _Joined(Func):
    function, template = "", "(%(expressions)s)"


def _beyond(columns, values):
    """The rows after these values. Where it can, PostgreSQL compares whole rows: that is one range of an index."""
    bound = columns[0].bound(values[0])
    if len({column.descending for column in columns}) == 1 and not any(column.nullable for column in columns):
        there = _Joined(*(F(column.path) for column in columns))
        here = _Joined(*(Value(value, column.field) for column, value in zip(columns, values, strict=True)))
        sign = " < " if columns[0].descending else " > "
        return bound & Q(_Joined(there, here, arg_joiner=sign, output_field=BooleanField()))
    beyond, same = NOTHING, Q()
    for column, value in zip(columns, values, strict=True):
        beyond |= same & column.after(value)
        same &= column.at(value)
    return bound & beyond


def _number(place, found, more, total):
    """The number of the first row found: exact as long as nobody adds or removes rows while somebody turns pages."""
    if not place.backward:
        return None if place.number is None else place.number + 1
    if not more:
        return 1
    end = place.number if place.values else total and total + 1
    return end - len(found) if end and end > len(found) else None
