"""The log: one line per request, the id on every line, and nothing that says who it was."""

import logging
import re

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.tests.factories import PersonFactory
from keysite.celery import app
from keysite.logs import LOGGING, CurrentFilter, LineFormatter, current_id, without_persons

pytestmark = pytest.mark.django_db
ID = r"[0-9a-f]{32}"


@pytest.fixture
def lines():
    """What a server would write, line by line."""
    written = []

    class Lines(logging.Handler):
        def emit(self, record):
            written.extend(self.format(record).split("\n"))

    handler = Lines()
    settings = LOGGING["formatters"]["line"]
    handler.setFormatter(LineFormatter(settings["format"], settings["datefmt"]))
    handler.addFilter(CurrentFilter())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def only(lines, logger):
    [line] = [line for line in lines if f" {logger} " in line]
    return line


def test_a_request_has_one_line_with_its_id(client, lines):
    response = client.get("/not-me/a-token-that-nobody-must-see/?name=jane")

    line = only(lines, "keysite.requests")
    assert re.fullmatch(rf"\S+Z INFO keysite.requests \[({ID})\] GET not-me/<str:token>/ 404 \d+ ms", line), line
    assert response["X-Request-ID"] in line
    assert "nobody-must-see" not in "\n".join(lines)
    assert current_id() is None


@pytest.mark.parametrize(
    ("path", "shown"),
    [("/", "(start)"), ("/jane/doe/", "(no page)"), ("/static/keysite.css", "static/keysite.css")],
)
def test_a_page_is_named_by_its_route(client, lines, path, shown):
    client.get(path).close()

    assert f" GET {shown} " in only(lines, "keysite.requests")


@pytest.mark.parametrize(
    ("given", "kept"), [("0a1b2c3d-4e5f", True), ("jane@example.edu", False), ("a\nb", False), ("", False)]
)
def test_an_id_of_a_proxy_is_kept_when_it_is_no_words(client, given, kept):
    response = client.get("/", headers={"x-request-id": given})

    assert (response["X-Request-ID"] == given) is kept


def test_a_check_by_a_load_balancer_is_no_line(client, lines):
    client.get("/health/ready")

    assert lines == []


def test_a_refused_form_is_logged_without_its_path(lines):
    client = Client(enforce_csrf_checks=True)

    client.post("/kiosk/register/a-token-that-nobody-must-see/")

    assert "kiosk/register/<str:token>/" in only(lines, "django.security.csrf")
    assert "nobody-must-see" not in "\n".join(lines)


def test_an_error_shows_where_and_not_whose(lines):
    address = "jane@example.edu"
    PersonFactory(email=address)
    try:
        PersonFactory(email=address.upper())
    except IntegrityError:
        logging.getLogger("keysite").exception("Person %s cannot be saved", address)

    text = "\n".join(lines)
    assert "Person <address> cannot be saved" in text
    assert 'IntegrityError: duplicate key value violates unique constraint "person_one_per_address"' in text
    assert "in test_an_error_shows_where_and_not_whose" in text
    assert "which led to" in text
    assert "jane" not in text.lower()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invalid literal for int() with base 10: 'Jane Doe'", "invalid literal for int() with base 10: '…'"),
        ("Header can't contain newlines (got 'a\nb@example.edu')", "Header can't contain newlines (got '…')"),
        ("Key (lower(email::text))=(jane@example.edu) already exists.", "Key (lower(email::text))=(…) already exists."),
        ("{'jane@example.edu': (550, b'no such user')}", "{'…': (550, '…')}"),
        ("Invalid request from ip=192.0.2.7: Invalid line: 'GET /k/AB'", "Invalid request from ip=… Invalid line: '…'"),
        ("Error handling request POST /not-me/abc/", "Error handling request POST …"),
        ("one\ntwo", "one two"),
        ("KeyError: 'loan_id'", "KeyError: 'loan_id'"),
        ("Connected to redis://:**@127.0.0.1:6379/0", "Connected to redis://:**@127.0.0.1:6379/0"),
    ],
)
def test_what_may_be_somebodys_is_left_out(text, shown):
    assert without_persons(text) == shown


def test_a_task_outside_of_a_request_has_its_own_id():
    seen = []

    @app.task(name="test_logs.look")
    def look():
        seen.append(current_id())

    look.apply(task_id="of-the-task")

    assert seen == ["of-the-task"]
    assert current_id() is None
