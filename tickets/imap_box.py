"""The mailbox of answers on an IMAP server: what is new in it, and what is done with."""

import imaplib
import ssl
from contextlib import contextmanager

PATIENCE = 20  # seconds


class Box:
    """A folder that is open. What is taken is marked as read; what has to wait is flagged for people to look at."""

    def __init__(self, connection):
        self.connection = connection

    def waiting(self, most):
        """The numbers of the oldest mails that are neither read nor flagged."""
        found = self._ask("SEARCH", "UNSEEN UNFLAGGED")
        return b" ".join(line for line in found if line).split()[:most]

    def size(self, uid):
        """Bytes of a mail; 0 when it has gone."""
        digits = b"".join(line for line in self._ask("FETCH", uid, "(RFC822.SIZE)") if isinstance(line, bytes))
        number = digits.upper().partition(b"RFC822.SIZE")[2].strip().partition(b" ")[0].rstrip(b")")
        return int(number) if number.isdigit() else 0

    def read(self, uid):
        """The bytes of a mail, which stays unread; nothing when it has gone."""
        found = self._ask("FETCH", uid, "(BODY.PEEK[])")
        return next((line[1] for line in found if isinstance(line, tuple)), b"")

    def taken(self, uid):
        self._ask("STORE", uid, "+FLAGS (\\Seen)")

    def left(self, uid):
        self._ask("STORE", uid, "+FLAGS (\\Flagged)")

    def _ask(self, command, *words):
        answer, data = self.connection.uid(command, *[_text(word) for word in words])
        if answer != "OK":
            raise imaplib.IMAP4.error(f"{command} is answered {answer}")
        return data


@contextmanager
def opened(imap):
    """The folder that the settings name, until the end of the block. An OSError or IMAP4.error says that it is away."""
    if imap.encrypted:
        context = ssl.create_default_context()
        connection = imaplib.IMAP4_SSL(imap.host, imap.port, ssl_context=context, timeout=PATIENCE)
    else:
        connection = imaplib.IMAP4(imap.host, imap.port, timeout=PATIENCE)
    with connection:
        connection.login(imap.user, imap.password)
        answer, data = connection.select(f'"{imap.folder}"')
        if answer != "OK":
            raise imaplib.IMAP4.error(f"the folder cannot be opened: {answer}")
        yield Box(connection)


def _text(word):
    return word.decode() if isinstance(word, bytes) else word
