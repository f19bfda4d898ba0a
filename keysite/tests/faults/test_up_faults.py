"""`./dev up`, killed with -9: nothing goes on running, and the next one starts as ever."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from keysite.embedded import PROJECT, VARIABLES
from keysite.tests.processes import free_port, wait_until

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


def up(copy, log):
    """A started `./dev up`, once all of it serves."""
    env = {name: value for name, value in os.environ.items() if name not in VARIABLES and "KEYSITE" not in name}
    words = [sys.executable, str(copy / "dev"), "up", "--no-demo", "--port", str(free_port())]
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


def test_dev_up_killed(copy):
    log = copy.parent / "up.log"
    first = up(copy, log)
    assert len(processes_of(copy)) > 10

    first.kill()
    first.wait()
    wait_until(lambda: not processes_of(copy), what="all of it has ended")

    second = up(copy, log)
    second.send_signal(signal.SIGINT)
    assert second.wait(30) == 0
    assert processes_of(copy) == []
