"""Run the web server, the worker and the clock as one: prefixed logs, restarts, and one end for all."""

import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from keysite.embedded import PROJECT, CannotStart
from keysite.embedded.commands import end_with_us

RESTARTS_A_MINUTE = 5
FIRST_PAUSE = 0.5  # seconds; doubled with each further restart
STOP_SECONDS = 15
HEAD_START = 5
TICK = 0.1
COLOURS = (36, 33, 35, 32, 34)


@dataclass(frozen=True)
class Command:
    """What to run, and the open files it inherits."""

    words: list
    pass_fds: tuple = ()


def keysite_commands(listening):
    """The three processes of keysite, by name; ``listening`` is the web server's socket."""
    web = f"gunicorn keysite.wsgi --bind fd://{listening.fileno()} --worker-class gthread --workers 2 --threads 4"
    web += " --preload --graceful-timeout 10 --no-control-socket"
    worker = "celery -q -A keysite worker --concurrency 2 --without-mingle --without-gossip --loglevel INFO"
    # No pid file: it would outlive a kill, and the next start would refuse.
    beat = "celery -q -A keysite beat --scheduler django_celery_beat.schedulers:DatabaseScheduler --pidfile= -l INFO"
    # As modules: a script's first line names its interpreter, which breaks when the project is moved.
    python = [sys.executable, "-m"]
    return {
        "web": Command(python + web.split(), pass_fds=(listening.fileno(),)),
        "worker": Command(python + worker.split()),
        "beat": Command(python + beat.split()),
    }


def listen(port, *, patience=0.0, tries=50):
    """A socket that listens on ``port`` of this machine, or on the next one that is free after ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while not (listening := _bound(port)) and time.monotonic() < deadline:
        time.sleep(TICK)
    candidates = range(port + 1, min(port + tries, 65536))
    listening = listening or next(filter(None, map(_bound, candidates)), None)
    if not listening:
        raise CannotStart(f"No port from {port} on is free: choose another with --port.")
    return listening


def _bound(port):
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(128)
    except OSError:
        listening.close()
        return None
    return listening


class Supervisor:
    """Keeps commands running, each in a process group of its own, until a signal or until one of them keeps ending."""

    def __init__(self, commands, *, env=None, first_pause=FIRST_PAUSE, stop_seconds=STOP_SECONDS, first_answer=None):
        self.output = Output(["keysite", *commands])
        self.children = [Child(name, command, first_pause, env) for name, command in commands.items()]
        self.stop_seconds, self.first_answer = stop_seconds, first_answer
        self.alone_until = time.monotonic() + HEAD_START
        self.selector = selectors.DefaultSelector()
        self.signals, self.code = 0, None

    def run(self):
        """Run until something ends it, stop everything, and return the exit code: 0 after a signal, else 1."""
        with self._handled_signals():
            try:
                while self.code is None:
                    for child in self._on_duty():
                        self._keep_up(child)
                    self._pass_lines_on()
                    self._look_for_first_answer()
            finally:
                self._stop_all()
        return self.code

    def say(self, text, name="keysite"):
        """Write one line of ours, or of the child ``name``."""
        self.output.line(name, text, give_up=lambda: self.signals > 0)

    def _on_duty(self):
        """The children that should run by now: until the first one answers, it has the machine for itself."""
        alone = self.first_answer and time.monotonic() < self.alone_until
        return self.children[:1] if alone else self.children

    def _look_for_first_answer(self):
        if self.first_answer and (address := self.first_answer.check()):
            self.say(f"answers at {address}")
            self.first_answer = None

    def _keep_up(self, child):
        """Start the child when it is time to; note its end."""
        if child.process is None:
            if time.monotonic() >= child.start_at:
                child.start()
                self.selector.register(child.process.stdout, selectors.EVENT_READ, child)
        elif child.process.poll() is not None:
            code = self._clear_away(child)
            pause = child.pause_before_restart()
            if pause is None:
                self.say(f"{child.name} has ended {RESTARTS_A_MINUTE + 1} times in a minute: giving up")
                self.code = 1
            else:
                self.say(f"{child.name} ended with code {code}, starts again in {pause:g} s")

    def _clear_away(self, child):
        """Take in what the ended child has left: its own children, its last lines; return its exit code."""
        child.signal_all(signal.SIGKILL)
        for line in child.lines():
            self.say(line, child.name)
        with suppress(KeyError):
            self.selector.unregister(child.process.stdout)
        child.process.stdout.close()
        code, child.process = child.process.wait(), None
        return code

    def _pass_lines_on(self):
        for key, _events in self.selector.select(TICK):
            for line in key.data.lines():
                self.say(line, key.data.name)
            if key.data.at_end:
                self.selector.unregister(key.fileobj)

    def _stop_all(self):
        """Ask all to end; kill what has not ended in time, or at once on a second signal."""
        deadline = time.monotonic() + self.stop_seconds
        running = [child for child in self.children if child.process]
        for child in running:
            child.process.terminate()
        while any(child.process.poll() is None for child in running):
            if self.signals > 1 or time.monotonic() > deadline:
                for child in running:
                    child.signal_all(signal.SIGKILL)
            self._pass_lines_on()
        for child in running:
            self._clear_away(child)

    @contextmanager
    def _handled_signals(self):
        def note(_number, _frame):
            self.signals += 1
            self.code = self.code or 0

        before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Child:
    """One command, and when it was started and ended."""

    def __init__(self, name, command, first_pause, env):
        self.name, self.command, self.first_pause, self.env = name, command, first_pause, env
        self.process, self.start_at, self.ends = None, 0.0, []
        self.unread, self.at_end = b"", False

    def start(self):
        """Start the command, in a group of its own so that a terminal's Ctrl-C reaches us alone."""
        self.process = subprocess.Popen(
            self.command.words,
            pass_fds=self.command.pass_fds,
            env=self.env,
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=end_with_us(),
        )
        os.set_blocking(self.process.stdout.fileno(), False)
        self.unread, self.at_end = b"", False

    def pause_before_restart(self):
        """Note an end; return the seconds until the restart, or None when there were too many in a minute."""
        now = time.monotonic()
        self.ends = [end for end in self.ends if end > now - 60] + [now]
        if len(self.ends) > RESTARTS_A_MINUTE:
            return None
        pause = self.first_pause * 2 ** (len(self.ends) - 1)
        self.start_at = now + pause
        return pause

    def lines(self):
        """The lines written since the last call; at the end of the output also one without a line break."""
        try:
            read = os.read(self.process.stdout.fileno(), 1 << 20)
        except BlockingIOError:
            return []
        self.at_end = not read
        *whole, self.unread = (self.unread + read).split(b"\n")
        if self.at_end and self.unread:
            whole, self.unread = [self.unread], b""
        return [line.decode(errors="replace").rstrip() for line in whole]

    def signal_all(self, number):
        """Signal the process and whatever it has started."""
        with suppress(ProcessLookupError, PermissionError):  # PermissionError: all ended, on macOS
            os.killpg(self.process.pid, number)


class Output:
    """Lines on standard output, each with the name of whose it is, in a colour on a terminal."""

    def __init__(self, names):
        self.width = max(map(len, names))
        coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.colours = dict(zip(names, COLOURS, strict=False)) if coloured else {}

    def line(self, name, text, *, give_up):
        """Write a line. A reader that does not read holds us up, but not once ``give_up()`` says to stop."""
        label = f"{name:{self.width}} |"
        if name in self.colours:
            label = f"\033[{self.colours[name]}m{label}\033[0m"
        rest = f"{label} {text}\n".encode(errors="replace")
        with suppress(OSError, ValueError):  # nobody there to read it: go on
            out = sys.stdout.fileno()
            while rest:
                if select.select([], [out], [], 0 if give_up() else TICK)[1]:
                    rest = rest[os.write(out, rest[: select.PIPE_BUF]) :]
                elif give_up():
                    return


class FirstAnswer:
    """Finds out when the web server answers, without ever waiting for it."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def check(self):
        """Ask, or look for the answer; the address once there is one, else None."""
        try:
            if self.connection is None:
                self.connection = socket.create_connection(("127.0.0.1", self.port), timeout=1)
                self.connection.sendall(f"GET / HTTP/1.0\r\nHost: 127.0.0.1:{self.port}\r\n\r\n".encode())
                self.connection.setblocking(False)
            if self.connection.recv(100).startswith(b"HTTP/"):
                self.connection.close()
                return f"http://127.0.0.1:{self.port}/"
            self.connection = None  # a worker ended before it answered: ask again
        except BlockingIOError:
            pass
        except OSError:
            self.connection = None
        return None
