"""Where the setting asks for it, a stranger's browser does some work before a report is taken."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from altcha import ChallengeOptions, create_challenge, solve_challenge
from django.core.cache import cache

from accounts.tests.factories import PersonFactory
from keysite.tests.reading import problems_of
from tickets.forms import proof, public
from tickets.models import Ticket

TYPED = {"title": "No light", "place_in_words": "the yard", "address": "new@example.edu"}


@pytest.fixture(autouse=True)
def asked_for(settings, monkeypatch):
    settings.REPORT_PROOF = True
    monkeypatch.setattr(public, "LEAST_SECONDS", 0)
    monkeypatch.setattr(proof, "LARGEST", 50)
    cache.clear()


def solved(puzzle):
    """What the browser sends: the puzzle with its number."""
    found = solve_challenge(puzzle["challenge"], puzzle["salt"], puzzle["algorithm"], puzzle["max_number"])
    values = {name: puzzle[name] for name in ("algorithm", "challenge", "salt", "signature")} | {"number": found.number}
    return base64.b64encode(json.dumps(values).encode()).decode()


def opened(client):
    """The hidden values of the form, with the puzzle solved."""
    form = client.get("/report/").context["form"]
    puzzle = form["proof"].field.widget.get_context("proof", None, {})["widget"]["attrs"]["data-puzzle"]
    return {"once": form["once"].value(), "began": form["began"].value(), "proof": solved(json.loads(puzzle))}


def test_the_page_brings_the_puzzle_and_the_script(client, db):
    page = client.get("/report/").content.decode()

    assert "data-puzzle=" in page
    assert "proof.js" in page


def test_a_solved_puzzle_is_taken_and_the_same_form_twice_makes_one_ticket(client, db):
    values = TYPED | opened(client)

    answers = [client.post("/report/", values) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].url == answers[1].url
    assert Ticket.objects.count() == 1


def test_a_solution_is_good_for_one_form(client, db):
    first, other = opened(client), opened(client)
    client.post("/report/", TYPED | first)

    answer = client.post("/report/", TYPED | other | {"proof": first["proof"]})

    assert "This form was sent already. Open the page anew and send it again." in problems_of(answer)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("value", ["", "x", "e30=", base64.b64encode(b'{"algorithm": [], "number": {}}').decode()])
def test_without_the_work_it_is_refused_and_what_was_typed_stays(client, db, value):
    answer = client.post("/report/", TYPED | opened(client) | {"proof": value})

    assert problems_of(answer)
    assert "No light" in answer.content.decode()
    assert not Ticket.objects.exists()


def test_a_puzzle_of_ones_own_or_an_old_one_is_refused(client, db):
    soon = datetime.now(UTC) + timedelta(hours=1)
    own = create_challenge(ChallengeOptions(hmac_key="mine", max_number=50, expires=soon))
    old = create_challenge(
        ChallengeOptions(hmac_key=proof._key(), max_number=50, expires=datetime.now(UTC) - timedelta(hours=1))
    )

    for puzzle in (own, old):
        answer = client.post("/report/", TYPED | opened(client) | {"proof": solved(vars(puzzle))})
        assert "That took too long, or went wrong. Send it again." in problems_of(answer)


def test_who_is_signed_in_does_no_work(client, db):
    client.force_login(PersonFactory())

    assert "data-puzzle=" not in client.get("/report/").content.decode()


def test_without_the_setting_nobody_does(client, db, settings):
    settings.REPORT_PROOF = False

    assert "data-puzzle=" not in client.get("/report/").content.decode()
