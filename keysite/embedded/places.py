"""The folders of the embedded servers: where they lie, whom they belong to, who can enter them."""

import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

SHELTERS = Path("/var/lib")
MEMORY = Path("/dev/shm")  # noqa: S108 (only folders of our own inside it, made by mkdtemp)
LAST_RESORT = Path("/tmp")  # noqa: S108 (likewise, or checked to be ours)
# A socket's path has 104 bytes on macOS, 108 on Linux; "/.s.PGSQL.5432.lock" and a final zero go off.
LONGEST_RUN = 84
# libpq splits hosts at commas, Celery does not decode a broker's path: nothing in it may need quoting.
PLAIN_PATH = re.compile(r"[\w/.+~@-]+", re.ASCII)
AN_HOUR = 3600


class CannotStart(Exception):
    """The embedded servers cannot run here. The message says why, and what to do."""


@dataclass(frozen=True)
class Place:
    """One pair of servers: its lock files in ``var``, data and logs in ``home``, sockets in ``run``."""

    var: Path
    home: Path
    run: Path
    temp: bool = False


def is_root():
    return os.geteuid() == 0


def account():
    """The user and group ids of the servers: ours, or those of ``nobody``, since PostgreSQL refuses root."""
    if not is_root():
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def as_account():
    """The arguments that make ``subprocess`` run a program as the servers' account, free of our environment."""
    user, group = account()
    common = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    return common | ({"user": user, "group": group, "extra_groups": []} if is_root() else {})


def open_to_all(path):
    """Whether every user can walk down to ``path`` and into it."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def folder(path, *, owner=None, mode=0o700):
    """``path`` as a folder of ``owner`` (ours unless said), made when it is not there.

    A folder that somebody else made under this name is refused, and so is a link.
    """
    user, group = owner or (os.geteuid(), os.getegid())
    try:
        path.mkdir(mode=mode)
        os.chown(path, user, group)
        path.chmod(mode)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != user:
            raise CannotStart(f"{path} belongs to somebody else. Start as that user, or remove it.") from None
    return path


def shelter(var):
    """Root's private folder that stands in for ``var`` where ``nobody`` cannot reach it."""
    return folder(SHELTERS / f"keysite-{_digest(var)}", mode=0o711)


@contextmanager
def locked(path):
    """Hold ``path`` as a lock; whoever comes second waits."""
    with open_lock(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def open_lock(path):
    """The open lock file, made when it is not there. Refused when it is another user's."""
    try:
        return open(path, "ab")
    except PermissionError:
        raise CannotStart(f"{path} belongs to somebody else. Start as that user, or work in a copy.") from None


def try_alone(lease):
    """Whether nobody else holds the lease; then nobody gets it until ``lease`` is closed."""
    try:
        fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lasting_place(var):
    """The place of the data that stays, in ``var``, and its lease, held."""
    var.mkdir(parents=True, exist_ok=True)
    lease = open_lock(var / "lease.lock")
    fcntl.flock(lease, fcntl.LOCK_SH)
    home = var
    if is_root() and not open_to_all(var):
        home = shelter(var)
        print(f"PostgreSQL's account cannot enter {var}: its data is in {home}.", file=sys.stderr)
    return Place(var, home, _run_folder(var, home)), lease


def new_temp_place():
    """A place that is thrown away, and its lease, held.

    It gets its final name only then: a folder of that name whose lease nobody holds is a killed run's.
    """
    base = next(base for base in _temp_bases() if _suits(base))
    made = Path(tempfile.mkdtemp(prefix="keysite-temp-", suffix=".new", dir=base))
    made.chmod(0o711 if is_root() else 0o700)
    lease = open_lock(made / "lease.lock")
    fcntl.flock(lease, fcntl.LOCK_SH)
    return temp_place(made.rename(made.with_suffix(""))), lease


def clear_away(place):
    """Remove what the ended servers no longer need: all of a temporary place, a run folder elsewhere."""
    if place.temp:
        shutil.rmtree(place.home, ignore_errors=True)
    elif place.run.parent != place.home:
        shutil.rmtree(place.run, ignore_errors=True)
        if place.run.parent.parent == SHELTERS:
            with suppress(OSError):  # it may hold copies of the programs
                place.run.parent.rmdir()


def new_log(place, name):
    """The path of a server's log, ready to be written anew; the one before is kept as ``.old``."""
    log = folder(place.home / "log", owner=account()) / name
    if log.exists():
        log.replace(log.with_name(f"{name}.old"))
    return log


def temp_place(home):
    """The temporary place that lies in ``home``, lock files and all."""
    return Place(home, home, folder(home / "run", owner=account()), temp=True)


def abandoned_temp_places():
    """Temporary places of ours whose run was killed, each held so that no two clean up the same."""
    for home in (home for base in _temp_bases() for home in base.glob("keysite-temp-*")):
        try:
            found = home.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
                continue
            if home.suffix == ".new":
                if found.st_mtime < time.time() - AN_HOUR:
                    shutil.rmtree(home, ignore_errors=True)
                continue
            with open_lock(home / "lease.lock") as lease:
                if try_alone(lease):
                    yield temp_place(home)
        except FileNotFoundError:  # its own run has just cleaned it up
            continue


def _temp_bases():
    """Where temporary places may lie: in memory, then on disk."""
    return [base for base in dict.fromkeys((MEMORY, Path(tempfile.gettempdir()), LAST_RESORT)) if base.is_dir()]


def _suits(base):
    if base == LAST_RESORT:
        return True
    if base == MEMORY and shutil.disk_usage(base).free < 1 << 30:  # a container's usual 64 MB fill up
        return False
    reachable = os.access(base, os.W_OK) and (not is_root() or open_to_all(base))
    return reachable and _fits(base / "keysite-temp-12345678" / "run")


def _run_folder(var, home):
    """The folder of sockets: in ``home``, or a short and plain one elsewhere."""
    if _fits(home / "run"):
        return folder(home / "run", owner=account())
    if is_root():
        return folder(shelter(var) / "run", owner=account())
    # Not TMPDIR or XDG_RUNTIME_DIR: every terminal of ours must find the same folder.
    return folder(LAST_RESORT / f"keysite-{os.geteuid()}-{_digest(var)}")


def _fits(path):
    return len(os.fsencode(path)) <= LONGEST_RUN and PLAIN_PATH.fullmatch(str(path))


def _digest(path):
    return hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:10]
