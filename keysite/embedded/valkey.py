"""Valkey: start and stop. All calls are made under the start lock."""

import socket
import subprocess
import time
from urllib.parse import quote

from .places import CannotStart, account, as_account, folder, new_log
from .programs import valkey_program

START_SECONDS = 60
STOP_SECONDS = 10


def url(place):
    """The address of the first database of the server, by its socket."""
    return f"unix://{quote(str(_socket(place)))}?db=0"


def start(place, var):
    """Start Valkey unless it runs; return when it answers."""
    if _say(place, b"PING") == b"+PONG":
        return
    data = folder(place.home / "valkey", owner=account())
    log = new_log(place, "valkey.log")
    settings = {"port": 0, "unixsocket": _socket(place), "unixsocketperm": 700, "dir": data, "logfile": log}
    settings |= {"save": "", "appendonly": "no" if place.temp else "yes"}
    words = [word for name, value in settings.items() for word in (f"--{name}", str(value))]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen([valkey_program(var), *words], start_new_session=True, **quiet, **as_account())
    _wait_until_up(place, server, log)


def stop(place):
    """Stop Valkey if it runs; what it was told is on disk before it ends."""
    deadline = time.monotonic() + STOP_SECONDS
    while _say(place, b"SHUTDOWN NOSAVE NOW FORCE") is not None and time.monotonic() < deadline:
        time.sleep(0.02)


def _wait_until_up(place, server, log):
    deadline = time.monotonic() + START_SECONDS
    while _say(place, b"PING") != b"+PONG":
        if server.poll() is not None or time.monotonic() > deadline:
            text = log.read_text(errors="replace")[-1500:] if log.exists() else ""
            raise CannotStart(f"Valkey did not start.\n{text}")
        time.sleep(0.02)


def _say(place, command):
    """The first line that the server answers; None when there is no server."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(STOP_SECONDS)
        try:
            connection.connect(str(_socket(place)))
            connection.sendall(command + b"\r\n")
            return connection.recv(200).partition(b"\r\n")[0]
        except OSError:
            return None


def _socket(place):
    return place.run / "valkey.sock"
