"""Doing things at the same moment, each in a thread with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic, sleep

from django.db import connection, transaction

from keysite.ledger import Refusal

PATIENCE = 20  # seconds


def at_once(*deeds):
    """Do all ``deeds`` at the same moment; gives back what each gave back, or its refusal, in their order."""
    start = Barrier(len(deeds))

    def run(deed):
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return deed()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))


def one_after_other(first, second):
    """Begin ``second`` while ``first`` has done its work and not committed; gives back what both gave back."""
    worked = Event()

    def hold():
        try:
            with transaction.atomic():
                result = first()
                worked.set()
                _wait_until_somebody_waits()
            return result
        finally:
            worked.set()
            connection.close()

    def follow():
        worked.wait(PATIENCE)
        try:
            return second()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        results = [threads.submit(hold), threads.submit(follow)]
        return [result.result(PATIENCE) for result in results]


def _wait_until_somebody_waits():
    """Return as soon as another connection waits for a lock of this one; a second that needs none is not waited for."""
    end = monotonic() + 0.3
    while monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
            )
            if cursor.fetchone() is not None:
                return
        sleep(0.01)
