"""PostgreSQL, Valkey and a mail server of the test's own, to be killed, frozen and started again."""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from keysite.embedded import PROJECT, VARIABLES, places, postgres, services
from keysite.tests import smtp
from keysite.tests.processes import wait_until

UNANSWERED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"


class Servers:
    """The embedded servers as they run outside of tests: what they acknowledge is on the disk."""

    def __init__(self, var, urls):
        self.var, self.database, self.redis = var, urls["DATABASE_URL"], urls["REDIS_URL"]
        self.place, self.lease = places.lasting_place(var)

    def kill_database(self):
        """End PostgreSQL in all its processes at once, as a power cut would."""
        postmaster = int((self.place.home / "pg" / "postmaster.pid").read_text().split("\n")[0])
        pids = [postmaster, *_children(postmaster)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(_runs, pids)), what="PostgreSQL has ended")

    def start_database(self):
        postgres.start(self.place, self.var)

    def kill_redis(self):
        pid = self._redis()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not _runs(pid), what="Valkey has ended")

    def start_redis(self):
        """In a process between it and us, so that it is nobody's child once it is killed."""
        code = "import sys; from pathlib import Path; from keysite.embedded import places, valkey; "
        code += "valkey.start(places.Place(*map(Path, sys.argv[1:4])), Path(sys.argv[1]))"
        folders = [str(folder) for folder in (self.place.var, self.place.home, self.place.run)]
        subprocess.run([sys.executable, "-c", code, *folders], cwd=PROJECT, check=True)

    def forget_queue(self):
        """What Redis has on disk is lost."""
        shutil.rmtree(self.place.home / "valkey")

    @contextmanager
    def frozen_redis(self):
        """Redis accepts connections meanwhile and answers nobody."""
        pid = self._redis()
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def mend(self):
        """Both run again, whatever a test left behind."""
        self.start_database()
        self.start_redis()

    @contextmanager
    def commits_unanswered(self):
        """PostgreSQL commits and does not say so: it waits for a copy of itself that does not exist."""
        with psycopg.connect(self.database, autocommit=True) as server:
            server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            server.execute("SELECT pg_reload_conf()")
            try:
                yield lambda: server.execute(UNANSWERED).fetchone()[0]
            finally:
                server.execute("ALTER SYSTEM RESET synchronous_standby_names")
                server.execute("SELECT pg_reload_conf()")

    def _redis(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(unquote(urlsplit(self.redis).path))
            peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            return struct.unpack("3i", peer)[0]


@contextmanager
def running():
    """Servers in a folder that is thrown away, with a keeper that ends them even when we are killed."""
    folder = Path(tempfile.mkdtemp(prefix="keysite-faults-"))
    folder.chmod(0o755)  # PostgreSQL's account has to get in
    try:
        with _nothing_given(), services(folder / "var") as urls:
            servers = Servers(folder / "var", urls)
            with servers.lease:
                yield servers, folder
                servers.mend()  # a keeper stops what runs
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _nothing_given():
    """Servers that the environment names are not ours to kill."""
    given = {name: os.environ.pop(name) for name in VARIABLES if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(given)


class Mailbox:
    """A mail server that can vanish and come back to the same port; what it took stays."""

    def __init__(self):
        self.server = None
        self.port, self.mails = 0, []
        self.open()

    def open(self):
        """Take mail, refuse nothing."""
        self.server = smtp.Server(self.port)
        self.server.mails, self.port = self.mails, self.server.port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def vanish(self):
        """From now on connections are refused."""
        self.release()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None

    def mend(self):
        """Take everything again."""
        if self.server is None:
            return self.open()
        self.release()
        self.server.refused.clear()
        self.server.dies_after_data, self.server.pause = False, 0

    def hold(self, step):
        """Let every conversation wait at this step until ``release``."""
        self.server.held.clear()
        self.server.holds[step] = threading.Event()

    def release(self):
        """Go on with all that were held."""
        for event in self.server.holds.values():
            event.set()
        self.server.holds.clear()

    def held(self):
        """How many conversations have been held since ``hold``."""
        return len(self.server.held)

    def arrived(self):
        """How often each mail came, by Message-ID."""
        return Counter(mail["Message-ID"] for mail in self.mails)

    def repeated(self):
        """How many mails came that had come before."""
        return len(self.mails) - len(self.arrived())

    def receivers(self):
        """How often somebody got a mail, by address."""
        return Counter(mail["To"] for mail in self.mails)


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
