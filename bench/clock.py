"""The notice run over every overdue loan, against one set-based statement that writes the same rows."""

import os
import resource
import subprocess
import sys

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Notice
from bench.meter import Meter
from keys import operations
from keys.models import Reminder

ROUNDS = 3
FLOOR = """
    WITH step AS (
        SELECT l.id, l.borrower_id, l.due_at,
               CASE WHEN l.due_at > %(at)s THEN -1
                    ELSE (SELECT max(s) FROM unnest(ARRAY[1, 3, 7, 14]) s
                          WHERE s <= (%(at)s AT TIME ZONE %(zone)s)::date - (l.due_at AT TIME ZONE %(zone)s)::date)
               END AS step
        FROM keys_loan l
        WHERE l.returned_at IS NULL AND l.paid_on IS NULL AND l.claimed_at IS NULL
          AND (l.lost_at IS NULL OR l.found_at IS NOT NULL)
          AND l.due_at < %(at)s + interval '2 days'
          AND NOT EXISTS (SELECT FROM keys_reminder r WHERE r.loan_id = l.id AND r.due_at = l.due_at)
    ), reminded AS (
        INSERT INTO keys_reminder (loan_id, due_at, step, at)
        SELECT id, due_at, step, %(at)s FROM step WHERE step IS NOT NULL
    )
    INSERT INTO accounts_notice (public_id, kind, person_id, address, facts, dedupe_key, created_at, next_try_at,
        tries, last_error, sent_to, subject, text)
    SELECT gen_random_uuid(), 'loan_reminder', borrower_id, '', '{}', 'reminder:floor:' || borrower_id, %(at)s, %(at)s,
        0, '', '', '', ''
    FROM step WHERE step IS NOT NULL GROUP BY borrower_id
"""


def notice_run():
    """The two meters, the longest that a return at the desk waited meanwhile, and how much memory grew."""
    at = timezone.now().replace(hour=12)
    floor, inside = Meter("notice run", "floor"), Meter("notice run", "in process")
    waits, grown = [], 0
    for _round in range(ROUNDS):
        _forget()
        floor.sample(lambda: _floor(at))
        expected = Reminder.objects.count()
        _forget()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        desk = subprocess.Popen([sys.executable, "-m", "bench.desk"], stdout=subprocess.PIPE, env=os.environ, text=True)
        desk.stdout.readline()
        inside.sample(lambda: operations.remind_borrowers(at=at))
        desk.terminate()
        waits.append(float(desk.communicate()[0].split()[-1]))
        grown = max(grown, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        if Reminder.objects.count() != expected:
            raise SystemExit(f"the run wrote {Reminder.objects.count()} reminders, the floor {expected}")
    _forget()
    return [floor, inside], max(waits) * 1000, grown / 1024


@transaction.atomic
def _floor(at):
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, {"at": at, "zone": settings.TIME_ZONE})


def _forget():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE keys_reminder")
    Notice.objects.all()._raw_delete(using="default")
