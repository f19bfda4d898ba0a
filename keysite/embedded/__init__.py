"""PostgreSQL and Valkey out of wheels, for a machine that has neither.

    with services(var) as urls:      # {"DATABASE_URL": …, "REDIS_URL": …}
        …

Any number of processes may use them at once; the first starts them, the last one out stops them. What the
environment names already is used as it is. For development and tests, never for production.
"""

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from .keeper import leave
from .places import CannotStart, lasting_place, new_temp_place

__all__ = ["CannotStart", "services"]

PROJECT = Path(__file__).resolve().parents[2]
VARIABLES = ("DATABASE_URL", "REDIS_URL")


@contextmanager
def services(var, *, temp=False):
    """The addresses of a database and a Redis, for as long as the block runs.

    The data is kept in ``var``; with ``temp`` it is fast, empty and thrown away. Raises CannotStart.
    """
    given = {name: os.environ[name] for name in VARIABLES if os.environ.get(name)}
    wanted = [name for name in VARIABLES if name not in given]
    if not wanted:
        yield given
        return
    place, lease = new_temp_place() if temp else lasting_place(var)
    with lease:
        keeper = _keeper(place, lease, var, wanted)
        try:
            yield given | _answer(keeper)
        finally:
            keeper.stdin.close()
            keeper.stdout.close()
            if keeper.wait() != 0:
                leave(place, lease, var)


def _keeper(place, lease, var, wanted):
    """A process outside our group and terminal, so that what ends us does not end it."""
    task = {"var": str(var), "home": str(place.home), "run": str(place.run), "temp": place.temp}
    task |= {"lease": lease.fileno(), "wanted": wanted}
    return subprocess.Popen(
        [sys.executable, "-m", "keysite.embedded", "keep", json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[lease.fileno()],
        start_new_session=True,
        cwd=PROJECT,
    )


def _answer(keeper):
    answer = json.loads(keeper.stdout.readline() or '{"trouble": "The servers could not be started."}')
    if "trouble" in answer:
        raise CannotStart(answer["trouble"])
    return answer
