"""``./dev bench``: build the register, measure, write docs/performance.md."""

import argparse
import logging
import os
import platform
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Person  # noqa: E402
from bench import data  # noqa: E402
from bench.clock import notice_run  # noqa: E402
from bench.paths import Bench  # noqa: E402
from bench.report import write  # noqa: E402
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
    begin = time.monotonic()
    size = data.Size(options.share)
    data.build(size)
    built = time.monotonic() - begin
    clerk = _clerk()
    server = Server(clerk)
    try:
        bench = Bench(size, server)
        meters = list(bench.check_out())
        for name, query in (LISTS | {"loan list, middle page": _middle_page()}).items():
            meters += bench.page(name, f"/admin/keys/loan/{query}")
    finally:
        server.stop()
    runs, longest_wait, grown = notice_run()
    facts = {
        "date": timezone.localdate().isoformat(),
        "python": platform.python_version(),
        "postgres": connection.pg_version // 10000,
        "built": built,
        "wait": longest_wait,
        "grown": grown,
    }
    write(Path(options.report), size, meters + runs, facts)
    return 0


def _options():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("--share", type=float, default=1.0, help="of the full size (1,000,000 loans)")
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
