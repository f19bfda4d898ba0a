"""A register of any size, written by COPY: the same rows every time."""

import random
from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

PEOPLE, KEYS, LOANS = 100_000, 200_000, 1_000_000
KEYS_PER_SYMBOL = 40
FIRST = (
    "Ada",
    "Ben",
    "Cleo",
    "Dora",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "Jun",
    "Kim",
    "Lea",
    "Max",
    "Nia",
    "Ola",
    "Pia",
)
LAST = (
    "Abel",
    "Brandt",
    "Castillo",
    "Dahl",
    "Eriksen",
    "Fontana",
    "Gruber",
    "Holm",
    "Ito",
    "Jansen",
    "Keller",
    "Lopez",
)


class Size:
    """How many rows of each kind, scaled down from the full size by ``share``."""

    def __init__(self, share=1.0):
        self.people, self.keys, self.loans = (max(100, int(n * share)) for n in (PEOPLE, KEYS, LOANS))
        self.symbols = max(10, self.keys // KEYS_PER_SYMBOL)
        self.overdue, self.running = int(self.keys * 0.5), int(self.keys * 0.6)
        self.lost = max(1, self.keys // 200)


def build(size):
    """Fill the migrated, empty database; gives back how many rows the loan book has."""
    call_command("migrate", verbosity=0)
    call_command("sync_roles", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM keys_loan")
        if cursor.fetchone()[0] == size.loans:
            return
        cursor.execute("TRUNCATE accounts_loanterm, accounts_person, keys_keysystem, accounts_department CASCADE")
        _small_tables(cursor)
        _copy(cursor, "accounts_person", _PERSON, _people(size))
        _copy(cursor, "keys_keysymbol", _SYMBOL, _symbols(size))
        _copy(cursor, "keys_key", _KEY, _keys(size))
        _copy(cursor, "keys_loan", _LOAN, _loans(size))
        cursor.execute(_HISTORY)
        for table in ("accounts_department", "accounts_person", "keys_keysymbol", "keys_key", "keys_loan"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")


_PERSON = (
    "id, password, is_superuser, email, first_name, last_name, phone, identifier, affiliation_id, department_id,"
    " language, time_zone, is_staff, is_active, joined_at, blocked_reason, pin_digest"
)
_SYMBOL = "id, system_id, symbol, description, level, self_service, least_trust, claim_closes, retired_reason"
_KEY = "id, symbol_id, serial, public_code, retirement, retired_reason"
_LOAN = (
    "id, key_id, borrower_id, term_id, out_at, trust, due_at, returned_at, condition, lost_at, loss, paid_note, note"
)
_HISTORY = """
    INSERT INTO keys_historicalloan (id, key_id, borrower_id, term_id, out_at, trust, due_at, returned_at, condition,
        lost_at, loss, paid_note, note, history_date, history_type, history_change_reason)
    SELECT id, key_id, borrower_id, term_id, out_at, trust, due_at, NULL, '', NULL, '', '', '',
        out_at, '+', 'checked out'
    FROM keys_loan
    UNION ALL
    SELECT id, key_id, borrower_id, term_id, out_at, trust, due_at, returned_at, condition, lost_at, loss, '', '',
        coalesce(returned_at, lost_at), '~', 'returned'
    FROM keys_loan WHERE returned_at IS NOT NULL OR lost_at IS NOT NULL
"""


def _copy(cursor, table, columns, rows):
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _small_tables(cursor):
    cursor.execute(
        "INSERT INTO accounts_loanterm (id, name, kind, days, renewals_allowed, renewal_window_days)"
        " VALUES (1, 'Four weeks', 'days', 28, 3, 28)"
    )
    cursor.execute(
        "INSERT INTO accounts_affiliation (id, name, identifier_required, sponsor_required, may_be_chosen,"
        " due_date_required, loan_term_id, highest_level, key_order)"
        " VALUES (1, 'Staff', true, false, true, false, 1, 5, 'least_access')"
    )
    cursor.execute("INSERT INTO keys_keysystem (id, code, name, manufacturer) VALUES (1, 'MAIN', '', '')")
    cursor.execute(
        "INSERT INTO accounts_department (id, name, code, box, kind, contact_name, contact_email, accepted_at,"
        " rejected_reason) SELECT n, 'Department ' || n, 'D' || n, '', 'department', '',"
        " 'contact' || n || '@example.edu', now(), '' FROM generate_series(1, 100) n"
    )


def _people(size):
    now = timezone.now()
    for n in range(1, size.people + 1):
        first, last = FIRST[n % len(FIRST)], LAST[n // 16 % len(LAST)]
        yield (
            n, "!", False, f"{first}.{last}.{n}@example.edu".lower(), first, f"{last}-{n % 977}", "", f"U{n:07d}", 1,
            n % 100 + 1, "", "", False, True, now, "", "",
        )  # fmt: skip


def _symbols(size):
    for n in range(1, size.symbols + 1):
        yield n, 1, f"{_letters(n // 60)}{n % 60 + 1}", "", 1, True, 1, False, ""


def _letters(n):
    letters = "ABCDEFGHJKLMNPRSTUVWYZ"
    return letters[n // len(letters) % len(letters)] + letters[n % len(letters)]


def _keys(size):
    for n in range(1, size.keys + 1):
        yield n, (n - 1) // KEYS_PER_SYMBOL % size.symbols + 1, (n - 1) % KEYS_PER_SYMBOL + 1, f"B{n:09d}", "", ""


def _loans(size):
    """Closed loans of the last five years, then one open loan for each of the first keys."""
    draw, now = random.Random(1), timezone.now()
    closed = size.loans - size.running - size.lost
    for n in range(1, closed + 1):
        out = now - timedelta(days=1800 * (1 - n / closed) + 70, hours=draw.random() * 9)
        back = out + timedelta(days=draw.random() * 40, minutes=5)
        yield (
            n, draw.randint(1, size.keys), draw.randint(1, size.people), 1, out, 3, out + timedelta(days=28), back,
            "good", None, "", "", "",
        )  # fmt: skip
    for n in range(1, size.running + size.lost + 1):
        late = n <= size.overdue
        due = now - timedelta(days=1 + n % 40, hours=2) if late else now + timedelta(days=4 + n % 23)
        lost = due if n > size.running else None
        yield (
            closed + n, n, n * 7 % size.people + 1, 1, due - timedelta(days=28), 3, due, None, "",
            lost and now, "lost" if lost else "", "", "",
        )  # fmt: skip
