"""PostgreSQL: make the data folder, start, stop. All calls are made under the start lock."""

import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from .places import CannotStart, account, as_account, folder, new_log
from .programs import postgres_programs

PORT = "5432"  # names the socket only; nothing listens on the network
START_SECONDS = 120  # a long recovery after a crash
STOP_SECONDS = 30
SETTINGS = {"listen_addresses": "", "port": PORT, "max_connections": "120", "shared_buffers": "64MB"}
THROWN_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
# What an old server leaves while its last children are still ending.
STILL_ENDING = "pre-existing shared memory block"


def url(place):
    """The address of the database, with the socket's folder in the place of the host."""
    return f"postgresql://keysite@{quote(str(place.run), safe='')}:{PORT}/keysite"


def start(place, var):
    """Start PostgreSQL unless it runs; return when it answers."""
    programs = postgres_programs(var)
    if _answers(place, programs):
        return
    data = place.home / "pg"
    if not data.exists():
        _make(place, programs, data)
    folder(data, owner=account())
    _clear_away_dead_server(place, programs, data)
    for _attempt in range(20):
        log = new_log(place, "postgresql.log")
        started = _run(programs, "pg_ctl", "start", *_start_arguments(place, data, log))
        if started.returncode == 0:
            return
        if STILL_ENDING not in _tail(log):
            break
        time.sleep(0.25)
    raise CannotStart(f"PostgreSQL did not start.\n{_tail(log) or started.stderr}")


def stop(place, var):
    """Stop PostgreSQL if it runs; return when it has ended."""
    data = place.home / "pg"
    if not _postmaster(data):
        return
    programs = postgres_programs(var)
    for mode in ("immediate",) if place.temp else ("fast", "immediate"):
        if _run(programs, "pg_ctl", "stop", "-D", data, "-m", mode, "-w", "-t", STOP_SECONDS).returncode == 0:
            return


def _start_arguments(place, data, log):
    settings = SETTINGS | (THROWN_AWAY if place.temp else {}) | {"unix_socket_directories": f'"{place.run}"'}
    options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
    return "-D", data, "-w", "-t", START_SECONDS, "-s", "-l", log, "-o", options


def _make(place, programs, data):
    """Make the data folder under another name first, so that one that is there is whole."""
    made = data.with_name("pg.new")
    shutil.rmtree(made, ignore_errors=True)
    folder(made, owner=account())
    locale = ("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
    haste = ["--no-sync"] if place.temp else []
    _check(_run(programs, "initdb", "-D", made, "-U", "keysite", "-A", "trust", "--no-instructions", *locale, *haste))
    fsync = "-cfsync=off" if place.temp else "-cfsync=on"
    create = "CREATE DATABASE keysite;\n"
    _check(_run(programs, "postgres", "--single", fsync, "-D", made, "postgres", input=create))
    made.rename(data)


def _clear_away_dead_server(place, programs, data):
    """Make the start possible after a server was killed.

    Its pid file may name a process that is something else by now, which PostgreSQL would take for itself. The
    file stays, because its other lines guard the shared memory; with our own pid in it, PostgreSQL ignores the pid.
    """
    if _postmaster(data):  # it runs, but out of reach: the folder was moved, or its socket removed
        _run(programs, "pg_ctl", "stop", "-D", data, "-m", "fast", "-w", "-t", STOP_SECONDS)
    for socket in place.run.glob(".s.PGSQL.*"):
        socket.unlink(missing_ok=True)
    pid_file = data / "postmaster.pid"
    if pid_file.exists() and Path("/proc/self").exists():
        _pid, _newline, rest = pid_file.read_text().partition("\n")
        with pid_file.open("r+") as file:  # keeps the owner
            file.write(f"{os.getpid()}\n{rest}")
            file.truncate()


def _postmaster(data):
    """Whether the process that the pid file names is this folder's server (elsewhere than on Linux: is there)."""
    try:
        pid = int((data / "postmaster.pid").read_text().partition("\n")[0])
        if Path("/proc/self").exists():
            return os.path.samefile(f"/proc/{pid}/cwd", data)
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return True


def _answers(place, programs):
    """Whether the server takes connections; waits while it says that it is starting up."""
    for _tick in range(START_SECONDS * 10):
        code = _run(programs, "pg_isready", "-q", "-h", place.run, "-p", PORT).returncode
        if code != 1:  # 1: not yet
            return code == 0
        time.sleep(0.1)
    return False


def _run(programs, program, *arguments, input=""):
    words = [str(programs / program), *map(str, arguments)]
    return subprocess.run(words, input=input, capture_output=True, text=True, errors="replace", **as_account())


def _check(done):
    if done.returncode:
        raise CannotStart(f"PostgreSQL's data folder could not be made.\n{done.stderr}")


def _tail(log):
    return "".join(log.read_text(errors="replace").splitlines(keepends=True)[-15:]) if log.exists() else ""
