"""Workbooks: numbers are numbers, everything else is text, and nothing in it upsets a spreadsheet."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from keysite.spreadsheet import workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def cells(lines):
    """The cells of each row, as kind and text."""
    archive = zipfile.ZipFile(io.BytesIO(workbook(lines)))
    sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    return [[(cell.get("t", "n"), "".join(cell.itertext())) for cell in row] for row in sheet.iter(f"{MAIN}row")]


def test_numbers_are_numbers_and_days_are_read_everywhere():
    assert cells([["a"], [5, Decimal("1.50"), date(2026, 5, 3), None, True]]) == [
        [("inlineStr", "a")],
        [("n", "5"), ("n", "1.50"), ("inlineStr", "2026-05-03"), ("inlineStr", ""), ("inlineStr", "True")],
    ]


@pytest.mark.parametrize("text", ["=1+1", "<b>&\"'", "  two  blanks ", "line\nline", "🔑", "ß"])
def test_a_text_stays_as_it_is(text):
    assert cells([[text]]) == [[("inlineStr", text)]]


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\ufffeb", "a\ud800b"])
def test_what_no_file_may_hold_is_left_out(text):
    assert cells([[text]]) == [[("inlineStr", "ab")]]


def test_every_part_is_there_and_can_be_read():
    archive = zipfile.ZipFile(io.BytesIO(workbook([])))

    assert archive.testzip() is None
    assert {"[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"} < set(archive.namelist())
    for name in archive.namelist():
        ElementTree.fromstring(archive.read(name))
