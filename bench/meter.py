"""Counting what an operation costs: wall time, CPU of Python and of PostgreSQL, and statements."""

import os
import statistics
import time
from pathlib import Path

from django.db import connection


class Meter:
    """Samples of one way of doing one thing. CPU is read from the scheduler's own books, in nanoseconds."""

    def __init__(self, path, way, python=None, postgres=None):
        self.path, self.way = path, way
        self.python_pids = python or (lambda: [os.getpid()])
        self.postgres_pids = postgres or (lambda: [connection.connection.info.backend_pid])
        self.wall, self.python, self.postgres, self.queries = [], [], [], None

    def sample(self, act):
        """Do ``act`` once and write down what it took."""
        python, postgres, begin = cpu(self.python_pids()), cpu(self.postgres_pids()), time.perf_counter()
        act()
        self.wall.append(time.perf_counter() - begin)
        self.python.append(_used(python, cpu(self.python_pids())))
        self.postgres.append(_used(postgres, cpu(self.postgres_pids())))

    @property
    def cpu_ms(self):
        return (statistics.median(self.python) + statistics.median(self.postgres)) * 1000

    def row(self, floor):
        """The figures of one line of the table; ``floor`` is the meter to compare with."""
        ratio = self.cpu_ms / floor.cpu_ms
        p95 = sorted(self.wall)[int(len(self.wall) * 0.95) - 1 if len(self.wall) > 1 else 0]
        figures = (statistics.median(self.python), statistics.median(self.postgres), statistics.median(self.wall), p95)
        return [self.path, self.way, str(self.queries or ""), *(f"{f * 1000:.2f}" for f in figures), f"{ratio:.1f}"]


def cpu(pids):
    """Seconds of CPU that each of these processes, with all its threads, has used."""
    return {pid: _of(pid) for pid in pids}


def _used(before, after):
    """What was used between two readings; a process that came or went meanwhile counts with what is known of it."""
    return sum(seconds - before.get(pid, 0) for pid, seconds in after.items())


def _of(pid):
    total = 0
    for books in Path("/proc").glob(f"{pid}/task/*/schedstat"):
        try:
            total += int(books.read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total / 1e9


def children(pid):
    """All processes below ``pid``."""
    below = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid:
            below += [int(process.name), *children(int(process.name))]
    return below
