"""Lists, searches, numbers and one ticket among 250,000 with a million comments: ``python -m bench.tickets``.

Builds them by COPY in the database of the settings, which has to hold nothing of worth.
"""

import argparse
import logging
import os
import re
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keysite.settings")
django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection, reset_queries, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Person, Trust  # noqa: E402
from accounts.operations import assign_roles  # noqa: E402
from assets.models import Asset, Space  # noqa: E402
from bench import data, inventory, repairs  # noqa: E402
from bench.floor import play, taped  # noqa: E402
from bench.meter import Meter  # noqa: E402
from bench.report import write_tickets  # noqa: E402
from bench.server import PLAIN, session_of  # noqa: E402
from keysite.console.pages import columns_of, name_of  # noqa: E402
from keysite.tests.queries import TRANSACTION  # noqa: E402
from tickets import operations  # noqa: E402
from tickets.forms import public  # noqa: E402
from tickets.models import Category, Comment, Ticket  # noqa: E402

ROUNDS, PER_PAGE = 15, 50
STAFF, CONSOLE = "/tickets/", "/admin/tickets/ticket/"
SEARCHES = {
    "a word in a third of all texts": repairs.COMMON,
    "a word in every hundredth": repairs.SELDOM,
    "a word in three tickets": repairs.RARE,
    "an asset tag": "T000900",
    "an e-mail address": "ada.abel.192@example.edu",
}


def measure():
    """The meters by what they measure, and how many statements a report takes."""
    clerk = Person.objects.with_address("clerk@example.edu").first()
    clerk = clerk or Person.objects.create_superuser("clerk@example.edu")
    technician = Person.objects.order_by("pk")[1]
    assign_roles(person=technician, roles=["technician"], by=None)
    meters = [_page(name, clerk, address) for name, address in _pages()]
    meters += [_page(f"{name}, a technician", technician, address) for name, address in _of_technician()]
    meters.append(_page("a ticket with sixty comments", clerk, f"{STAFF}{_longest()}/"))
    tickets = Ticket.objects.kept()
    meters.append(_question("numbers per status", tickets.count_by_status))
    meters.append(_question("numbers per technician", tickets.count_by_technician))
    return meters, _report(clerk), _sent()


def _pages():
    lists = {"staff list": (f"{STAFF}?status=all", ["-number"]), "console": (f"{CONSOLE}?show=all", ["-number", "-pk"])}
    for prefix, (base, order) in lists.items():
        yield prefix, base
        yield f"{prefix}, page 1,000", f"{base}&after={_thousandth(order)}"
        for name, words in SEARCHES.items():
            yield f"{prefix}, {name}", f"{base}&q={words.replace('@', '%40')}"


def _of_technician():
    yield "staff list", STAFF
    yield "staff list, a word in a third of all texts", f"{STAFF}?status=all&q={repairs.COMMON}"
    yield "staff list, a word in three tickets", f"{STAFF}?status=all&q={repairs.RARE}"


def _longest():
    """The number of the ticket that has most comments, among the newest."""
    newest = Ticket.objects.filter(pk__in=Ticket.objects.order_by("-pk").values("pk")[:100])
    return newest.annotate(n=Count("comments")).latest("n").number


def _thousandth(order):
    """The place after which page 1,000 begins."""
    rows = Ticket.objects.kept().order_by(*order)
    last = min(999 * PER_PAGE, rows.count() - PER_PAGE) - 1
    return name_of(columns_of(rows), rows[last])


def _page(name, person, address):
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(person)
    answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answers {answer.status_code}")
    return _question(name, lambda: client.get(address))


def _question(name, act):
    meter = Meter(name, "in process")
    act()
    with CaptureQueriesContext(connection) as captured:
        act()
    meter.queries = _asked(captured)
    for _round in range(ROUNDS):
        meter.sample(act)
        reset_queries()
    return meter


def _asked(captured):
    return len([query for query in captured if not query["sql"].startswith(TRANSACTION)])


def _report(clerk):
    """The deed and its floor, each undone: its statements, sent again without Django."""
    driver = psycopg.connect(**connection.get_connection_params() | PLAIN)
    floor = Meter("a report", "floor", postgres=lambda: [driver.info.backend_pid])
    inside = Meter("a report", "in process")
    about = {"space": Space.objects.first(), "category": Category.objects.first(), "trust": Trust.PROVED}

    def act():
        operations.report(title="The lamp flickers", description="Since Monday.", by=clerk, **about)

    def undone(deed):
        with transaction.atomic():
            deed()
            transaction.set_rollback(True)

    for _round in range(ROUNDS):
        statements = taped(act)
        with driver.transaction(force_rollback=True):
            floor.sample(lambda statements=statements: play(driver, statements))
        inside.sample(lambda: undone(act))
    return floor, inside


def _sent():
    """Statements of a report that a stranger sends from the label of a room."""
    public.LEAST_SECONDS = 0
    client, address = Client(headers={"host": "127.0.0.1"}), f"/r/{Space.objects.last().public_code}/"
    kept = dict(re.findall(r'name="(once|began)" value="([^"]*)"', client.get(address).content.decode()))
    typed = {"title": "No light", "address": "passer.by@example.edu", "name": "Somebody"}
    with CaptureQueriesContext(connection) as captured:
        answer = client.post(address, kept | typed)
    if answer.status_code != 302:
        raise SystemExit(f"POST {address} answers {answer.status_code}")
    return _asked(captured)


def main():
    parser = argparse.ArgumentParser(prog="python -m bench.tickets", description=__doc__.splitlines()[0])
    parser.add_argument("--report", type=Path, default=Path("docs/performance.md"), help="where the section goes")
    parser.add_argument("--share", type=float, default=1.0, help="of the full size (250,000 tickets)")
    parser.add_argument("--keep", action="store_true", help="the tickets are there already")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    if not options.keep:
        data.build(data.Size(options.share))
        inventory.build(int(inventory.ASSETS * options.share))
        repairs.build(int(repairs.TICKETS * options.share))
    meters, report, sent = measure()
    rows = {"tickets": Ticket.objects.count(), "comments": Comment.objects.count()}
    rows |= {"open": Ticket.objects.open().count(), "people": Person.objects.count(), "assets": Asset.objects.count()}
    write_tickets(options.report, meters, report, sent, rows, busy=os.getloadavg()[0])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
