"""The keeper: a process of its own that starts the servers and, when its user has gone, stops them.

The user (`./dev up`, a test run) holds the other end of the keeper's input: the kernel closes it however the
user ends, by ``kill -9`` too. Every user of a place holds a shared lock, the lease; the keeper that finds
itself alone with it is the last one's, and stops the servers.
"""

import json
import signal
import sys
from contextlib import suppress

from . import postgres, valkey
from .places import CannotStart, abandoned_temp_places, clear_away, locked, try_alone


def keep(place, lease, var, wanted):
    """Start what is wanted, say where it is, wait for the end of the user, and leave."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    try:
        answer = json.dumps(_start(place, var, wanted))
        with suppress(BrokenPipeError):  # the user has gone in the meantime
            print(answer, flush=True)
        sys.stdin.buffer.read()
    finally:
        leave(place, lease, var)


def leave(place, lease, var):
    """Give up the lease; the last one out stops the servers, and clears away."""
    with locked(place.var / "start.lock"):
        if try_alone(lease):
            valkey.stop(place)
            postgres.stop(place, var)
            clear_away(place)


def _start(place, var, wanted):
    for abandoned in abandoned_temp_places() if place.temp else ():
        valkey.stop(abandoned)
        postgres.stop(abandoned, var)
        clear_away(abandoned)
    urls = {}
    try:
        with locked(place.var / "start.lock"):
            if "DATABASE_URL" in wanted:
                postgres.start(place, var)
                urls["DATABASE_URL"] = postgres.url(place)
            if "REDIS_URL" in wanted:
                valkey.start(place, var)
                urls["REDIS_URL"] = valkey.url(place)
    except CannotStart as trouble:
        return {"trouble": str(trouble)}
    return urls
