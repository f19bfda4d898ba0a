"""An IMAP server of a few lines on loopback: one mailbox, read and flagged as the tests look at it."""

import re
import socketserver
import threading
from contextlib import contextmanager


class Server(socketserver.ThreadingTCPServer):
    """``mails`` maps a number to the bytes of a mail, ``flags`` to what is noted of it; ``refuses`` names a command."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.mails, self.flags, self.refuses = {}, {}, ""
        super().__init__(("127.0.0.1", 0), Session)

    def put(self, *raws):
        for raw in raws:
            uid = len(self.mails) + 1
            self.mails[uid], self.flags[uid] = raw, set()


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        self.say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _space, words = line.strip().decode().partition(" ")
            words = words.removeprefix("UID ")
            command = words.partition(" ")[0].upper()
            if command == self.server.refuses:
                self.say(f"{tag} NO not here".encode())
                continue
            getattr(self, f"on_{command.lower()}", lambda words: None)(words)
            self.say(f"{tag} OK done".encode())
            if command == "LOGOUT":
                return

    def say(self, line):
        self.wfile.write(line + b"\r\n")

    def on_capability(self, words):
        self.say(b"* CAPABILITY IMAP4rev1")

    def on_select(self, words):
        self.say(f"* {len(self.server.mails)} EXISTS".encode())

    def on_search(self, words):
        new = [str(uid) for uid, flags in self.server.flags.items() if not flags & {"\\Seen", "\\Flagged"}]
        self.say(f"* SEARCH {' '.join(new)}".encode())

    def on_fetch(self, words):
        uid = int(words.split()[1])
        raw = self.server.mails.get(uid)
        if raw is None:
            return
        if "SIZE" in words:
            self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})".encode())
        else:
            self.say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode())
            self.wfile.write(raw)
            self.say(b")")

    def on_store(self, words):
        uid, flag = int(words.split()[1]), re.search(r"\((.*)\)", words)[1]
        self.server.flags[uid].add(flag)


@contextmanager
def imap_server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
