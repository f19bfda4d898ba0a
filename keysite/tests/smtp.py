"""A mail server of a few lines on loopback, which refuses what a test tells it to refuse, and waits where told to."""

import socketserver
import threading
import time
from contextlib import contextmanager
from email import message_from_bytes
from socket import SHUT_RDWR

LONGEST_HOLD = 300  # seconds


class Server(socketserver.ThreadingTCPServer):
    """Keeps what it takes in ``mails``; ``refused`` maps an address or a word of the data to the answer it gets.

    ``holds`` maps a step (``HELLO``, the verb of a command, or ``TAKEN``: the mail is kept, and the client does not
    know) to an event: the answer waits for it, and ``held`` notes the step. Each answer takes ``pause`` seconds.
    """

    allow_reuse_address = daemon_threads = True

    def __init__(self, port=0):
        self.mails, self.refused, self.connections, self.dies_after_data = [], {}, 0, False
        self.holds, self.held, self.pause = {}, [], 0
        super().__init__(("127.0.0.1", port), Session)

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """Clients that are killed leave broken connections: no news."""


class Session(socketserver.StreamRequestHandler):
    """One connection: HELO, MAIL, RCPT, DATA, RSET, QUIT."""

    def handle(self):
        self.server.connections += 1
        self.hold("HELLO")
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(" ")[0].upper()
            self.hold(verb)
            if verb == "QUIT":
                return self.say("221 bye")
            self.data() if verb == "DATA" else self.say(self.answer(line))

    def data(self):
        self.say("354 go on")
        data = b"".join(iter(self.rfile.readline, b".\r\n"))
        answer = self.answer(data.decode())
        if answer.startswith("250"):
            self.server.mails.append(message_from_bytes(data))
            self.hold("TAKEN")
        if self.server.dies_after_data:
            self.connection.shutdown(SHUT_RDWR)
        else:
            self.say(answer)

    def hold(self, step):
        if event := self.server.holds.get(step):
            self.server.held.append(step)
            event.wait(LONGEST_HOLD)

    def answer(self, words):
        found = (answer for part, answer in self.server.refused.items() if part in words)
        return next(found, "250 fine")

    def say(self, line):
        time.sleep(self.server.pause)
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def serving(settings, port=0):
    """A running server that the mail settings point to."""
    with Server(port) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
