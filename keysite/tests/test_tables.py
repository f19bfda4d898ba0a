"""Tables as people send them, read."""

import codecs

import pytest

from keysite import tables
from keysite.ledger import Refusal

COLUMNS = (
    tables.Column("code", ("bldg no", "number"), 8, required=True),
    tables.Column("name", ("building name", "name"), 20),
)


def read(data, **changes):
    data = data.encode() if isinstance(data, str) else data
    return tables.read(data, **{"name": "list.csv", "columns": COLUMNS} | changes)


def taken(table):
    return [(line.number, line.values["code"], line.values["name"]) for line in table.lines]


def remarks(table):
    return [str(remark) for remark in table.refused]


@pytest.mark.parametrize(
    ("encode", "encoding"),
    [
        (lambda text: text.encode(), "UTF-8"),
        (lambda text: codecs.BOM_UTF8 + text.encode(), "UTF-8"),
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "UTF-16"),
        (lambda text: text.encode("utf-16-le"), "UTF-16"),
        (lambda text: text.encode("utf-16-be"), "UTF-16"),
        (lambda text: text.encode("cp1252"), "Windows-1252"),
    ],
)
def test_reads_every_usual_encoding(encode, encoding):
    table = read(encode("Bldg No,Building Name\r\n7,Grüne Höhe – “Süd”\r\n"))

    assert taken(table) == [(2, "7", "Grüne Höhe – “Süd”")]
    assert table.encoding == encoding
    assert table.refused == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_reads_every_usual_delimiter_and_line_end(delimiter, end):
    lines = (
        ["number", "Building name", "GSF"],
        ["7", '"Mill; race, \t""West"""', '"39,655"'],
        ["", "", ""],
        ["8", "B", ""],
    )

    table = read("".join(delimiter.join(line) + end for line in lines))

    assert taken(table) == [(2, "7", 'Mill; race, "West"'), (4, "8", "B")]
    assert table.unread == ["GSF"]


def test_finds_columns_by_any_of_their_names_whatever_the_case_and_signs():
    table = read("GSF, BUILDING_NAME ,Bldg. No\n1,Mill,7\n")

    assert taken(table) == [(2, "7", "Mill")]
    assert table.headings == {"code": "Bldg. No", "name": "BUILDING_NAME"}


def test_takes_the_surest_of_two_headings_that_mean_the_same():
    table = read("Number,Bldg No\nwrong,7\n")

    assert taken(table) == [(2, "7", "")]
    assert table.unread == ["Number"]


def test_trims_values_and_composes_letters():
    table = read("number,name\n\u200b 7\u00a0,  Gru\u0308ne \t  Ho\u0308he \n")

    assert taken(table) == [(2, "7", "Grüne Höhe")]


def test_takes_a_line_that_ends_early():
    assert taken(read("number,name\n7\n")) == [(2, "7", "")]


def test_passes_over_empty_lines_before_and_between():
    assert taken(read("\n \n,\nnumber,name\n\n7,Mill\n,\n")) == [(6, "7", "Mill")]


def test_counts_the_lines_of_the_file_when_a_value_goes_over_two():
    table = read('number,notes,name\n7,"first\nsecond",Mill\n8,,Hall\n')

    assert taken(table) == [(2, "7", "Mill"), (4, "8", "Hall")]


def test_goes_on_after_broken_quotation_marks():
    table = read('number,name\n1,"Mill\n2,Hall\n3,"Li"brary\n4,Tower\n')

    assert taken(table) == [(3, "2", "Hall"), (5, "4", "Tower")]
    assert remarks(table) == [
        "line 2: A quotation mark is not closed or out of place. Remove it, or double it inside a quoted value.",
        "line 4: A quotation mark is not closed or out of place. Remove it, or double it inside a quoted value.",
    ]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("A\0B", "The value holds a NUL byte. Type it anew."),
        ("A\x07B", "The value holds an invisible control character. Type it anew."),
        ('"A\nB"', "The value goes over several lines. Is a quotation mark missing?"),
        ("x" * 300, "The value has 300 characters; 20 fit. Shorten it."),
    ],
)
def test_refuses_a_value_that_cannot_be_kept(value, sentence):
    table = read(f"number,Building Name\n7,{value}\n8,Hall\n")

    assert remarks(table) == [f"line 2, column “Building Name”: {sentence}"]
    assert [line.values["code"] for line in table.lines] == ["8"]


def test_refuses_only_the_lines_that_hold_a_spoilt_letter():
    table = read("number,name\n1,Höhe\n2,Süd\n3,Größe\n".encode() + b"4,M\xfchle\n5,Hall\n")

    assert [line.values["code"] for line in table.lines] == ["1", "2", "3", "5"]
    assert remarks(table) == [
        "line 5, column “name”: A letter cannot be read. Save the file as “CSV UTF-8”, or type the value anew."
    ]


def test_refuses_a_line_with_more_values_than_headings():
    table = read("number,name\n7,Mill,West\n8,Hall,\n")

    assert taken(table) == [(3, "8", "Hall")]
    assert remarks(table) == ["line 2: 3 values under 2 headings. Put a value that holds the delimiter in quotes."]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "list.csv is empty. Is it the right file?"),
        (codecs.BOM_UTF8 + b"\r\n , \r\n", "list.csv is empty. Is it the right file?"),
        (b"PK\x03\x04rest", "list.csv is a workbook. Save it as “CSV UTF-8” and import that."),
        (
            b"Name;Street\nMill;West\n",
            "list.csv has no column “code” (bldg no, number). Its columns are: Name, Street. Is it the right file?",
        ),
        (
            b"\x89PNG\r\n\x1a\n\0\0\rIHDR",
            "list.csv has no column “code” (bldg no, number). Its columns are: ‰PNG. Is it the right file?",
        ),
        (b'"number,name\n7,Mill\n', "The quotation marks in the first line of list.csv are not in pairs."),
        (b"number,name,Name\n7,Mill,Hall\n", "list.csv has two columns “name”. Rename the one that is not meant."),
        (b"x" * 50_000_001, "list.csv is larger than 50 MB. Is it the right file?"),
    ],
)
def test_refuses_a_file_that_is_of_no_use(data, sentence):
    with pytest.raises(Refusal, match=r".*") as refusal:
        read(data)

    assert str(refusal.value) == sentence


def test_a_file_of_open_quotation_marks_is_read_once():
    table = read("number,name\n" + '7,"Mill\n' * 20_000)

    assert len(table.refused) == 20_000


def test_counts_a_line_with_two_remarks_once():
    outcome = tables.Outcome(read(f"number,name\n{'7' * 9},{'x' * 21}\n"))

    assert len(outcome.refused) == 2
    assert outcome.lines_refused == 1


def test_names_only_some_of_many():
    assert tables.some(["a", "b"]) == "a; b"
    assert tables.some([str(n) for n in range(14)]) == "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; and 2 more"
