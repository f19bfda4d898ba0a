"""Counting queries: what asks or changes something; beginning and ending a transaction is not counted."""

from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def queries(exactly):
    """Fail unless the block asks the database just this often; the failure lists what was asked."""
    with CaptureQueriesContext(connection) as captured:
        yield
    asked = [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION)]
    listing = "\n".join(sql[:200] for sql in asked)
    assert len(asked) == exactly, f"{len(asked)} queries, not {exactly}:\n{listing}"
