"""Rows of lists: drawn at once, and looking as Unfold's own."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.template import Context, Template
from django.urls import reverse

from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import KeySymbol, Loan
from keys.tests.factories import HookFactory, KeyFactory, LoanFactory
from keysite.tests.world import World

AWKWARD = """<b id="x">&'é🔑 KEY-OF-THE-ROW"""


@pytest.fixture
def rows(administrator):
    """One row of everything, rows with nothing, and words that no page may take for HTML."""
    World(administrator)
    person = PersonFactory(first_name=AWKWARD, last_name="", department=DepartmentFactory(name=AWKWARD))
    LoanFactory(borrower=person, key__hook=HookFactory(), key__symbol__symbol=AWKWARD)
    LoanFactory(borrower=PersonFactory(department=None), returned_at=None)
    KeyFactory(symbol__description=AWKWARD, symbol__self_service=True, symbol__parent=None)


@pytest.fixture
def list_of(rf, administrator):
    def make(model, query=""):
        request = rf.get(f"/{query}")
        request.user = administrator
        return admin.site._registry[model].get_changelist_instance(request)

    return make


def cells_of(table):
    """The cells of a list's rows."""
    cells = re.findall(r'<(t[hd]) (class="(?:field-|action-checkbox ).*?)</\1>', table, re.DOTALL)
    return [(tag, cell.replace(" >", ">")) for tag, cell in cells]


def test_a_row_looks_as_unfolds_own(rows, list_of):
    for model in admin.site._registry:
        changelist = list_of(model)
        changelist.formset = None
        context = Context({"cl": changelist, "opts": model._meta, "request": changelist.request})

        unfolds = cells_of(Template("{% load unfold_list %}{% unfold_result_list cl %}").render(context))

        assert cells_of("".join(changelist.table)) == unfolds, model
        assert unfolds


def test_nothing_that_was_typed_is_html(rows, client, administrator):
    client.force_login(administrator)
    for model in (Loan, KeySymbol):
        page = client.get(reverse(f"admin:keys_{model._meta.model_name}_changelist")).content.decode()
        assert "<b id" not in page
        assert html.escape(AWKWARD) in page


def test_the_way_back_from_a_row_leads_to_the_list_as_it_was(rows, list_of, client, administrator):
    client.force_login(administrator)
    loan = Loan.objects.latest("pk")

    page = client.get("/admin/keys/loan/", {"show": "all", "q": loan.borrower.email}).content.decode()
    address = html.unescape(re.search(rf'href="(/admin/keys/loan/{loan.pk}/change/[^"]*)"', page)[1])
    (back,) = parse_qs(urlsplit(address).query)["_changelist_filters"]

    assert parse_qs(back) == {"show": ["all"], "q": [loan.borrower.email]}


def test_a_list_without_rows_says_so(db, client, administrator):
    client.force_login(administrator)

    assert b"No results found" in client.get("/admin/keys/loan/").content
