"""What is written in a column of days or of amounts, where only the whole column tells how to read one value.

Pure: texts in, days and amounts out. A value that means nothing, or two things, is a ``Refusal``.
"""

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from keysite.ledger import Refusal

TIME = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]\.?m\.?)?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?$", re.IGNORECASE)
SLASHED = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})$")
CLEAR = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")
YEARS = range(1900, 2151)  # outside of these it is a slip
AMOUNT = re.compile(
    r"(?:[A-Za-z]{1,4}\.?|[^\w\s.,+-])?\s*(-?\d[\d.,'’ ]*?),?-{0,2}\s*(?:[A-Za-z]{1,4}\.?|[^\w\s.,-])?$"
)
GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}$")
MOST = Decimal(10) ** 9


class Days:
    """How the days of one column are written; ``others`` are asked when it does not tell: days of the same file."""

    def __init__(self, texts, others=()):
        texts = [text for text in texts if text]
        self.order = _order(texts) or _order([text for text in others if text])
        self.is_guessed = self.order is None and any(SLASHED.match(_without_time(text)) for text in texts)

    def read(self, text):
        """The day that ``text`` says. Month first when nothing in the file tells. Refused when it is no day."""
        words, plain = {"day": text}, _without_time(text)
        slashed = SLASHED.match(plain)
        found = self._slashed(slashed, words) if slashed else _clear(plain)
        if found is None or found.year not in YEARS:
            raise Refusal(_("“%(day)s” is no day. Write it as 2027-03-31 or 31.03.2027.") % words)
        return found

    def _slashed(self, match, words):
        first, second = int(match[1]), int(match[3])
        order = _order([match[0]]) or self.order
        if order == "both":
            raise Refusal(
                _("“%(day)s” can be two days: this column has the month first and the day first. Write 2027-03-31.")
                % words
            )
        day, month = (first, second) if order == "day" else (second, first)
        year = datetime.strptime(match[4], "%Y" if len(match[4]) == 4 else "%y").year
        try:
            return date(year, month, day)
        except ValueError:
            return None


class Amounts:
    """How the amounts of one column are written: with a decimal point or a decimal comma."""

    def __init__(self, texts):
        texts = [text for text in texts if text]
        points = {point for text in texts if (point := _point(text))}
        self.point = next(iter(points)) if len(points) == 1 else None
        self.is_mixed = len(points) > 1
        self.is_guessed = not points and any(GROUPED.match(_digits(text) or "") for text in texts)

    def read(self, text):
        """The amount, rounded to hundredths; three digits after one mark are thousands unless the column tells.

        Refused when it is no amount, negative, or too large.
        """
        words, digits = {"amount": text}, _digits(text)
        if digits is None or digits.startswith("-"):
            raise Refusal(_("“%(amount)s” is no price. Write it as 1234.50.") % words)
        if GROUPED.match(digits) and self.is_mixed:
            raise Refusal(
                _("“%(amount)s” can be two prices: this column has points and commas. Write 1234.50.") % words
            )
        point = _point(text) or self.point
        whole, _mark, rest = digits.rpartition(point) if point and point in digits else (digits, "", "")
        exact = Decimal(f"{re.sub('[.,]', '', whole)}.{rest or 0}")
        value = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        if value >= MOST:
            raise Refusal(_("“%(amount)s” is more than a price can be. Correct it.") % words)
        return value


def _without_time(text):
    return TIME.sub("", text)


def _order(texts):
    """Whether the month or the day comes first in what is written with slashes; "both", or None when none tells."""
    pairs = [(int(match[1]), int(match[3])) for text in texts if (match := SLASHED.match(_without_time(text)))]
    day_first = any(first > 12 and second <= 12 for first, second in pairs)
    month_first = any(second > 12 and first <= 12 for first, second in pairs)
    if day_first and month_first:
        return "both"
    return "day" if day_first else "month" if month_first else None


def _clear(text):
    """The day in a notation that can be read in one way only."""
    for form in CLEAR:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def _digits(text):
    """Digits, points and commas of an amount, without currency and spaces; None when it is none."""
    match = AMOUNT.match(text.strip())
    digits = re.sub(r"[ '’]", "", match[1]) if match else ""
    return digits.rstrip(".,") or None


def _point(text):
    """The decimal mark that this amount shows by itself, "" when it could be either or has none."""
    digits = _digits(text) or ""
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return ""
    if len(set(marks)) == 2:
        return marks[-1] if marks.count(marks[-1]) == 1 else ""
    if len(marks) > 1:  # 1.234.567
        return ",."[marks[0] == ","]
    return "" if GROUPED.match(digits) else marks[0]
