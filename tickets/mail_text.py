"""The words of a mail: HTML becomes text, and what is quoted of the mail before is left out."""

import re
from html.parser import HTMLParser

UNSEEN = {"head", "script", "style", "template", "title"}
BLOCKS = {"address", "article", "blockquote", "div", "dl", "fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
BLOCKS |= {"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

# Where the mail before begins, in the words of usual mail programs.
ORIGINAL = re.compile(
    r"-{2,}\s*(original message|original-nachricht|ursprüngliche nachricht|message d'origine|mensaje original|"
    r"messaggio originale|forwarded message|weitergeleitete nachricht)\b",
    re.IGNORECASE,
)
FROM = re.compile(r"\*?(from|von|de|da|van|od|från|fra)\s?:", re.IGNORECASE)
MORE = re.compile(
    r"\*?(sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|para|asunto|fecha|inviato|oggetto)\s?:",
    re.IGNORECASE,
)
WROTE = re.compile(r"(on|am|le|el|op|il|em|den|w dniu|dne)\b.*\d.*:", re.IGNORECASE)
LONGEST_LINE = 1000  # longer ones are nobody's attribution


class Reader(HTMLParser):
    """Collects the words of a page; quotations get a ``>`` in front, as in plain mails."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.lines, self.line, self.unseen, self.quoted = [], [], 0, 0

    def handle_starttag(self, tag, attrs):
        if tag in UNSEEN:
            self.unseen += 1
        if tag in BLOCKS or tag == "br":
            self.end_line()
        if tag == "blockquote":
            self.quoted += 1
        if tag == "li":
            self.line.append("- ")

    def handle_endtag(self, tag):
        if tag in UNSEEN:
            self.unseen = max(self.unseen - 1, 0)
        if tag in BLOCKS:
            self.end_line()
        if tag == "blockquote":
            self.quoted = max(self.quoted - 1, 0)

    def handle_data(self, data):
        if not self.unseen:
            self.line.append(data)

    def end_line(self):
        words = " ".join("".join(self.line).split())
        self.lines.append(f"> {words}".strip() if self.quoted else words)
        self.line = []

    def text(self):
        self.end_line()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip()


def text_of_html(html):
    """What a person would read of a page, without markup, scripts and pictures; nothing is fetched."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


def clean(text):
    """Without bytes that no text has, and without marks that turn its direction."""
    return FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def in_one_line(text):
    return " ".join(clean(text.replace("\n", " ").replace("\r", " ")).split())


def own_words(text):
    """What the writer added, above, between or below what they quote; all of it when nothing else would be left."""
    lines = [line.rstrip() for line in clean(text).split("\n")]
    lines = lines[: _end_of(lines)]
    kept = []
    for number, line in enumerate(lines):
        if not line.startswith(">"):
            kept.append(line)
        elif number == 0 or not lines[number - 1].startswith(">"):
            kept = _without_attribution(kept)
    return "\n".join(kept).strip() or clean(text).strip()


def _end_of(lines):
    """The line with which a signature or an old mail without marks begins."""
    for number, line in enumerate(lines):
        if line == "--" or (len(line) < LONGEST_LINE and ORIGINAL.match(line)):
            return number
        if len(line) < LONGEST_LINE and FROM.match(line) and _is_head(lines[number + 1 : number + 5]):
            rule = number and lines[number - 1].startswith("_____")
            return number - 1 if rule else number
    return len(lines)


def _is_head(lines):
    return sum(bool(len(line) < LONGEST_LINE and MORE.match(line)) for line in lines) >= 2


def _without_attribution(lines):
    """Without “On 3 May Ann wrote:” at the end, which may be broken over two lines."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    for count in (1, 2, 3):
        words = " ".join(lines[max(end - count, 0) : end])
        if end >= count and len(words) < LONGEST_LINE and WROTE.fullmatch(words):
            return lines[: end - count]
    return lines
