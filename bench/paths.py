"""The hot paths, each three ways in one run: the floor, the deed or page in process, the request through gunicorn."""

import itertools
import random

import psycopg
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Person, Trust
from bench.floor import play, taped
from bench.meter import Meter
from bench.server import PLAIN
from keys import operations
from keys.models import Key, Loan

ROUNDS = 200


class Bench:
    """One bare connection, one person at the desk, and keys and people that nothing else uses."""

    def __init__(self, size, server):
        self.server = server
        self.driver = psycopg.connect(**connection.get_connection_params() | PLAIN)
        self.clerk = Person.objects.get(email="clerk@example.edu")
        draw = random.Random(2)
        self.people = itertools.cycle(draw.sample(range(1, size.people + 1), min(size.people, 20_000)))
        free = (
            Key.objects.with_availability().filter(is_out=False, retired_at=None).values_list("pk", flat=True)[:20_000]
        )
        self.keys = itertools.cycle(draw.sample(list(free), len(free)))

    def meters(self, path):
        floor = Meter(path, "floor", postgres=lambda: [self.driver.info.backend_pid])
        return floor, Meter(path, "in process"), self.server.meter(path)

    def check_out(self):
        """Check out and return, each key by another person; gives back the meters of both."""
        outs, backs = self.meters("check out"), self.meters("return")
        for way in itertools.chain.from_iterable(itertools.repeat((0, 1, 2), ROUNDS)):
            key, borrower = Key.objects.get(pk=next(self.keys)), Person.objects.get(pk=next(self.people))
            if not self._one_round(way, key, borrower, outs, backs):
                continue
        return outs + backs

    def _one_round(self, way, key, borrower, outs, backs):
        if Loan.objects.held_by(borrower).filter(key__symbol=key.symbol_id).exists():
            return False  # the limit of one per symbol would refuse this pair
        acts = (self._by_floor, self._in_process, self._over_http)[way](key, borrower)
        for act, meter in zip(acts, (outs[way], backs[way]), strict=True):
            meter.sample(act())
        Loan.objects.filter(key=key, returned_at=None).update(returned_at=timezone.now(), condition="good")
        return True

    def _in_process(self, key, borrower):
        def out():
            return lambda: operations.check_out(keys=[key], borrower=borrower, by=self.clerk, trust=Trust.STAFF)

        def back():
            loan = Loan.objects.select_related("key").get(key=key, returned_at=None)
            return lambda: operations.return_key(loan=loan, by=self.clerk)

        return out, back

    def _by_floor(self, key, borrower):
        deeds = self._in_process(key, borrower)

        def out():
            statements = taped(deeds[0]())
            return lambda: play(self.driver, statements)

        def back():
            statements = taped(deeds[1]())
            return lambda: play(self.driver, statements)

        return out, back

    def _over_http(self, key, borrower):
        def out():
            return lambda: self.server.check_out(key, borrower)

        def back():
            return lambda: self.server.take_back(key)

        return out, back

    def page(self, path, address):
        """A page of the console: its queries alone, the page in process, and through gunicorn."""
        floor, inside, outside = self.meters(path)
        client = Client(headers={"host": "127.0.0.1"})
        client.cookies.load(self.server.cookies)
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answers {answer.status_code}")
        inside.queries = len(captured)
        statements = taped(lambda: client.get(address))
        for _round in range(ROUNDS // 4):
            floor.sample(lambda: play(self.driver, statements))
            inside.sample(lambda: client.get(address))
            outside.sample(lambda: self.server.get(address))
            reset_queries()
        return floor, inside, outside
