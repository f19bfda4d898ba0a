"""Who can open a door, what a person can open, what a lost master opens, at size L: ``python -m bench.doors``.

Builds a master-keyed campus by COPY in the database of the settings, which has to hold nothing of worth.
"""

import argparse
import gc
import logging
import os
import random
import time
from datetime import timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import LoanTerm, Person, Trust  # noqa: E402
from assets.models import Building  # noqa: E402
from bench.campus import MASTER, Campus, L  # noqa: E402
from bench.inventory import copy_rows  # noqa: E402
from bench.meter import Meter  # noqa: E402
from bench.report import write_doors  # noqa: E402
from keys import operations  # noqa: E402
from keys.models import Door, Key, Keyset, KeySymbol, KeySystem, Loan, LossReport, Operates, Pinning  # noqa: E402
from keys.models.impacts import impact_of  # noqa: E402
from keysite import tables  # noqa: E402
from keysite.counting import numbers_of  # noqa: E402

CROSS = 64_000  # pairs that nobody can explain: with them there are as many as at a large university
BACK = 330_000  # loans of the past
ROUNDS, MASTERS, SHOWN = 200, 40, 20
LINES = 45_000
TABLES = (LoanTerm, Person, Building, KeySystem, KeySymbol, Keyset, Operates, Door, Pinning, Key, Loan, LossReport)


def build(campus):
    """Empty the register and fill it with the campus."""
    call_command("migrate", verbosity=0)
    call_command("sync_roles", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(model._meta.db_table for model in TABLES)} RESTART IDENTITY CASCADE")
        for model, rows in _rows(campus):
            copy_rows(cursor, model, rows)
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")


def _rows(campus):
    """Each table with its rows; every 300th key that is out is lost."""
    since = timezone.now() - timedelta(days=900)
    yield LoanTerm, [{"id": 1, "name": "Term", "kind": "days", "days": 180}]
    people = range(1, campus.size.people + 1)
    yield (
        Person,
        ({"id": n, "email": f"p{n}@example.edu", "last_name": f"N{n % 977}", "joined_at": since} for n in people),
    )
    yield Building, ({"id": b.id, "code": b.code, "name": f"Building {b.id}"} for b in campus.buildings)
    yield KeySystem, [{"id": 1, "code": "MAIN"}]
    yield (
        KeySymbol,
        (
            {"id": s.id, "system_id": 1, "symbol": s.symbol, "level": s.level, "parent_id": s.parent}
            for s in campus.symbols
        ),
    )
    yield (
        Keyset,
        (
            {"id": k.id, "system_id": 1, "designation": k.designation, "kind": k.kind, "own_id": k.own}
            for k in campus.keysets
        ),
    )
    yield (
        Operates,
        (
            {"id": n, "keyset_id": row.keyset, "symbol_id": row.symbol, "source": row.source, "since": since}
            for n, row in enumerate(campus.operates, 1)
        ),
    )
    yield Door, (_door(door) for door in campus.doors)
    yield Pinning, ({"id": d.id, "door_id": d.id, "keyset_id": d.keyset, "since": since} for d in campus.doors)
    yield (
        Key,
        ({"id": k.id, "symbol_id": k.symbol, "serial": k.serial, "public_code": f"K{k.id:09}"} for k in campus.keys),
    )
    yield Loan, _loans(campus)
    yield LossReport, _reports(campus)


def _door(door):
    return {
        "id": door.id, "building_id": door.building, "label": f"{door.label}-{door.id}", "kind": door.kind,
        "criticality": door.criticality, "public_code": f"D{door.id:09}",
    }  # fmt: skip


def _loans(campus):
    draw, now = random.Random(3), timezone.now()
    for number in range(1, BACK + 1):
        out = now - timedelta(days=200 + draw.random() * 1500)
        back = out + timedelta(days=draw.random() * 150, minutes=5)
        key, person = draw.randint(1, len(campus.keys)), draw.randint(1, campus.size.people)
        yield _loan(number, key, person, out) | {"returned_at": back, "condition": "good"}
    for number, loan in enumerate(campus.loans, 1):
        row = _loan(BACK + number, *loan, now - timedelta(days=draw.random() * 190, minutes=5))
        yield row | ({"lost_at": now, "loss": "lost"} if number % 300 == 0 else {})


def _reports(campus):
    now = timezone.now()
    for number, (key, person) in enumerate(campus.loans, 1):
        if number % 300 == 0:
            said = {"source": LossReport.Source.HOLDER, "reported_at": now, "reported_by_id": person}
            yield {"id": number, "key_id": key, "loan_id": BACK + number} | said


def _loan(number, key, person, out):
    due = out + timedelta(days=180)
    return {
        "id": number, "key_id": key, "borrower_id": person, "term_id": 1, "out_at": out, "trust": Trust.STAFF,
        "due_at": due,
    }  # fmt: skip


def who_opens(door):
    """What the page of a door shows: lost keys that still work, who has one, what hangs in cabinets."""
    keys = Key.objects.opening([door])
    return [
        list(LossReport.objects.open().opening([door]).in_short()[:SHOWN]),
        list(Loan.objects.running().opening([door]).by_borrower()[:SHOWN]),
        list(keys.being(Key.Availability.THERE).by_stamp()[:SHOWN]),
    ]


def what_opens(person):
    """The doors that somebody can open, and which of their keys they do not need."""
    doors = Door.objects.opened_by(Loan.objects.running().borrowed_by(person).symbols())
    keys = Loan.objects.held_by(person).with_redundancy().in_short()
    return list(doors.critical_first().with_total()[:SHOWN]), list(keys[:SHOWN])


def opened_by_lost(symbol):
    """All that the page of a lost master asks: what it puts at risk, its first doors, who holds a key of it, and what
    else of it is lost.
    """
    symbol = KeySymbol.objects.get(pk=symbol)
    impact = impact_of(symbol)
    doors = Door.objects.opened_by([symbol.pk]).critical_first()
    loans = Loan.objects.running().of(symbol.keys.all()).by_borrower()
    others = LossReport.objects.open().filter(key__symbol=symbol).for_list()
    return impact.options, list(doors[:SHOWN]), list(loans[:SHOWN]), list(others[:SHOWN])


def which_fit(doors):
    """The symbols that open three doors of one suite, the least first."""
    return list(KeySymbol.objects.current().opening_all(doors).with_key_counts().least_first()[:SHOWN])


def figures():
    """What the console counts on its first page, and lists: doors that nothing opens, and what no chart explains."""
    return Door.objects.nothing_opens().count(), Operates.objects.unexplained().count()


def doubts():
    """What the page counts that says whether the chart adds up."""
    keysets = [Keyset.objects.lacking_above(), Keyset.objects.without_doors()]
    return numbers_of([*keysets, KeySymbol.objects.over_limit(), KeySymbol.objects.opening_nothing()])


def not_needed():
    """The keys whose doors the other keys of their borrowers open: how many, and the first page of them."""
    loans = Loan.objects.redundant()
    return loans.count(), list(loans.by_department()[:SHOWN])


def measure(campus, lost):
    """A meter for each question, which was asked about so many rows, at random but always the same ones."""
    draw = random.Random(11)
    suites = [n for n in range(1, len(campus.doors) - 2) if campus.doors[n].kind == "office"]
    asked = {
        "who can open this door": (who_opens, [draw.randint(1, len(campus.doors)) for _n in range(ROUNDS)]),
        "what can this person open": (what_opens, [draw.randint(1, campus.size.people) for _n in range(ROUNDS)]),
        "doors of a lost master, keys and holders": (opened_by_lost, draw.choices(lost, k=MASTERS)),
        "which keys fit three doors": (which_fit, [[n, n + 1, n + 2] for n in draw.choices(suites, k=MASTERS)]),
        "nothing opens, and nothing explains": (lambda _n: figures(), range(5)),
        "does the chart add up": (lambda _n: doubts(), range(5)),
        "keys that their borrowers do not need, of all": (lambda _n: not_needed(), range(5)),
    }
    return [_meter(name, question, rows) for name, (question, rows) in asked.items()]


def _meter(name, question, rows):
    meter = Meter(name, "in process")
    question(rows[0])
    gc.collect()
    for row in rows:
        meter.sample(lambda row=row: question(row))
    return meter


def import_seconds(campus):
    """A dry run of a list “this key opens this room” of another campus, into the full register."""
    lines, openers = ["Key symbol,Building,Room,System"], {}
    for row in campus.operates:
        openers.setdefault(row.keyset, []).append(campus.symbols[row.symbol - 1].symbol)
    for door in campus.doors:
        code = campus.buildings[door.building - 1].code
        lines += [f"{symbol},{code},{door.label}-{door.id},NEW" for symbol in openers[door.keyset]]
        if len(lines) > LINES:
            break
    text = "\n".join(lines[: LINES + 1]).encode()
    table = tables.read(text, name="doors.csv", columns=operations.DOOR_COLUMNS)
    begin = time.perf_counter()
    outcome = operations.import_doors(table=table, by=None, dry_run=True)
    seconds = time.perf_counter() - begin
    if outcome.created != LINES:
        raise SystemExit(f"{LINES - outcome.created} of {LINES} lines were not taken: {outcome.refused[:3]}")
    return seconds


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.doors", description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, default=Path("docs/performance.md"), help="where the section goes")
    parser.add_argument("--keep", action="store_true", help="the campus is there already")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    campus = Campus(L, cross=CROSS)
    if not options.keep:
        build(campus)
    lost = list(KeySymbol.objects.filter(level=MASTER).values_list("pk", flat=True))
    meters = measure(campus, lost)
    rows = {model._meta.model_name: model.objects.count() for model in TABLES}
    rows["out"] = Loan.objects.open().count()
    write_doors(options.report, meters, rows, import_seconds(Campus()), busy=os.getloadavg()[0])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
