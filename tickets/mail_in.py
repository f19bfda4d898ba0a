"""A mail as it came in, read without trusting any of it: whatever the bytes are, it is a mail and no exception."""

import codecs
import hashlib
import re
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from keysite.reply_addresses import is_ours
from tickets.mail_text import clean, in_one_line, own_words, text_of_html

LARGEST = 25_000_000  # bytes of a mail
LARGEST_FILE, MOST_FILES = 10_000_000, 10
LONGEST_HEAD, LONGEST_HEADER, LONGEST_TEXT = 1_000_000, 10_000, 1_000_000
MOST_PARTS, DEEPEST = 200, 50
ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[^\s<>@,;:\"()\[\]\\]{1,189}")
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
BY_MACHINES = ("list-id", "list-post", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-autoresponder")
BULK = {"bulk", "junk", "list", "auto_reply"}
NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"}


class File(NamedTuple):
    """Something that came with a mail; its name is a label, never a path."""

    name: str
    data: bytes


class Bounce(NamedTuple):
    """A mail of ours that came back: which one, to whom, and the status of RFC 3463."""

    message_id: str
    address: str
    status: str


class Body(NamedTuple):
    """What a mail says and brings; ``left_out`` names files that were too many or too large."""

    text: str
    files: tuple = ()
    left_out: tuple = ()
    bounces: tuple = ()


class Mail(NamedTuple):
    """A mail: who it says that it is from, to which addresses it went, and what is in it.

    ``key`` is the same for the same mail. ``automatic`` says how it is known that a machine wrote it.
    """

    key: str
    sender: str
    name: str
    recipients: tuple
    subject: str
    automatic: str
    body: Body


def read(raw, *, recipients=(), sender=None):
    """The mail in ``raw``; ``recipients`` and ``sender`` are those of the envelope, where they are known."""
    head = _head(raw)
    try:
        body = _body(_parsed(raw))
    except Exception:  # whatever the library raises at bytes that somebody made up
        body = Body(_("This mail cannot be read. It is attached as it came."), *_files([("mail.eml", raw)]))
    name, address = _sender(head)
    return Mail(
        key=_key(head, raw),
        sender=address,
        name=name,
        recipients=_recipients(head, recipients),
        subject=in_one_line(_words(_first(head, "subject")))[:300],
        automatic=_automatic(head, address, sender),
        body=body,
    )


def _head(raw):
    """The headers alone: they are there even when the rest is beyond reading."""
    end = END_OF_HEAD.search(raw[:LONGEST_HEAD])
    try:
        return BytesParser(policy=policy.compat32).parsebytes(raw[: end.start() if end else LONGEST_HEAD], True)
    except Exception:  # as above
        return Message()


def _all(head, name):
    """The values of a header as they came; bytes that are no ASCII are taken for UTF-8."""
    values = [str(value)[:LONGEST_HEADER] for key, value in head.raw_items() if key.lower() == name]
    return [value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for value in values]


def _first(head, name):
    return next(iter(_all(head, name)), "")


def _words(value):
    """A header with encoded words, decoded as far as that works."""
    try:
        pieces = [(part, charset) for part, charset in decode_header(value[:LONGEST_HEADER])]
        return "".join(_decoded(part, charset) if isinstance(part, bytes) else part for part, charset in pieces)
    except Exception:  # as above
        return value


def _sender(head):
    """Name and address of the one sender; nobody, where there are several or none that is an address."""
    values = _all(head, "from")
    try:
        found = getaddresses(values) if len(values) == 1 else []
    except Exception:  # as above
        found = []
    if len(found) != 1 or not ADDRESS.fullmatch(found[0][1]):
        return "", ""
    return in_one_line(_words(found[0][0]))[:200], found[0][1]


def _recipients(head, envelope):
    written = [address for name in RECIPIENTS for value in _all(head, name) for address in ADDRESS.findall(value)]
    return tuple(dict.fromkeys(address.lower() for address in [*envelope, *written][:100]))


def _key(head, raw):
    """What tells this mail from all others; one without a Message-ID, or with an endless one, by what is in it."""
    given = in_one_line(_first(head, "message-id")).strip("<>")
    return given if 0 < len(given) <= 300 else f"sha256:{hashlib.sha256(raw).hexdigest()}"


def _automatic(head, address, envelope_sender):
    """Why it is taken for a machine's: RFC 3834, null senders, mailing lists, and what we have sent ourselves."""
    submitted = _first(head, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in {"", "no"}:
        return "auto-submitted"
    if _first(head, "precedence").strip().lower() in BULK:
        return "precedence"
    if envelope_sender == "" or _first(head, "return-path").strip() == "<>":
        return "null sender"
    if "multipart/report" in _first(head, "content-type").lower():
        return "report"
    found = next((name for name in BY_MACHINES if _first(head, name)), "")
    own = address.lower() == settings.DEFAULT_FROM_EMAIL.lower() or (address and is_ours(address))
    return found or ("our own" if own else "")


def _parsed(raw):
    small = raw.lower()
    if small.count(b"multipart/") > DEEPEST or small.count(b"message/rfc822") > DEEPEST:
        raise ValueError("nested too deep")
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def _body(message):
    plain, html, files, bounces = [], [], [], _bounces(message)
    parts = [message]
    for part in parts:  # grows: what is in a container comes after it
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            parts += part.get_payload()[: MOST_PARTS - len(parts)]
        elif _is_file(part):
            files.append((_name_of(part), _data_of(part)))
        else:
            (html if part.get_content_subtype() == "html" else plain).append(_text_of(part))
    text = "\n".join(plain).strip() or text_of_html("\n".join(html))
    return Body(own_words(text), *_files(files), bounces)


def _is_file(part):
    if part.get_content_maintype() != "text" or part.get_content_subtype() not in {"plain", "html"}:
        return True
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _files(found):
    """Those that are kept, and the names of those that are not; empty ones are neither."""
    kept, left_out = [], []
    for name, data in found:
        if len(data) > LARGEST_FILE or len(kept) == MOST_FILES:
            left_out.append(name)
        elif data:
            kept.append(File(name, data))
    return tuple(kept), tuple(left_out)


def _name_of(part):
    """A label of at most 120 characters: no folders, no leading dots, nothing that cannot be seen."""
    given = in_one_line(_words(part.get_filename() or ""))
    seen = "".join(letter for letter in given if letter.isprintable())
    name = re.split(r"[/\\]", seen)[-1].strip(". ")[:120]
    return name or f"{part.get_content_maintype()}-{part.get_content_subtype()}"[:120]


def _data_of(part):
    if part.get_content_maintype() == "message" and part.is_multipart():
        return b"\n".join(inner.as_bytes() for inner in part.get_payload()[:MOST_PARTS])
    return part.get_payload(decode=True) or b""


def _text_of(part):
    return _decoded((part.get_payload(decode=True) or b"")[:LONGEST_TEXT], part.get_content_charset())


def _decoded(data, charset):
    """Bytes as text: many programs name a wrong charset, or one that there is not."""
    for name in (charset, "utf-8") if data.isascii() else ("utf-8", charset):
        try:
            if name and codecs.lookup(name).name not in NO_CHARSETS:
                return clean(data.decode(name))
        except (LookupError, ValueError):
            continue
    return clean(data.decode("latin-1"))


def _bounces(message):
    """The addresses that a delivery report (RFC 3464) says are no good."""
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return ()
    parts = message.get_payload()[:MOST_PARTS]
    status = [block for part in parts if part.get_content_type() == "message/delivery-status" for block in _inner(part)]
    returned = [part for part in parts if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}]
    ours = next((found for part in returned if (found := _message_id_in(part))), "")
    failed = [block for block in status if _first(block, "action").strip().lower() == "failed"]
    return tuple(
        Bounce(ours, _first(block, "final-recipient").partition(";")[2].strip(), _first(block, "status").strip()[:20])
        for block in failed
    )


def _inner(part):
    return part.get_payload() if part.is_multipart() else []


def _message_id_in(part):
    text = "\n".join(inner.as_string() for inner in _inner(part)) or str(part.get_payload())
    found = re.search(r"^message-id:\s*(<[^<>\s]{1,300}>)", text[:LONGEST_TEXT], re.IGNORECASE | re.MULTILINE)
    return found[1] if found else ""
