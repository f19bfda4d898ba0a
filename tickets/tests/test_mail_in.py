"""Reading a mail: what it says, who wrote it, and nothing that stops on what somebody made up."""

import random
import time
from email.message import EmailMessage

import pytest

from tickets.mail_in import read
from tickets.tests.mails import mail


@pytest.fixture(autouse=True)
def mailbox(settings):
    settings.TICKET_MAIL = "tickets@example.edu"


def test_an_ordinary_mail():
    raw = mail("Hello,\n\nit drips.\n", sender="Bö Röd <bo@example.edu>", Subject="Wasser läuft", Message_ID="<1@x>")

    found = read(raw)

    assert (found.key, found.sender, found.name) == ("1@x", "bo@example.edu", "Bö Röd")
    assert (found.subject, found.body.text) == ("Wasser läuft", "Hello,\n\nit drips.")
    assert (found.recipients, found.automatic, found.body.files) == (("tickets@example.edu",), "", ())


def test_the_envelope_comes_first():
    found = read(mail(to="a@example.edu"), recipients=["Tickets+c1.x@Example.edu"], sender="bo@example.edu")

    assert found.recipients == ("tickets+c1.x@example.edu", "a@example.edu")


def test_a_mail_of_html_alone_becomes_text():
    message = EmailMessage()
    message["From"] = "bo@example.edu"
    html = "<html><head><title>x</title><style>p{}</style></head><body><p>It &amp; that<br>drips<script>alert(1)"
    message.set_content(html + "</script></p><ul><li>one<li>two</ul></body></html>", subtype="html")

    assert read(message.as_bytes()).body.text == "It & that\ndrips\n\n- one\n- two"


def test_words_and_their_copy_in_html_are_read_once():
    assert read(mail("It drips", html="<p>It drips</p>")).body.text == "It drips"


def test_files_are_kept_beside_the_words():
    files = [("plan.pdf", b"%PDF", "application/pdf"), ("note.txt", b"secret", "text/plain"), ("", b"x", "image/png")]

    found = read(mail("Look", files=files))

    assert found.body.text == "Look"
    kept = [(file.name, file.data) for file in found.body.files]
    assert kept == [("plan.pdf", b"%PDF"), ("note.txt", b"secret"), ("image-png", b"x")]


def test_two_files_of_one_name_are_two_files():
    found = read(mail(files=[("a.png", b"1", "image/png"), ("a.png", b"2", "image/png")]))

    assert [file.data for file in found.body.files] == [b"1", b"2"]


def test_what_is_too_large_or_too_much_is_named():
    large = [("large.bin", b"x" * 10_000_001, "application/octet-stream")]
    many = [(f"{n}.txt", b"x", "text/plain") for n in range(11)]

    assert read(mail("a", files=large)).body[1:3] == ((), ("large.bin",))
    assert read(mail("a", files=many)).body.left_out == ("10.txt",)


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\plan.pdf", "plan.pdf"),
        ("\u200b.htaccess", "htaccess"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("a\r\nX-Evil: 1", "a X-Evil: 1"),
        ("...", "application-pdf"),
        ("x" * 300 + ".pdf", "x" * 120),
    ],
)
def test_a4_a_name_is_a_label(given, label):
    message = EmailMessage()
    message.set_content("x")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="FILE")
    quoted = "utf-8''" + "".join(f"%{byte:02X}" for byte in given.encode())

    found = read(message.as_bytes().replace(b'filename="FILE"', f"filename*={quoted}".encode()))

    assert found.body.files[0].name == label


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"List_Id": "<everybody.example.edu>"},
        {"List_Unsubscribe": "<mailto:x@example.edu>"},
        {"X_Autoreply": "yes"},
        {"sender": "keysite@localhost"},
        {"sender": "tickets+c1.abc@example.edu"},
    ],
)
def test_what_a_machine_wrote_is_recognised(headers):
    assert read(mail(**headers)).automatic


def test_a_null_sender_of_the_envelope_is_a_machine_and_a_person_is_none():
    assert read(mail(), sender="").automatic == "null sender"
    assert read(mail(Auto_Submitted="no", Precedence="normal"), sender="bo@example.edu").automatic == ""


@pytest.mark.parametrize(
    "sender",
    ["a@example.edu, b@example.edu", "nobody", "", "<a@example.edu> <b@example.edu>", "a@b@example.edu", "@", "a@"],
)
def test_nobody_wrote_a_mail_from_two_or_none(sender):
    raw = mail().replace(b"From: borrower@example.edu", b"From: " + sender.encode())

    assert read(raw).sender == ""


def test_a_second_sender_makes_it_nobody():
    assert read(b"From: evil@example.org\r\n" + mail()).sender == ""


def test_a_charset_that_lies_costs_no_words():
    head = b"From: a@example.edu\r\nContent-Type: text/plain; charset="
    lies = [b"us-ascii", b"iso-8859-1", b"utf-16", b"x-made-up", b"idna", b"unicode_escape", b'"\xff"', b"zip", b""]

    for charset in lies:
        assert read(head + charset + b"\r\n\r\n" + "Tür klemmt".encode()).body.text == "Tür klemmt"
    assert read(head + b"iso-8859-1\r\n\r\nT\xfcr").body.text == "Tür"
    assert read(head + b"iso-2022-jp\r\n\r\n" + "鍵".encode("iso-2022-jp")).body.text == "鍵"
    assert read(head + b"utf-8\r\n\r\nT\xfcr").body.text == "Tür"


def test_nothing_remains_that_a_database_refuses():
    raw = b"From: a@example.edu\r\nSubject: a\x00b =?utf-8?b?AGE=?=\r\nMessage-ID: <\x00a>\r\n\r\n"
    raw += b"a\x00b\x1b[31m\xed\xa0\x80"

    found = read(raw)

    assert "\0" not in found.subject + found.body.text + found.key + found.sender
    (found.subject + found.body.text + found.key).encode()


def test_without_a_message_id_the_mail_itself_tells():
    raw = mail().replace(b"Message-ID:", b"X-Was:")
    endless = mail().replace(b"Message-ID: <", b"Message-ID: <" + b"x" * 500)

    assert read(raw).key == read(raw).key != read(raw + b"\r\nmore").key
    assert read(raw).key.startswith("sha256:")
    assert read(endless).key.startswith("sha256:")


def nested(depth, kind="mixed"):
    raw = b"From: a@example.edu\r\nMessage-ID: <deep@x>\r\nMIME-Version: 1.0\r\n"
    for n in range(depth):
        raw += f'Content-Type: multipart/{kind}; boundary="b{n}"\r\n\r\n--b{n}\r\n'.encode()
    return (
        raw + b"Content-Type: text/plain\r\n\r\nIt drips\r\n" + b"".join(f"--b{n}--\r\n".encode() for n in range(depth))
    )


@pytest.mark.parametrize("depth", [100, 5000])
def test_what_is_nested_a_hundred_deep_is_attached_as_it_came(depth):
    found = read(nested(depth))

    assert (found.sender, found.key) == ("a@example.edu", "deep@x")
    assert "cannot be read" in found.body.text
    assert [file.name for file in found.body.files] == ["mail.eml"]


def test_a_mail_that_was_forwarded_as_a_file_is_a_file():
    raw = nested(3).replace(b"Content-Type: text/plain", b"Content-Type: message/rfc822", 1)

    assert [file.name for file in read(raw).body.files] == ["message-rfc822"]


@pytest.mark.slow
def test_endless_headers_take_no_time():
    began = time.perf_counter()
    five = 5_000_000

    for raw in (
        b"From: a@example.edu\r\nSubject: " + b"x" * five + b"\r\n\r\nIt drips",
        b"From: a@example.edu\r\nSubject: " + b"=?utf-8?q?" * (five // 10) + b"\r\n\r\nIt drips",
        b"From: a@example.edu\r\nTo: " + b'"(<@,' * (five // 5) + b"\r\n\r\nIt drips",
        b"From: a@example.edu\r\n" + b"X-A: 1\r\n" * (five // 8) + b"\r\nIt drips",
        b"From: " + b'"(<@,' * (five // 5) + b"\r\n\r\nIt drips",
        b"x" * five,
        b"<div>" * (five // 5),
    ):
        assert read(raw)

    assert time.perf_counter() - began < 20


def test_whatever_the_bytes_are_it_is_a_mail():
    dice = random.Random(3)
    good = mail(
        "It drips", html="<p>It drips", files=[("a.pdf", b"%PDF", "application/pdf")], Subject="=?utf-8?q?=C3?="
    )

    for _round in range(300):
        raw = bytearray(good)
        for _change in range(dice.randrange(1, 30)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        found = read(bytes(raw))
        assert found.key
    for raw in (
        b"",
        b"\r\n\r\n",
        b"\0" * 100,
        b"From:",
        b": \r\n\r\n",
        b"--",
        b"\xff\xfe",
        b"From a@b\r\nFrom: c@d\r\n",
    ):
        assert read(raw).key
