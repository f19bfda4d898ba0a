"""The real processes of a server, run as docker-compose.yml runs them, but on loopback."""

import os
import random
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import yaml
from django.conf import settings

from keysite.embedded import PROJECT
from keysite.embedded.commands import end_with_us

PATIENCE = 180  # seconds; the machine may be busy with something else
COMPOSE = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())["services"]
ANYWHERE = "0.0.0.0:8000"  # in the container


def wait_until(true, *, what, seconds=PATIENCE):
    """Return what ``true()`` gives as soon as it is true; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (result := true()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain until {what}"
        time.sleep(0.02)
    return result


def free_port():
    """One that the system gives to nobody by itself, so that it is still free when a server is started again."""
    for port in random.sample(range(20000, 30000), 100):
        with socket.socket() as unused, suppress(OSError):
            unused.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def hours_to_noon():
    """How many hours ahead of UTC it is noon now: there no day ends while a test runs."""
    return 12 - datetime.now(UTC).hour


def production(*, database, redis, smtp_port, folder, port):
    """The environment of a server, and nothing of ours."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "KEYSITE_DEBUG": "0",
        "KEYSITE_SECRET_KEY": settings.SECRET_KEY,
        "KEYSITE_SITE_URL": f"http://127.0.0.1:{port}",
        "KEYSITE_ALLOWED_HOSTS": "127.0.0.1",
        "KEYSITE_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
        "KEYSITE_MAIL_FROM": "keys@example.edu",
        "KEYSITE_TIME_ZONE": f"Etc/GMT{-hours_to_noon():+d}",  # “+1” is what others call -1
        "KEYSITE_REMINDERS_FROM": "00:00",
        "KEYSITE_STATIC_DIR": f"{folder}/static",
        "KEYSITE_MEDIA_DIR": f"{folder}/media",
    }


def collect_static(env):
    """What the Dockerfile does once."""
    words = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(words, env=env, cwd=PROJECT, check=True)


class Process:
    """A service of docker-compose.yml in a process group of its own, its output in a file."""

    def __init__(self, service, *, env, log, port=None):
        self.service, self.env, self.log, self.port = service, env, log, port
        self.popen = None

    def start(self):
        """Start it; ``wait`` until it serves."""
        words = shlex.split(COMPOSE[self.service]["command"].replace(ANYWHERE, f"127.0.0.1:{self.port}"))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.begins_at = log.tell()
            self.popen = subprocess.Popen(
                words,
                env=self.env,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_us(signal.SIGTERM),
            )
        return self

    def wait(self):
        """Return when it serves: the web server answers, a worker or the clock says that it has begun."""
        signs = {
            "web": self._answers,
            "worker": lambda: " ready." in self.text(),
            "beat": lambda: "Starting" in self.text(),
        }
        wait_until(lambda: signs[self.service]() or not self.is_running, what=f"{self.service} serves")
        assert self.is_running, self.text()
        return self

    @property
    def is_running(self):
        return self.popen is not None and self.popen.poll() is None

    def finish(self, seconds=PATIENCE):
        """Wait until it ends by itself, and return its exit code."""
        wait_until(
            lambda: not self.is_running, what=f"{self.service} has ended: {self.text()[-2000:]}", seconds=seconds
        )
        return self.popen.returncode

    def kill(self):
        """End it and its children at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def children(self):
        """The process ids of its children."""
        try:
            return [
                int(pid) for pid in Path(f"/proc/{self.popen.pid}/task/{self.popen.pid}/children").read_text().split()
            ]
        except FileNotFoundError:
            return []

    def text(self):
        """What it has written since it was started."""
        with self.log.open("rb") as log:
            log.seek(self.begins_at)
            return log.read().decode(errors="replace")

    def _answers(self):
        http = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            http.request("GET", "/health/ready")
            return http.getresponse().status == 200
        except OSError:
            return False
        finally:
            http.close()
