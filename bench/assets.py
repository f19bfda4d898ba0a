"""The inventory's paths: lists at two sizes in one run, availability, a kit of 30, and an import of 10,000 lines."""

import os
import resource
import statistics
import subprocess
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from assets import operations  # noqa: E402
from assets.models import AssetModel, Kit  # noqa: E402
from assets.operations.claims import free_units  # noqa: E402
from bench import inventory  # noqa: E402
from bench.paths import Bench  # noqa: E402
from keysite import tables  # noqa: E402
from keysite.tests.queries import TRANSACTION  # noqa: E402

LINES, FIRST_LINES = 10_000, 1_000
ROUNDS = 15
CONSOLE, PUBLIC = "/admin/assets/asset/", "/assets/"
LISTS = {
    "asset list": CONSOLE,
    "asset list, filtered": f"{CONSOLE}?show=with_somebody",
    "asset list, by tag": f"{CONSOLE}?show=all&q=T000900",
    "asset list, by serial": f"{CONSOLE}?show=all&q=SN0000900",
    "asset list, by name": f"{CONSOLE}?show=all&q=zephyr",
    "assets as cards": PUBLIC,
    "assets as a table": f"{PUBLIC}?as=table",
    "assets as a table, filtered": f"{PUBLIC}?as=table&state=there&type=3",
    "assets as cards, by tag": f"{PUBLIC}?q=T000900",
    "assets as cards, by serial": f"{PUBLIC}?q=SN0000900",
    "assets as cards, by name": f"{PUBLIC}?q=zephyr",
}


def measure(size, server, share):
    """All figures of the inventory: meters of the lists, small and large, and the rest by name."""
    small = _lists(inventory.SMALL, size, server)
    begin, assets = time.monotonic(), max(2 * inventory.SMALL, int(inventory.ASSETS * share))
    large = _lists(assets, size, server)
    figures = {"assets": assets, "built": time.monotonic() - begin}
    figures["availability"] = _availability()
    figures["kits"] = {number: _kit(kit) for kit, number in inventory.KITS.items()}
    figures["import"] = _import()
    return small, large, figures


def _lists(assets, size, server):
    """Queries, and the meters in process and through gunicorn, of each list."""
    inventory.build(assets)
    server.http.close()  # gunicorn has hung up meanwhile; the next request connects anew
    bench = Bench(size, server)
    return {name: bench.page(f"{name}, {assets:,}", address)[1:] for name, address in LISTS.items()}


def _availability():
    """Milliseconds to say how many of 500 units with 400 reservations are free in the days to come."""
    model, start = AssetModel.objects.get(pk=1), timezone.now() + timedelta(days=2)
    return _median(lambda: free_units(model, start, start + timedelta(days=300)))


def _kit(number):
    """Milliseconds and statements of one hand-over of a kit; it comes back each time."""
    clerk = Person.objects.get(email="clerk@example.edu")
    person = Person.objects.exclude(pk=clerk.pk).filter(affiliation__isnull=False).first()
    kit, seconds, asked = Kit.objects.get(pk=number), [], 0
    for _round in range(ROUNDS):
        with CaptureQueriesContext(connection) as captured:
            begin = time.perf_counter()
            assignment = operations.assign_kit(kit=kit, by=clerk, person=person)
            seconds.append(time.perf_counter() - begin)
        asked = len([query for query in captured if not query["sql"].startswith(TRANSACTION)])
        operations.take_back_kit(assignment=assignment, by=clerk)
    return statistics.median(seconds) * 1000, asked


def _median(act):
    seconds = []
    for _round in range(ROUNDS):
        begin = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds) * 1000


def _import():
    """Seconds and growth in MB of a dry run of 10,000 lines, in a process of its own."""
    words = subprocess.check_output([sys.executable, "-m", "bench.assets"], env=os.environ, text=True).split()
    return float(words[0]), float(words[1])


def _list_of(lines):
    """A list as another system exports it: half of it known, with models, rooms and people."""
    heads = "Asset Tag,Name,Category,Manufacturer,Model,Serial,Location,Company,Supplier,Purchase Date,Purchase Cost"
    text = [heads + ",Notes,Checkout Type,Checked Out To: Email,Checked Out To: First Name"]
    for n in range(1, lines + 1):
        tag, holder = (f"T{n:06}", ",,") if n % 2 else (f"X{n:06}", f"User,new{n}@example.edu,New")
        about = f"Laptop,Maker {n % 50},Made {n % 400},I{n:07},B{n % 20 + 1} {n % 1500},Firm {n % 80},Shop {n % 30}"
        text.append(f"{tag},Thing {n},{about},{n % 12 + 1}/{n % 28 + 1}/23,{n % 900}.50,likes commas,{holder}")
    return "\n".join(text).encode()


def _dry_run(lines):
    table = tables.read(_list_of(lines), name="assets.csv", columns=operations.ASSET_COLUMNS)
    begin = time.perf_counter()
    outcome = operations.import_assets(table=table, by=None, dry_run=True)
    taken = outcome.created + outcome.changed + outcome.same
    if taken != lines:
        raise SystemExit(f"{lines - taken} of {lines} lines were not taken: {outcome.refused[:3]}")
    return time.perf_counter() - begin


def main():
    """Print the seconds that the long list takes, and by how many MB memory grew against the short one."""
    _dry_run(FIRST_LINES)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _dry_run(LINES)
    print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


if __name__ == "__main__":
    main()
