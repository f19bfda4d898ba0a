"""An inventory of any size, written by COPY: the same rows every time, to the people that bench.data made."""

from datetime import timedelta

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Person
from assets.models import (
    Asset,
    AssetModel,
    AssetType,
    Assignment,
    Building,
    Kit,
    KitMember,
    KitPart,
    Manufacturer,
    Reservation,
    Space,
)

ASSETS, SMALL = 100_000, 1_000
PAST, OUT_OF_FOUR = 15, 4  # assignments of each four assets that are back; every fourth asset is out
UNITS, CLAIMS = 500, 400  # of the model whose availability is asked
KITS = {1: 30, 2: 5}  # kit → assets in it
RARE = 20  # assets with a name of their own, in a register of any size
WORDS = ("Laptop", "Camera", "Projector", "Tripod", "Microphone", "Monitor", "Tablet", "Drill")
TABLES = (Building, Space, Manufacturer, AssetType, AssetModel, Asset, Kit, KitMember, KitPart, Assignment, Reservation)


def build(assets):
    """Empty the inventory and fill it with so many assets, and four times as many assignments."""
    people = list(Person.objects.order_by("pk").values_list("pk", flat=True)[:20_000])
    with connection.cursor() as cursor:
        clear()
        _catalogue(cursor, assets)
        copy_rows(cursor, Asset, _assets(assets))
        _kits(cursor, assets)
        copy_rows(cursor, Assignment, _assignments(assets, people))
        copy_rows(cursor, Reservation, _reservations(people))
        for model in TABLES:
            finish(cursor, model)
        cursor.execute("VACUUM ANALYZE")


def clear():
    """Empty the inventory, and with it what hangs on its rooms: cabinets, and so keys and loans."""
    call_command("migrate", verbosity=0)
    models = [*TABLES, *(model.history.model for model in TABLES)]
    with connection.cursor() as cursor:
        tables = ", ".join(model._meta.db_table for model in models)
        cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")


def copy_rows(cursor, model, rows):
    """Write ``rows``, each the values by column that are not the default."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    usual = {field.column: field.get_db_prep_save(field.get_default(), connection) for field in fields}
    with cursor.copy(f"COPY {model._meta.db_table} ({', '.join(f'{name}' for name in usual)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([row.get(name, value) for name, value in usual.items()])


def _catalogue(cursor, assets):
    models = max(20, assets // 200)
    copy_rows(cursor, Building, ({"id": n, "code": f"B{n}", "name": f"Building {n}"} for n in range(1, 21)))
    spaces = ({"id": n, "building_id": n % 20 + 1, "number": f"{n}", "public_code": f"S{n:09}"} for n in range(1, 2001))
    copy_rows(cursor, Space, spaces)
    copy_rows(cursor, Manufacturer, ({"id": n, "name": f"Maker {n}"} for n in range(1, 41)))
    copy_rows(cursor, AssetType, ({"id": n, "name": WORDS[n - 1]} for n in range(1, 9)))
    rows = (
        {"id": n, "name": f"Model {n}", "manufacturer_id": n % 40 + 1, "type_id": n % 8 + 1}
        for n in range(1, models + 1)
    )
    copy_rows(cursor, AssetModel, rows)


def _assets(assets):
    """The first 500 are of the first model, the rest of the others in turn; those of kits come last."""
    models, now = max(20, assets // 200), timezone.localdate()
    for n in range(1, assets + sum(KITS.values()) + 1):
        name = f"{WORDS[n % 8]} {n % 997}" if n % (assets // RARE) else f"Zephyr {n}"
        yield {
            "id": n, "tag": f"T{n:06}", "name": name, "serial": f"SN{n:07}", "public_code": f"A{n:09}",
            "model_id": 1 if n <= UNITS else n % (models - 1) + 2, "home_id": n % 2000 + 1,
            "department_id": n % 100 + 1, "purchased_on": now - timedelta(days=n % 2000), "price": n % 1500,
            "warranty_until": now + timedelta(days=n % 900),
        }  # fmt: skip


def _kits(cursor, assets):
    copy_rows(cursor, Kit, ({"id": kit, "name": f"Kit {kit}", "public_code": f"K{kit:09}"} for kit in KITS))
    owned = iter(range(assets + 1, assets + 1000))
    members = [{"kit_id": kit, "asset_id": next(owned)} for kit, number in KITS.items() for _n in range(number)]
    copy_rows(cursor, KitMember, ({"id": n, **row} for n, row in enumerate(members, 1)))
    copy_rows(cursor, KitPart, ({"id": kit, "kit_id": kit, "name": "Cable", "quantity": 2} for kit in KITS))


def _assignments(assets, people):
    """What is back, one after another; every fourth asset is out, of the first model with a due date soon."""
    now, number = timezone.now(), 0
    for n in range(1, assets + 1):
        is_out = n % OUT_OF_FOUR == 0
        rounds = PAST // OUT_OF_FOUR + (0 if is_out else 1)
        for turn in range(rounds):
            number += 1
            out = now - timedelta(days=1700 - 300 * turn - n % 200, minutes=n % 500)
            back = out + timedelta(days=5 + n % 40)
            yield _assignment(number, n, people[(7 * n + turn) % len(people)], out, 28) | {
                "returned_at": back, "returned_recorded_at": back, "condition": "good",
            }  # fmt: skip
        if is_out:
            number += 1
            out = now - timedelta(days=n % 27 if n > UNITS else 2)
            yield _assignment(number, n, people[n % len(people)], out, 28 if n % 3 or n <= UNITS else 20)


def _assignment(number, asset, person, out, days):
    return {
        "id": number, "asset_id": asset, "person_id": person, "term_id": 1, "out_at": out, "out_recorded_at": out,
        "trust": 3, "due_at": out + timedelta(days=days),
    }  # fmt: skip


def _reservations(people):
    """Of any unit of the first model, over the next year."""
    now = timezone.now()
    for n in range(1, CLAIMS + 1):
        start = now + timedelta(days=1 + n * 360 / CLAIMS)
        yield {
            "id": n, "model_id": 1, "person_id": people[n], "starts_at": start, "trust": 3,
            "ends_at": start + timedelta(days=3 + n % 25), "reserved_at": now, "reserved_by_id": people[n],
            "confirmed_at": now,
        }  # fmt: skip


def finish(cursor, model):
    """One version of each row in its history, and the next number after the last."""
    table, history = model._meta.db_table, model.history.model
    columns = ", ".join(field.column for field in history.tracked_fields)
    cursor.execute(
        f"INSERT INTO {history._meta.db_table} ({columns}, history_date, history_type, history_change_reason)"
        f" SELECT {columns}, now(), '+', 'built' FROM {table}"
    )
    cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
