"""`./dev up`, killed with -9: nothing goes on running, and the next one starts as ever and has everything."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from keysite.embedded import PROJECT, VARIABLES
from keysite.tests.processes import PATIENCE, free_port, wait_until
from keysite.tests.visitor import Visitor

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture
def copy():
    """A copy of the project that shares our virtual environment, and data of its own."""
    stamp, lock = Path(sys.prefix) / "installed.sha256", PROJECT / "requirements.lock"
    if not stamp.exists() or stamp.read_text() != hashlib.sha256(lock.read_bytes()).hexdigest():
        pytest.skip("this Python is not the one that ./dev has made")
    folder = Path(tempfile.mkdtemp(prefix="keysite-up-"))
    folder.chmod(0o755)
    shutil.copytree(PROJECT, folder / "copy", ignore=LEFT_OUT)
    (folder / "copy" / ".venv").symlink_to(sys.prefix)
    yield folder / "copy"
    for pid in processes_of(folder):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not processes_of(folder), what="all have ended")
    shutil.rmtree(folder)


def up(copy, log, port):
    """A started `./dev up`, once all of it serves."""
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES and "KEYSITE" not in name}
    words = [sys.executable, str(copy / "dev"), "up", "--no-demo", "--port", str(port)]
    with log.open("wb") as file:
        started = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)
    signs = ("answers at", " ready.", "Starting...")
    wait_until(lambda: all(sign in log.read_text() for sign in signs) or started.poll() is not None, what="it serves")
    assert started.poll() is None, log.read_text()
    return started


def processes_of(folder):
    """Whatever was started from this folder, or works in it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = f"{(process / 'cmdline').read_text(errors='replace')} {(process / 'cwd').readlink()}"
        except OSError:
            continue
        if str(folder) in where and int(process.name) != os.getpid():
            found.append(int(process.name))
    return found


def mails(copy):
    """The Message-ID of each mail that has been written."""
    files = (file.read_text() for file in (copy / "var" / "mail").glob("*.log"))
    return re.findall(r"^Message-ID: (.+)$", "".join(files), re.MULTILINE)


def test_dev_up_killed(copy):
    log, port = copy.parent / "up.log", free_port()
    first = up(copy, log, port)
    assert len(processes_of(copy)) > 10
    visitor = Visitor(port)
    assert visitor.send("/sign-in/", address="ada@example.edu").location == "/sign-in/code/"

    first.kill()
    first.wait()
    wait_until(lambda: not processes_of(copy), what="all of it has ended")

    second = up(copy, log, port)
    assert "ada@example.edu" in visitor.get("/sign-in/code/").text
    Visitor(port).send("/sign-in/", address="bob@example.edu")
    wait_until(lambda: len(set(mails(copy))) == 2, what="both codes are sent")
    second.send_signal(signal.SIGINT)
    assert second.wait(PATIENCE) == 0
    wait_until(lambda: not processes_of(copy), what="all of it has ended")
    assert len(set(mails(copy))) == 2
