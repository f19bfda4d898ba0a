"""The notice run over every overdue loan and assignment, against set-based SQL that writes the same rows."""

import os
import resource
import subprocess
import sys

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Notice
from assets.models import AssignmentReminder
from bench.meter import Meter
from keys import operations
from keys.models import Reminder

ROUNDS = 3
STEP = """
    CASE WHEN l.due_at > %(at)s THEN -1
         ELSE (SELECT max(s) FROM unnest(ARRAY[1, 3, 7, 14]) s
               WHERE s <= (%(at)s AT TIME ZONE %(zone)s)::date - (l.due_at AT TIME ZONE %(zone)s)::date)
    END
"""
FLOOR = f"""
    WITH step AS (
        SELECT l.id, l.borrower_id AS person_id, l.due_at, {STEP} AS step
        FROM keys_loan l
        WHERE l.returned_at IS NULL AND l.paid_on IS NULL AND l.claimed_at IS NULL
          AND (l.lost_at IS NULL OR l.found_at IS NOT NULL)
          AND l.due_at < %(at)s + interval '2 days'
          AND NOT EXISTS (SELECT FROM keys_reminder r WHERE r.loan_id = l.id AND r.due_at = l.due_at)
    ), step_of_asset AS (
        SELECT l.id, l.person_id, l.due_at, {STEP} AS step
        FROM assets_assignment l
        WHERE l.returned_at IS NULL AND l.lost_at IS NULL AND l.part_of_id IS NULL AND l.person_id IS NOT NULL
          AND l.due_at < %(at)s + interval '2 days'
          AND NOT EXISTS (SELECT FROM assets_assignmentreminder r WHERE r.assignment_id = l.id AND r.due_at = l.due_at)
    ), reminded AS (
        INSERT INTO keys_reminder (loan_id, due_at, step, at)
        SELECT id, due_at, step, %(at)s FROM step WHERE step IS NOT NULL
    ), reminded_of_asset AS (
        INSERT INTO assets_assignmentreminder (assignment_id, due_at, step, at)
        SELECT id, due_at, step, %(at)s FROM step_of_asset WHERE step IS NOT NULL
    )
    INSERT INTO accounts_notice (public_id, kind, person_id, address, facts, dedupe_key, created_at, next_try_at,
        tries, last_error, sent_to, subject, text)
    SELECT gen_random_uuid(), 'loan_reminder', person_id, '', '{{}}', 'reminder:floor:' || person_id, %(at)s, %(at)s,
        0, '', '', '', ''
    FROM (SELECT person_id FROM step WHERE step IS NOT NULL
          UNION SELECT person_id FROM step_of_asset WHERE step IS NOT NULL) people
"""


def notice_run():
    """The two meters, the longest that a return at the desk waited meanwhile, and how much memory grew."""
    at = timezone.now().replace(hour=12)
    floor, inside = Meter("notice run", "floor"), Meter("notice run", "in process")
    waits, grown = [], 0
    for _round in range(ROUNDS):
        _forget()
        floor.sample(lambda: _floor(at))
        expected = _written()
        _forget()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        desk = subprocess.Popen([sys.executable, "-m", "bench.desk"], stdout=subprocess.PIPE, env=os.environ, text=True)
        desk.stdout.readline()
        inside.sample(lambda: operations.remind_borrowers(at=at))
        desk.terminate()
        waits.append(float(desk.communicate()[0].split()[-1]))
        grown = max(grown, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        if _written() != expected:
            raise SystemExit(f"the run wrote {_written()} reminders, the floor {expected}")
    _forget()
    return [floor, inside], max(waits) * 1000, grown / 1024


@transaction.atomic
def _floor(at):
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, {"at": at, "zone": settings.TIME_ZONE})


def _written():
    return Reminder.objects.count(), AssignmentReminder.objects.count()


def _forget():
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE keys_reminder, assets_assignmentreminder")
    Notice.objects.all()._raw_delete(using="default")
