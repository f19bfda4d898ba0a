"""What is quoted of the mail before is left out, whichever program wrote the answer."""

import pytest

from tickets.mail_text import own_words, text_of_html

ANSWER = "It is the left one.\nCome after 4."
QUOTED = "> Hello,\n>\n> which lamp?\n"
WRAPPED = "On Mon, 4 May 2026 at 10:12, a very long name of a very long\noffice <keysite@example.edu> wrote:"
OUTLOOK = "________________________________\nFrom: keysite <k@example.edu>\nSent: Monday, May 4\nTo: me\nSubject: x"
ABOVE = [
    f"{ANSWER}\n\nOn Mon, 4 May 2026 at 10:12, keysite <keysite@example.edu> wrote:\n{QUOTED}",
    f"{ANSWER}\n\n{WRAPPED}\n\n{QUOTED}",
    f"{ANSWER}\n\nAm 04.05.26 um 10:12 schrieb keysite:\n{QUOTED}",
    f"{ANSWER}\n\nLe lun. 4 mai 2026 à 10:12, keysite <k@example.edu> a écrit :\n{QUOTED}",
    f"{ANSWER}\n\n-----Original Message-----\nFrom: keysite\nSent: Monday\nTo: me\n\nHello, which lamp?",
    f"{ANSWER}\n\n{OUTLOOK}\n\nHi",
    f"{ANSWER}\n\nVon: keysite\nGesendet: Montag\nAn: mich\nBetreff: x\n\nHallo",
    f"{ANSWER}\n\n-- \nAnn Other\nRoom 12\n",
    f"{ANSWER}\n\n{QUOTED}",
]


@pytest.mark.parametrize("text", ABOVE)
def test_an_answer_above(text):
    assert own_words(text) == own_words(text.replace("\n", "\r\n")) == ANSWER


def test_an_answer_below_and_between():
    assert own_words(f"On Mon, 4 May 2026, keysite wrote:\n{QUOTED}\n{ANSWER}") == ANSWER
    assert own_words("> which lamp?\nthe left one\n> when?\nafter 4") == "the left one\nafter 4"


@pytest.mark.parametrize(
    "text",
    [
        "From: the door it drips",
        "On the 3rd floor it drips:\nand drips",
        "I wrote: nothing\n- a\n-- b",
        "> only quoted",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text):
    assert own_words(text) == text


def test_a_quotation_of_html():
    html = (
        "<div>It is the <b>left</b> one.</div><div class=q>On Mon, 4 May 2026, k wrote:<blockquote>which?</blockquote>"
    )

    assert own_words(text_of_html(html)) == "It is the left one."


@pytest.mark.parametrize(
    "html", ["<", "<!--", "<p", "&#x110000;", "<![CDATA[x", "</p></p></blockquote>x", "<!DOCTYPE", ""]
)
def test_broken_html_is_text(html):
    assert isinstance(text_of_html(html), str)


def test_a_picture_from_elsewhere_and_a_script_are_nothing():
    html = '<img src="http://127.0.0.1/x.png"><iframe src="file:///etc/passwd"></iframe><script>x</script>Hello'

    assert text_of_html(html) == "Hello"
