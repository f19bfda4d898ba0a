"""``./dev bench``: build the register, measure, write docs/performance.md."""

import argparse
import logging
import os
import platform
import time
from contextlib import contextmanager
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from bench import assets, data, inventory  # noqa: E402
from bench.clock import notice_run  # noqa: E402
from bench.paths import Bench  # noqa: E402
from bench.report import write, write_assets  # noqa: E402
from bench.server import Server  # noqa: E402
from keys.models import Loan  # noqa: E402
from keysite.console.pages import columns_of, name_of  # noqa: E402

LISTS = {
    "loan list": "",
    "loan list, overdue": "?show=overdue",
    "loan list, by e-mail": "?show=all&q=ada.abel.192%40example.edu",
    "loan list, by name": "?show=all&q=castillo-3",
    "loan list, by key": "?show=all&q=AA12+7",
}


def main():
    options = _options()
    logging.disable(logging.WARNING)  # a line for each request would drown the table
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'bench'")  # the server's own backends are told apart by it
    if options.only != "assets":
        inventory.clear()  # what is overdue of it would be reminded of, too
    begin = time.monotonic()
    size = data.Size(options.share)
    data.build(size)
    built = time.monotonic() - begin
    if options.only != "assets":
        _measure_keys(Path(options.report), size, built)
    if options.only != "keys":
        _measure_assets(Path(options.report), size, options.share)
    return 0


def _measure_keys(report, size, built):
    with _server() as server:
        bench = Bench(size, server)
        meters = list(bench.check_out())
        for name, query in (LISTS | {"loan list, middle page": _middle_page()}).items():
            meters += bench.page(name, f"/admin/keys/loan/{query}")
    runs, longest_wait, grown = notice_run()
    facts = {
        "date": timezone.localdate().isoformat(),
        "python": platform.python_version(),
        "postgres": connection.pg_version // 10000,
        "built": built,
        "wait": longest_wait,
        "grown": grown,
    }
    write(report, size, meters + runs, facts)


def _measure_assets(report, size, share):
    with _server() as server:
        small, large, figures = assets.measure(size, server, share)
    write_assets(report, small, large, figures, smallest=inventory.SMALL)


@contextmanager
def _server():
    server = Server(_clerk())
    try:
        yield server
    finally:
        server.stop()


def _options():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--share", type=float, default=1.0, help="of the full size (1,000,000 loans)")
    parser.add_argument("--only", choices=["keys", "assets"], help="leave the rest of the report as it is")
    parser.add_argument("--report", default="docs/performance.md", help="where the table goes")
    return parser.parse_args()


def _middle_page():
    """The page of all loans that begins in their middle."""
    loans = Loan.objects.for_list()
    middle = loans[loans.count() // 2]
    return f"?show=all&after={name_of(columns_of(loans), middle)}"


def _clerk():
    clerk = Person.objects.with_address("clerk@example.edu").first()
    return clerk or Person.objects.create_superuser("clerk@example.edu")


if __name__ == "__main__":
    raise SystemExit(main())
