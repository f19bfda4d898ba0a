"""Reading the tables that people send: a CSV in any of the usual encodings, delimiters and line ends.

Pure: bytes in, lines and remarks out. A whole file that is of no use is a ``Refusal``; a line that is of no use is a
remark, and the others go on. What the values mean is judged by the deed that takes the table over.
"""

import codecs
import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from keysite.ledger import Refusal

LARGEST = 50_000_000  # bytes; a key list of the largest university has a third of that
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
NAMED = 12  # names in a sentence, before the rest is only counted
INVISIBLE = dict.fromkeys(map(ord, "\ufeff\u200b\u2060"))
UNREADABLE = "\N{REPLACEMENT CHARACTER}"
KEPT_FROM_CALCULATION = re.compile(r"'\s*[-=+@＝＋－＠]")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


class Column(NamedTuple):
    """What is looked for: our ``name`` of it, what files call it (the surest first), how long a value may be."""

    name: str
    headings: tuple[str, ...]
    longest: int
    required: bool = False
    several_lines: bool = False


class Line(NamedTuple):
    """One record: the number of the file's line on which it begins, and its values, "" where it gives none."""

    number: int
    values: dict[str, str]


class Remark(NamedTuple):
    """What is to be said about a line: which column (as the file calls it; "" for the whole line), and the sentence."""

    line: int
    column: str
    sentence: str

    def __str__(self):
        words = {"line": self.line, "column": self.column, "sentence": self.sentence}
        if self.column:
            return _("line %(line)s, column “%(column)s”: %(sentence)s") % words
        return _("line %(line)s: %(sentence)s") % words


class Wrong(Refusal):
    """A line cannot be taken because of the value in ``column``."""

    def __init__(self, column, sentence):
        super().__init__(sentence)
        self.column = column


@dataclass
class Table:
    """The lines of a file that can be read, and remarks on those that cannot."""

    name: str
    encoding: str
    delimiter: str
    headings: dict[str, str]  # our name of a column → the file's
    unread: list[str]  # headings that mean nothing to us
    lines: list[Line] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)


@dataclass
class Outcome:
    """What became of the lines of a table; each is created, changed, the same, left out or refused.

    ``remarked`` says of lines that were taken what of them was not, or should be looked at.
    """

    table: Table
    created: int = 0
    changed: int = 0
    same: int = 0
    left_out: list[Remark] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    remarked: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.refused.extend(self.table.refused)

    @property
    def lines_refused(self):
        """How many lines were refused; one may have several remarks."""
        return len({remark.line for remark in self.refused})

    @property
    def reason(self):
        """What the history says of every row that this table made or changed."""
        return f"imported from {self.table.name}"

    def leave_out(self, line, column, sentence):
        self.left_out.append(self._remark(line, column, sentence))

    def refuse(self, line, column, sentence):
        self.refused.append(self._remark(line, column, sentence))

    def remark(self, line, column, sentence):
        self.remarked.append(self._remark(line, column, sentence))

    def _remark(self, line, column, sentence):
        return Remark(line.number, self.table.headings.get(column, column), str(sentence))


def folded(text):
    """How two texts are compared: as the unique indexes do, ignoring case."""
    return unicodedata.normalize("NFC", text).lower()


def narrow(text):
    """Full-width letters as the usual ones, half-width kana as the full ones: the same name in another width."""
    wide = (unicodedata.normalize("NFKC", c) if unicodedata.east_asian_width(c) in "FH" else c for c in text)
    return unicodedata.normalize("NFC", "".join(wide)).strip()


def some(names):
    """The first of ``names``, and how many more there are."""
    more = len(names) - NAMED
    if more <= 0:
        return "; ".join(names)
    return _("%(names)s; and %(more)s more") % {"names": "; ".join(names[:NAMED]), "more": more}


def read(data, *, name, columns):
    """The table in ``data``, the bytes of a file called ``name``.

    Refused when it is empty, too large, a workbook, in no known encoding, or without a column that is ``required``.
    """
    if len(data) > LARGEST:
        raise Refusal(_("%(file)s is larger than 50 MB. Is it the right file?") % {"file": name})
    text, encoding = _decode(data, name)
    raw = list(io.StringIO(text, newline=""))  # splits at CR, LF and CRLF, and keeps them
    delimiter, records, header = _open(raw, name, columns)
    places, unread = _match(header, columns, name)
    table = Table(
        name, encoding, DELIMITERS[delimiter], {column: header[place] for column, place in places.items()}, unread
    )
    for number, cells in records:
        if cells is None or _says_something(cells):
            _read_line(table, number, cells, places, len(header), columns)
    return table


def _decode(data, name):
    """The text of ``data`` and the name of its encoding. A few spoilt bytes in UTF-8 spoil their lines only."""
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Refusal(_("%(file)s is a workbook. Save it as “CSV UTF-8” and import that.") % {"file": name})
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    start = data[:2000]
    if start.count(0) * 3 > len(start):  # every other byte of plain letters is a NUL
        wide = "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        return data.decode(wide, errors="replace"), "UTF-16"
    text = data.decode("utf-8-sig", errors="replace")
    spoilt = text.count(UNREADABLE)
    if not spoilt or sum(not letter.isascii() for letter in text) >= 2 * spoilt + 1:
        return text, "UTF-8"
    return data.decode("cp1252", errors="replace"), "Windows-1252"


def _open(raw, name, columns):
    """The delimiter under which the first line with anything in it makes most sense, and the records after it."""
    best = None
    for delimiter in DELIMITERS:
        records = _records(raw, delimiter)
        header = next((cells for _number, cells in records if cells is None or _says_something(cells)), [])
        if header is None:
            continue
        known = {_simple(heading) for column in columns for heading in column.headings}
        score = sum(_simple(cell) in known for cell in header), len(header)
        if best is None or score > best[0]:
            best = score, delimiter, records, [clean(CONTROL.sub("", cell)) for cell in header]
    if best is None:
        raise Refusal(_("The quotation marks in the first line of %(file)s are not in pairs.") % {"file": name})
    if not best[3]:
        raise Refusal(_("%(file)s is empty. Is it the right file?") % {"file": name})
    return best[1:]


def _says_something(cells):
    """Not so when a line holds nothing but delimiters, of whatever kind."""
    return any(cell.strip(" ,;\t\xa0") for cell in cells)


def _match(header, columns, name):
    """Where each column is, and which headings mean nothing. Refused when one is missing or there twice."""
    simple = [_simple(cell) for cell in header]
    places = {}
    for column in columns:
        heading = next((wanted for wanted in column.headings if wanted in simple), None)
        if heading and simple.count(heading) > 1:
            words = {"file": name, "heading": header[simple.index(heading)]}
            raise Refusal(_("%(file)s has two columns “%(heading)s”. Rename the one that is not meant.") % words)
        if heading:
            places[column.name] = simple.index(heading)
    missing = [column for column in columns if column.required and column.name not in places]
    if missing:
        names = [f"“{column.name}” ({', '.join(column.headings[:4])})" for column in missing]
        words = {"file": name, "missing": "; ".join(names), "found": ", ".join(filter(None, header))[:300]}
        raise Refusal(
            _("%(file)s has no column %(missing)s. Its columns are: %(found)s. Is it the right file?") % words
        )
    return places, [cell for place, cell in enumerate(header) if cell and place not in places.values()]


def _records(raw, delimiter):
    """Each record with the number of its first line; None for one whose quotation marks are broken.

    Reading goes on at the line after a broken one, so that a mark that is never closed swallows nothing.
    """
    start = 0
    while start < len(raw):
        after, begin = csv.reader((raw[n] for n in range(start, len(raw))), delimiter=delimiter, strict=True), start
        try:
            for cells in after:
                yield begin + 1, cells
                begin = start + after.line_num
            return
        except csv.Error:
            yield begin + 1, None
            start = begin + 1


def _read_line(table, number, cells, places, width, columns):
    if cells is None:
        sentence = _("A quotation mark is not closed or out of place. Remove it, or double it inside a quoted value.")
        table.refused.append(Remark(number, "", sentence))
        return
    if any(cell.strip() for cell in cells[width:]):
        words = {"values": len(cells), "headings": width}
        sentence = _("%(values)s values under %(headings)s headings. Put a value that holds the delimiter in quotes.")
        table.refused.append(Remark(number, "", sentence % words))
        return
    raw = {column.name: _cell(cells, places.get(column.name)) for column in columns}
    text = {column.name: " ".join(raw[column.name].splitlines()) for column in columns if column.several_lines}
    one_line = raw | text
    wrong = {column.name: why for column in columns if (why := why_not(one_line[column.name], column.longest))}
    table.refused.extend(Remark(number, table.headings[column], why) for column, why in wrong.items())
    if not wrong:
        values = {column: clean(value) for column, value in raw.items()}
        values |= {column: "\n".join(map(clean, raw[column].splitlines())) for column in text}
        table.lines.append(Line(number, values))


def _cell(cells, place):
    """A value as it was written; without the apostrophe that our exports put before what looks like a formula."""
    value = cells[place].strip() if place is not None and place < len(cells) else ""
    return value[1:].strip() if KEPT_FROM_CALCULATION.match(value) else value


def why_not(value, longest):
    """Why a value cannot be kept, or None."""
    if "\n" in value or "\r" in value:
        return _("The value goes over several lines. Is a quotation mark missing?")
    if "\0" in value:
        return _("The value holds a NUL byte. Type it anew.")
    if UNREADABLE in value:
        return _("A letter cannot be read. Save the file as “CSV UTF-8”, or type the value anew.")
    if CONTROL.search(value):
        return _("The value holds an invisible control character. Type it anew.")
    if len(clean(value)) > longest:
        words = {"length": len(clean(value)), "longest": longest}
        return _("The value has %(length)s characters; %(longest)s fit. Shorten it.") % words
    return None


def clean(value):
    """A value as it is kept: one space between words, none around, letters composed."""
    return " ".join(unicodedata.normalize("NFC", value.translate(INVISIBLE)).split())


def _simple(heading):
    """A heading as it is compared: “E-Mail ” and “e_mail” are the same."""
    return " ".join(re.sub(r"[\W_]+", " ", clean(heading).casefold()).split())
