"""Turning the pages of a list: no row twice and none left out, in whatever order and whoever adds rows meanwhile."""

import base64
import json
import re
from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import F
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ClosedDay, Person
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import Building, BuildingManager, Space
from keys.admin.loans import LoanAdmin
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory, opening
from keysite.console import admin as pages_of_rows
from keysite.console import lists
from keysite.console.lists import Listing
from keysite.console.pages import AFTER, BEFORE, NoSuchPlace, columns_of, page_at, place_in
from keysite.tests.pages import form_of
from keysite.tests.queries import queries

BOOK = "/admin/keys/loan/"
DAYS = "/admin/accounts/closedday/"
ORDERS = [
    ["pk"],
    ["-pk"],
    ["last_name", "first_name", "pk"],
    ["-last_name", "-first_name", "-pk"],
    ["last_name", "-first_name", "pk"],
    ["leaves_on", "pk"],
    ["-leaves_on", "pk"],
    [F("leaves_on").asc(nulls_first=True), "-last_name", "pk"],
    [F("leaves_on").desc(nulls_last=True), "-pk"],
    ["last_name", "-leaves_on", "pk"],
    ["department__name", "leaves_on", "-pk"],
    ["-joined_at", "-pk"],
]


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def crowd(db):
    """People with everything twice and with nothing: each combination of two names, three days and two departments."""
    physics = DepartmentFactory(name="Physics")
    for last_name in ("", "Berg'\\ 🔑"):
        for leaves_on in (None, date(2027, 1, 1), date(2026, 3, 1)):
            for department in (None, physics):
                person = PersonFactory(last_name=last_name, leaves_on=leaves_on, department=department)
                Person.objects.filter(pk=person.pk).update(
                    joined_at=timezone.now() - timedelta(microseconds=person.pk % 3)
                )


@pytest.fixture
def week(monkeypatch):
    """Seven closed days, in pages of two."""
    monkeypatch.setattr(Listing, "list_per_page", 2)
    return [ClosedDay.objects.create(on=f"2026-12-0{day}") for day in range(1, 8)]


def page_of(rows, place="", *, size=2, total=None):
    columns = columns_of(rows)
    return page_at(place_in(columns, QueryDict(place)), rows, columns=columns, size=size, total=total)


def walk(rows, start, way):
    """All pages from one end to the other: the rows in their order, and the numbers of their first rows."""
    pages = [page_of(rows, start)]
    while place := getattr(pages[-1], way):
        pages.append(page_of(rows, f"{way}={place}"))
        assert len(pages) < 20
    return pages if way == AFTER else pages[::-1]


def place(*values):
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def days_on(response):
    """The days of a list page, as numbers."""
    return [int(day) for day in re.findall(r"Dec\. (\d), 2026", response.content.decode())]


def link(response, label):
    """Where the link of this label leads, or None when it leads nowhere."""
    found = re.search(rf'<a href="([^"]*)">{label}</a>', response.content.decode())
    return found and found[1].replace("&amp;", "&")


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_turning_pages_shows_every_row_once_in_order(crowd, order):
    rows = Person.objects.order_by(*order)

    onwards, back = walk(rows, "", AFTER), walk(rows, BEFORE, BEFORE)

    assert [row for page in onwards for row in page.rows] == list(rows)
    assert [row for page in back for row in page.rows] == list(rows)
    assert [page.number for page in onwards] == [1, 3, 5, 7, 9, 11]


def test_a_page_back_is_the_page_one_came_from(crowd):
    rows = Person.objects.order_by("last_name", "pk")
    second = page_of(rows, f"after={page_of(rows).after}")

    first = page_of(rows, f"before={second.before}")
    last = page_of(rows, "before=", total=12)

    assert first.rows == page_of(rows).rows
    assert (first.number, first.before) == (1, None)
    assert (last.number, last.last_number, last.after) == (11, 12, None)
    assert page_of(rows, "before=").number is None  # nobody has counted


def test_what_comes_in_meanwhile_pushes_no_row_onto_the_next_page(crowd):
    rows = Person.objects.order_by("-pk")
    first = page_of(rows)
    newcomers = [PersonFactory(), PersonFactory()]

    second = page_of(rows, f"after={first.after}")
    back = page_of(rows, f"before={second.before}")

    assert not set(second.rows) & set(first.rows)
    assert back.rows == first.rows
    assert page_of(rows, f"before={back.before}").rows == newcomers[::-1]


def test_where_everything_is_gone_the_nearest_page_is_shown(crowd):
    rows = Person.objects.order_by("pk")
    first, last = page_of(rows), page_of(rows, "before=")
    onwards, back = (
        f"after={page_of(rows, f'before={last.before}').after}",
        f"before={page_of(rows, f'after={first.after}').before}",
    )
    Person.objects.filter(pk__in=[row.pk for row in (*first.rows, *last.rows)]).delete()

    assert page_of(rows, onwards).rows == list(rows)[-2:]
    assert page_of(rows, back).rows == list(rows)[:2]
    assert page_of(Person.objects.none().order_by("pk"), onwards).rows == []


def test_an_order_that_names_no_place_is_a_mistake(db):
    for order in ([], ["last_name"], ["department", "pk"]):
        with pytest.raises(Exception, match="order"):
            columns_of(Person.objects.order_by(*order))


BROKEN = [
    "x",
    "=",
    "\0",
    "é",
    "A" * 5000,
    base64.urlsafe_b64encode(b"[" * 1500).decode(),
    base64.urlsafe_b64encode(b'{"a": 1}').decode(),
    base64.urlsafe_b64encode(b"1").decode(),
    place(),
    place(1),
    place(1, "2026-11-22 09:00:00+00:00"),
    place("x", "2026-11-22 09:00:00+00:00", "1"),
    place(1, "2026-11-22 09:00:00", "1"),
    place(1, "2026-11-22", "1"),
    place(1, "yesterday", "1"),
    place(1, "2026-99-99 09:00:00+00:00", "1"),
    place(1, None, "1"),
    place(1, ["2026-11-22 09:00:00+00:00"], "1"),
    place(1, "2026-11-22 09:00:00+00:00", "\0"),
    place(1, "2026-11-22 09:00:00+00:00", "\ud800"),
    place(1, "2026-11-22 09:00:00+00:00", "x"),
    place(1, "2026-11-22 09:00:00+00:00", 1),
]
ODD = [
    place(-5, "2026-11-22 09:00:00+00:00", "1"),
    place(None, "2026-11-22 09:00:00+00:00", "1"),
    place(10**30, "2026-11-22 09:00:00+00:00", "9" * 30),
    place(True, "9999-12-31 23:59:59-12:00", "-1"),
    place(1, "0001-01-01 00:00:00+14:00", "1"),
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_place_is_none(db, text):
    columns = columns_of(Loan.objects.order_by("-out_at", "-pk"))
    query = QueryDict(mutable=True)
    query[AFTER] = text

    with pytest.raises(NoSuchPlace):
        place_in(columns, query)


def test_a_broken_place_leads_to_the_first_page_with_a_sentence(console):
    LoanFactory()
    for text in (BROKEN[0], BROKEN[-1]):
        for asked in ({AFTER: text}, {BEFORE: text, "show": "all"}, {"p": "2"}):
            response = console.get(BOOK, asked, follow=True)
            assert "The address asked for a filter or page that does not exist" in response.content.decode()
            assert b"action-select" in response.content


@pytest.mark.parametrize("text", ODD)
def test_an_odd_place_is_only_odd(console, text):
    LoanFactory()

    for name in (AFTER, BEFORE):
        assert console.get(BOOK, {name: text}).status_code == 200
        assert console.get(BOOK, {name: text, "o": "6"}).status_code == 200


def test_a_list_leads_to_the_next_the_last_the_previous_and_the_first_page(console, week):
    first = console.get(DAYS)
    second = console.get(DAYS + link(first, "Next"))
    last = console.get(DAYS + link(second, "Last"))
    fourth = console.get(DAYS + link(last, "Previous"))

    assert [days_on(page) for page in (first, second, last, fourth)] == [[7, 6], [5, 4], [2, 1], [4, 3]]
    assert "1–2 of" in first.content.decode()
    assert "3–4 of" in second.content.decode()
    assert "6–7 of" in last.content.decode()
    assert "4–5 of" in fourth.content.decode()
    assert link(first, "Previous") is link(first, "First") is link(last, "Next") is link(last, "Last") is None
    assert days_on(console.get(DAYS + link(last, "First"))) == [7, 6]


def test_a_short_list_has_no_pages(console):
    ClosedDay.objects.create(on="2026-12-01")

    assert b"console-pages" not in console.get(DAYS).content


def test_a_list_of_a_few_pages_can_be_shown_whole(console, week):
    assert b'href="?all="' in console.get(DAYS).content
    assert days_on(console.get(f"{DAYS}?all=")) == [7, 6, 5, 4, 3, 2, 1]


@pytest.fixture
def book(monkeypatch):
    """Nine loans, three of them returned, in pages of two; the last two are of one borrower."""
    monkeypatch.setattr(LoanAdmin, "list_per_page", 2)
    now, thal = timezone.now(), PersonFactory(last_name="Thal")
    loans = []
    for n in range(1, 10):
        more = {"returned_at": now, "condition": "good"} if n % 3 == 0 else {}
        loan = LoanFactory(
            key=KeyFactory(symbol__symbol=f"L{n}"),
            borrower=thal if n > 4 else PersonFactory(),
            out_at=now - timedelta(days=n),
            due_at=now + timedelta(days=n % 2 + 1),
            **more,
        )
        loans.append(loan)
    return loans


def keys_on(response):
    return [int(n) for n in re.findall(r">L(\d) \d+</a>", response.content.decode())]


@pytest.mark.slow
def test_pages_keep_filter_search_and_order(console, book):
    def pages(query):
        shown = [console.get(f"{BOOK}?{query}")]
        while onwards := link(shown[-1], "Next"):
            shown.append(console.get(BOOK + onwards))
        return [keys_on(page) for page in shown]

    assert pages("") == [[1, 2], [4, 5], [7, 8]]
    assert pages("show=returned") == [[3, 6], [9]]
    assert pages("show=all&q=thal") == [[5, 6], [7, 8], [9]]
    assert pages("show=all&o=-5") == [[1, 2], [3, 4], [5, 6], [7, 8], [9]]
    assert pages("o=6") == [[2, 4], [8, 1], [5, 7]]
    assert pages("o=-6") == [[7, 5], [1, 8], [4, 2]]


def test_what_changes_the_list_begins_at_its_first_page(console, book):
    second = console.get(BOOK + link(console.get(f"{BOOK}?show=all"), "Next")).content.decode()

    tabs = re.search(r'<nav class="console-tabs".*?</nav>', second, re.DOTALL)[0]
    assert "after=" not in tabs
    headings = re.search(r"<thead>.*?</thead>", second, re.DOTALL)[0]
    assert "o=5" in headings
    assert "after=" not in headings
    assert 'name="after"' not in second


def test_a_deed_on_a_selection_and_the_page_of_a_row_keep_the_page(console, book):
    second = BOOK + link(console.get(BOOK), "Next")
    chosen = {"action": "undo", "_selected_action": [book[3].pk], "index": "0"}
    asked = console.post(second, form_of(console.get(second), "changelist-form") | chosen)

    done = console.post(second, form_of(asked) | {"console_asked": "1"})
    there = console.get(second).content.decode()

    assert done.status_code == 302
    assert done.url == second
    assert re.search(rf"{reverse('admin:keys_loan_change', args=[book[3].pk])}\?_changelist_filters=after%3D\w+", there)


def test_when_the_rows_of_the_last_page_leave_the_list_the_page_before_is_shown(console, book):
    last = f"{BOOK}{link(console.get(f'{BOOK}?show=returned'), 'Next')}"
    shown = keys_on(console.get(last))
    Loan.objects.filter(pk=book[8].pk).update(returned_at=None, condition="")

    assert shown == [9]
    assert keys_on(console.get(last)) == [3, 6]


def test_a_list_that_is_limited_to_a_scope_is_turned_as_well(client, building_manager, monkeypatch):
    """A symbol that opens two of a manager's rooms is still one row."""
    monkeypatch.setattr(Listing, "list_per_page", 1)
    hall = Building.objects.create(code="B1", name="Hall")
    BuildingManager.objects.create(building=hall, person=building_manager, since="2026-01-01")
    for n in (1, 2, 3):
        symbol = KeyFactory(symbol__symbol=f"L{n}").symbol
        for room in range(1, n):
            opening(symbol=symbol, space=Space.objects.create(building=hall, number=f"{n}{room}"))
    client.force_login(building_manager)

    for address in ("/admin/keys/keysymbol/", "/admin/keys/key/"):
        first = client.get(address)
        second = client.get(address + link(first, "Next")).content.decode()
        assert ">L2" in first.content.decode()
        assert ">L3" in second
        assert "> 2 of 2 key" in " ".join(second.split())


def test_a_later_page_asks_as_often_as_the_first(console, book):
    with queries(exactly=6):
        first = console.get(BOOK)
    with queries(exactly=6):
        console.get(BOOK + link(first, "Next"))


@pytest.mark.slow
def test_no_list_counts_off_rows(console, monkeypatch, book, crowd, week):
    """With OFFSET a page costs what all pages before it cost together."""
    monkeypatch.setattr(Listing, "list_per_page", 1)
    monkeypatch.setattr(LoanAdmin, "list_per_page", 1)
    turned = 0
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        with CaptureQueriesContext(connection) as asked:
            first = console.get(address)
            for label in ("Next", "Last"):
                if there := link(first, label):
                    turned += 1
                    assert console.get(address + there).status_code == 200
        assert not [query["sql"] for query in asked if "OFFSET" in query["sql"]], model
    assert turned > 10


def test_every_list_has_an_order_that_names_places(rf, administrator):
    request = rf.get("/")
    request.user = administrator
    for page in admin.site._registry.values():
        assert columns_of(page.get_changelist_instance(request).queryset)


def test_a_long_history_is_turned_from_version_to_version(console, monkeypatch):
    monkeypatch.setattr(pages_of_rows, "VERSIONS_PER_PAGE", 2)
    person = PersonFactory(phone="1")
    for phone in ("2", "3", "4"):
        person.phone = phone
        person.save()
    address = reverse("admin:accounts_person_history", args=[person.pk])

    first = console.get(address).content.decode()
    older = re.search(r'href="(\?from=\d+)">Older', first)[1]
    second = console.get(address + older).content.decode()

    assert ("3 <span" in first, "2 <span" in first, "1 <span" in first) == (True, True, False)
    assert ("1 <span" in second, "Added" in second, "Older" in second, "Newest" in second) == (True, True, False, True)
    for odd in ("x", "0", "9" * 40, "%00", "-1"):
        assert console.get(f"{address}?from={odd}").status_code == 200


def test_a_list_says_how_long_it_is_as_far_as_it_has_counted(console, week, monkeypatch):
    counted = console.get(DAYS).content.decode()
    monkeypatch.setattr(lists, "COUNTED", 5)
    first = console.get(DAYS)
    last = console.get(DAYS + link(first, "Last"))

    def said(page):
        return " ".join(re.search(r'<div class="py-4">(.*?)</div>', page, re.DOTALL)[1].split())

    assert said(counted) == "1–2 of 7 closed days"
    assert said(first.content.decode()) == "1–2 of more than 5 closed days"
    assert said(last.content.decode()) == "more than 5 closed days"
