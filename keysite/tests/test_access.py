"""Every address, and who may open it: what is expected stands in ``access.py``, word for word."""

import logging
import re
from collections import deque

import pytest
from django.db import connection, transaction
from django.template.response import SimpleTemplateResponse
from django.urls import URLResolver, get_resolver, reverse

from keysite.tests import access
from keysite.tests.world import World

WRITES = ("INSERT", "UPDATE", "DELETE")
SESSIONS = re.compile(r'"(django_session|usersessions_usersession)"')
WORDS = {200: "ok", 301: "go", 302: "go", 403: "no"}
SIGN_IN = ("/sign-in/", "/admin/login/")


@pytest.fixture
def world(building_manager):
    return World(building_manager)


@pytest.fixture
def visitor(client, request):
    """A browser of somebody in this column of the tables."""

    def enter(column):
        if column != "anonymous":
            client.force_login(request.getfixturevalue(access.COLUMNS[column]))
        return client

    return enter


@pytest.fixture
def customer(django_user_model):
    return django_user_model.objects.create_user("customer@example.edu")


@pytest.fixture
def without_role(django_user_model):
    return django_user_model.objects.create_user("staff@example.edu", is_staff=True)


@pytest.fixture(autouse=True)
def _unrendered(monkeypatch):
    """Who may open a page is asked here, not what it shows: most of the time goes into rendering."""
    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    logging.disable()  # thousands of lines that nobody reads
    yield
    logging.disable(logging.NOTSET)


def addresses(resolver=None, before=""):
    """The name of every address, with its namespace; one without a name is called by its pattern."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, before + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            yield before + (pattern.name or str(pattern.pattern))


def knock(client, method, address):
    """What comes back, in the words of the tables, and what was written meanwhile; all of it is undone."""
    written, cookies = [], client.cookies.copy()

    def watch(execute, sql, params, many, context):
        if sql.startswith(WRITES) and not SESSIONS.search(sql):
            written.append(sql[:150])
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(watch):
        response = getattr(client, method)(address)
        deque(response.streaming_content if response.streaming else (), maxlen=0)  # a file is closed at its end
        transaction.set_rollback(True)
    client.cookies = cookies
    word = WORDS.get(response.status_code, str(response.status_code))
    return "in" if word == "go" and response.url.startswith(SIGN_IN) else word, written


@pytest.mark.slow
@pytest.mark.parametrize("column", access.COLUMNS)
def test_every_address_opens_for_whom_the_table_says(world, visitor, column):
    client, wrong = visitor(column), []

    for name, expected in access.expected(column).items():
        address = world.address_of(name)
        for method, word in zip(("get", "post"), expected, strict=True):
            found, written = knock(client, method, address)
            if found != word:
                wrong.append(f"{method} {name}: {found}, not {word}")
            if written and (method == "get" or word != "ok"):
                wrong.append(f"{method} {name} wrote: {written[0]}")

    assert not wrong, "\n".join(wrong)


def test_every_address_is_in_the_table():
    assert set(addresses()) - access.BY_PATTERN == set(access.expected("anonymous"))


@pytest.mark.parametrize(("address", "answer"), access.BY_ADDRESS.items())
def test_addresses_without_a_name(client, administrator, address, answer):
    anonymous = client.get(address)
    client.force_login(administrator)

    assert (anonymous.headers["Location"].split("?")[0], client.get(address).status_code) == answer


@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_rows_out_of_scope_are_not_there(world, client, building_manager, view):
    client.force_login(building_manager)

    for model, row in world.foreign.items():
        response = client.get(reverse(f"admin:{model}_{view}", args=[row.pk]))
        assert response.status_code in {302, 403}, model
