"""What ``./dev`` does once .venv is there; the docstring of ``dev`` lists it."""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

from keysite import checks
from keysite.embedded import PROJECT, CannotStart, services
from keysite.embedded.commands import call, run_with_services
from keysite.supervisor import FirstAnswer, Supervisor, keysite_commands, listen

VAR = PROJECT / "var"
MANAGE = [sys.executable, str(PROJECT / "manage.py")]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIRST_PORT = 8000
HAS_PEOPLE = 3  # what `manage.py prepare` returns for a database in use
MEASURED_APART = ("tickets", "doors", "selection")
LOCK = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet"


def main(words):
    """Run the deed that the first word names; return the exit code, or a sentence on what is wrong."""
    deeds = {"up": up, "test": test, "check": check, "manage": manage, "lock": lock, "bench": bench, "load": load}
    if words[0] not in deeds:
        return f"./dev has no command {words[0]!r}: it has {', '.join(deeds)}."
    try:
        return deeds[words[0]](words[1:])
    except CannotStart as trouble:
        return f"keysite: {trouble}"


def environment(port=FIRST_PORT):
    """Our environment, and what it leaves open set as a copy for development needs it."""
    return {
        "KEYSITE_DEBUG": "1",
        "KEYSITE_SECRET_KEY": (VAR / "secret-key").read_text(),
        "KEYSITE_ALLOWED_HOSTS": "localhost,127.0.0.1",
        "KEYSITE_SITE_URL": f"http://127.0.0.1:{port}",
        "KEYSITE_MAIL_DIR": str(VAR / "mail"),
        "KEYSITE_MEDIA_DIR": str(VAR / "media"),
        "KEYSITE_STATIC_DIR": str(VAR / "static"),
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "keysite.settings",
    }


def up(words):
    """Run the site until a signal."""
    parser = argparse.ArgumentParser(prog="./dev up")
    parser.add_argument("--demo", action=argparse.BooleanOptionalAction, help="fill an empty database with demo data")
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first port to try (default: 8000)")
    options = parser.parse_args(words)
    with _only_one() as was_killed, services(VAR) as urls:
        return _run_site(options, urls, patience=5 if was_killed else 0)


def test(words):
    """Run the tests on servers that are thrown away, or on those that the environment names."""
    pytest = [sys.executable, "-m", "pytest", *words]
    code = run_with_services(pytest, var=VAR, temp=True, env=environment(), cwd=PROJECT)
    if not any(map(shutil.which, BROWSERS)):
        print("Browser tests were skipped: there is no Chromium on this machine.")
    return code


def check(words):
    """Run all checks, or those named."""
    with services(VAR, temp=True) as urls:
        return checks.run(environment() | urls, only=words)


def manage(words):
    """Run a Django command on the data in var/, with its servers."""
    return run_with_services([*MANAGE, *words], var=VAR, env=environment())


def lock(_words):
    """Write the locks anew: all that a copy for development needs, and of it what a server needs.

    The next call of ./dev installs the first.
    """
    uv = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *LOCK.split()]
    all_of_it = [*uv, "--extra", "embedded", "--group", "dev", "--output-file", "requirements.lock"]
    for_a_server = [*uv, "--constraint", "requirements.lock", "--output-file", "requirements-server.lock"]
    return subprocess.call(all_of_it, cwd=PROJECT) or subprocess.call(for_a_server, cwd=PROJECT)


def bench(words):
    """Measure, on data and servers of its own in var/bench and with the settings of production; all, or what is named.

    ``tickets``, ``doors`` and ``selection`` come after keys and assets; any other word is for these.
    """
    folder = VAR / "bench"
    folder.mkdir(exist_ok=True)
    env = environment() | {"KEYSITE_DEBUG": "0", "KEYSITE_REMINDERS_FROM": "00:00"}
    named = words[0] if words and words[0] in MEASURED_APART else ""
    parts = [named] if named else ["", *(MEASURED_APART if not words else ())]
    with services(folder) as urls:
        code = call([*MANAGE, "collectstatic", "--noinput", "--verbosity", "0"], env=env | urls)
        for part in parts:
            module = f"bench.{part}" if part else "bench"
            code = code or call([sys.executable, "-m", module, *words[bool(named) :]], env=env | urls, cwd=PROJECT)
    return code


def load(words):
    """Put a load on a site of its own, with servers of its own, and kill parts of it."""
    unused = {"DATABASE_URL": "postgresql://none/none", "REDIS_URL": "redis://none/0"}
    return call([sys.executable, "-m", "bench.load", *words], env=unused | environment(), cwd=PROJECT)


@contextmanager
def _only_one():
    """Keep a second ``up`` out of this folder. Gives whether the last one was killed.

    Then the web server's processes may still be ending, and hold the port for a moment.
    """
    with open(VAR / "up.lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart("the site runs in this folder already: end that ./dev up first.") from None
        file.seek(0)
        was_killed = bool(file.read())
        print("running", file=file, flush=True)
        try:
            yield was_killed
        finally:
            file.truncate(0)


def _run_site(options, urls, *, patience):
    listening = listen(options.port, patience=patience)
    port = listening.getsockname()[1]
    if port != options.port:
        print(f"keysite: port {options.port} is taken: using {port}.", flush=True)
    env = environment(port) | urls
    code = call([*MANAGE, "prepare"], env=env)
    if code not in (0, HAS_PEOPLE):
        return code
    if _wants_demo(options.demo, empty=code == 0):
        code = call([*MANAGE, "demo"], env=env)  # it refuses a database with data that is not its own
        if code < 0 or code >= 128:
            return code
    return Supervisor(keysite_commands(listening), env=env, first_answer=FirstAnswer(port)).run()


def _wants_demo(wish, *, empty):
    """Whether to fill in demo data: as wished; without a wish and with nothing there, ask who sits there."""
    if wish is not None or not empty:
        return bool(wish)
    if sys.stdin.isatty() and sys.stdout.isatty():
        answer = input("There is nobody in this database yet. Fill in demo data? [Y/n] ")
        return answer.strip().lower() in ("", "y", "yes")
    print("keysite: nobody is in this database yet: ./dev up --demo fills in demo data.", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
