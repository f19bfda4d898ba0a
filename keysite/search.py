"""Finding rows by how their words begin: one full-text index per model, in any language and collation.

Everything between letters and digits separates words, on both sides: “rob ex” finds robin@example.edu.
"""

import re
from functools import reduce
from operator import or_

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import BooleanField, F, Func, Q, TextField, Value
from django.db.models.functions import Coalesce

CONFIG = "simple"  # no stemming and no stop words: names are not prose
BETWEEN = "@._+-/'’,:;()&"
PIECE = re.compile(r"[^\W_]+")
MOST_PIECES = 8


class Words(Func):
    """The texts of some columns after one another, punctuation turned into spaces; immutable, so it can be indexed."""

    function = "translate"
    output_field = TextField()

    def __init__(self, *columns):
        text = Joined(*(Coalesce(F(column), Value("")) for column in columns))
        super().__init__(text, Value(BETWEEN), Value(" " * len(BETWEEN)))


class Joined(Func):
    template, arg_joiner = "(%(expressions)s)", " || ' ' || "
    output_field = TextField()


def words_of(*columns, weight=None):
    """What is indexed, and what ``beginning_with`` is compared with; ``weight`` tells these columns from others."""
    return SearchVector(Words(*columns), config=CONFIG, weight=weight)


def pieces(text):
    """The words in what somebody typed."""
    return PIECE.findall(text.lower())[:MOST_PIECES]


def beginning_with(text, *, weight=""):
    """A query for rows that have, for each word of ``text``, a word beginning so (of this weight, or of any).

    None when the text holds no word.
    """
    typed = " & ".join(f"{piece}:*{weight}" for piece in pieces(text))
    return SearchQuery(typed, search_type="raw", config=CONFIG) if typed else None


def few(rows, most=3000):
    """The keys of ``rows`` as a list while they are few, so that the database looks each of them up.

    Of many, the question itself: then a page of a list is found soon by walking along its order. Left to itself,
    PostgreSQL walks along a million loans for the three of one person (3.2 s, against 2 ms).
    """
    keys = list(rows.values_list("pk", flat=True)[: most + 1])
    return keys if len(keys) <= most else rows.values("pk")


class _OneOf(Func):
    template, arg_joiner = "(%(expressions)s::bigint[]))", " = ANY ("  # of the column's type, or it is not hashed
    output_field = BooleanField()


def among(column, rows, most=3000):
    """Whether ``column`` holds the key of one of ``rows``.

    While they are few their keys travel as one array: as many values, each is read and written by itself, which takes
    10 ms of Python for two thousand.
    """
    keys = few(rows, most)
    return holding(column, keys) if isinstance(keys, list) else Q(**{f"{column}__in": keys})


def holding(column, keys):
    """Whether ``column`` holds one of ``keys``."""
    return Q(_OneOf(F(column), Value(list(keys)))) if keys else Q(**{f"{column}__in": []})


def first_found(column, rows):
    """Whether ``column`` holds the key of one of ``rows``, which the database finds before anything else.

    Left to itself, PostgreSQL joins every row of a list with all that it shows, and only then looks which it wants (7 s
    for the keys of one door among 110,000, against 2 ms).
    """
    return Q(_OneOf(F(column), ArraySubquery(rows)))


def one_of(*questions, most=3000):
    """That a row answers one of these questions: as a list of keys while they are few, else each by itself.

    In a list with a dozen joins PostgreSQL would come to one subquery of them all last, after joining every row
    (180 ms among 100,000 assets, against 7 ms); several it looks up while it walks along the list's order.
    """
    first, *others = (rows.values("pk") for rows in questions)
    keys = list(first.union(*others).values_list("pk", flat=True)[: most + 1])
    if len(keys) <= most:
        return Q(_OneOf(F("pk"), Value(keys))) if keys else Q(pk__in=[])
    return reduce(or_, (Q(pk__in=rows.values("pk")) for rows in questions))
