"""The supervisor, with small children in place of the real ones."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

import pytest

from keysite.embedded import PROJECT
from keysite.supervisor import FirstAnswer, listen

STAYS = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
STAYS_DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STAYS}"
ENDS = "print('no line break', end='', flush=True); raise SystemExit(3)"
HAS_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STAYS!r}])"
SHOUTS = "import os; print('pid', os.getpid(), flush=True)\nwhile True: print('x' * 1000, flush=True)"
SUPERVISE = """
import json, sys
from keysite.supervisor import Command, Supervisor
commands = {name: Command([sys.executable, "-c", code]) for name, code in json.loads(sys.argv[1]).items()}
sys.exit(Supervisor(commands, first_pause=0.02, stop_seconds=1).run())
"""


@pytest.fixture
def supervise():
    """Start a supervisor of children with the given code; whatever happens, it does not outlive the test."""
    started = []

    def start(**children):
        words = [sys.executable, "-c", SUPERVISE, json.dumps(children)]
        started.append(subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def pid_in(line):
    return int(re.search(r"pid (\d+)", line)[1])


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")")[1].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pid, seconds=5):
    deadline = time.monotonic() + seconds
    while is_running(pid):
        assert time.monotonic() < deadline, f"{pid} still runs"
        time.sleep(0.02)


@pytest.mark.slow
def test_an_ended_child_is_started_again(supervise):
    supervisor = supervise(web=STAYS)
    first = pid_in(supervisor.stdout.readline())

    os.kill(first, signal.SIGKILL)

    assert "web ended with code -9, starts again in 0.02 s" in supervisor.stdout.readline()
    assert pid_in(supervisor.stdout.readline()) != first


@pytest.mark.slow
def test_a_child_that_keeps_ending_ends_all(supervise):
    supervisor = supervise(web=STAYS, beat=ENDS)

    lines = supervisor.communicate(timeout=20)[0].splitlines()

    assert supervisor.returncode == 1
    assert lines.count("beat    | no line break") == 6
    assert "keysite | beat has ended 6 times in a minute: giving up" in lines
    assert not is_running(pid_in("\n".join(lines)))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all(supervise, number):
    supervisor = supervise(web=STAYS, worker=HAS_A_CHILD)
    pids = [pid_in(supervisor.stdout.readline()) for _child in range(2)]

    supervisor.send_signal(number)

    assert supervisor.wait(10) == 0
    for pid in pids:
        wait_until_gone(pid)


@pytest.mark.slow
def test_a_child_that_does_not_end_is_killed(supervise):
    supervisor = supervise(worker=STAYS_DEAF)
    pid = pid_in(supervisor.stdout.readline())

    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert not is_running(pid)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a request to the Linux kernel")
def test_a_killed_supervisor_leaves_no_child(supervise):
    supervisor = supervise(web=STAYS, worker=STAYS_DEAF)
    pids = [pid_in(supervisor.stdout.readline()) for _child in range(2)]

    supervisor.kill()

    for pid in pids:
        wait_until_gone(pid)


@pytest.mark.slow
def test_output_that_nobody_reads_does_not_keep_it_from_ending(supervise):
    supervisor = supervise(web=SHOUTS)
    pid = pid_in(supervisor.stdout.readline())
    time.sleep(0.5)  # until the pipe is full

    supervisor.terminate()

    assert supervisor.wait(10) == 0
    assert not is_running(pid)


def test_a_taken_port_gives_way_to_the_next():
    with listen(8765) as taken, listen(taken.getsockname()[1]) as next_one:
        assert next_one.getsockname()[1] > taken.getsockname()[1]


@pytest.mark.slow
def test_a_port_that_is_about_to_be_free_is_waited_for():
    with listen(8865) as taken:
        port = taken.getsockname()[1]
        code = "import socket, time; time.sleep(0.5)"
        holder = subprocess.Popen([sys.executable, "-c", code], pass_fds=[taken.fileno()])
    with listen(port, patience=10) as listening:
        assert listening.getsockname()[1] == port
    holder.wait()


def test_the_first_answer_is_noticed_without_waiting():
    with listen(8965) as listening:
        port = listening.getsockname()[1]
        first_answer = FirstAnswer(port)
        assert first_answer.check() is None

        connection, _address = listening.accept()
        assert first_answer.check() is None
        connection.sendall(b"HTTP/1.1 302 Found\r\n\r\n")
        connection.close()

        assert first_answer.check() == f"http://127.0.0.1:{port}/"


def test_no_answer_yet_is_no_error():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert FirstAnswer(unused.getsockname()[1]).check() is None
