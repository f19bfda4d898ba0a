"""The first page: what I hold, what is due, what is ready for me."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys import operations
from keys.tests.factories import AttestationFactory, HoldFactory, KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

PAGE = reverse("start")


def test_signed_out_it_says_what_this_is_and_shows_nothing_of_anybody(client, loan):
    response = client.get(PAGE)

    page = text_of(response)
    assert "Keys, equipment and repairs" in page
    assert "Bring it to the key desk. Thank you." in page
    assert "AA1" not in page
    assert reverse("sign_in") in response.content.decode()


def test_overdue_comes_first_in_words_and_as_a_date(client, borrower, key):
    later = LoanFactory(borrower=borrower, due_at=timezone.now() + timedelta(days=14), key__symbol__symbol="LATER")
    LoanFactory(
        key=key,
        borrower=borrower,
        out_at=timezone.now() - timedelta(days=9),
        due_at=timezone.now() - timedelta(days=3),
    )
    LoanFactory(key__symbol__symbol="OTHER")
    client.force_login(borrower)

    page = text_of(client.get(PAGE))

    assert page.index("AA1 1 Overdue 3 days overdue") < page.index(f"{later.key} Checked out Due in 14 days")
    assert f"{timezone.localtime(later.due_at):%A}" in page
    assert "OTHER" not in page


@pytest.mark.parametrize(
    ("fields", "words", "links"),
    [
        ({}, "Checked out", ["loan_return", "loan_renew", "loan_lose"]),
        ({"lost_at": timezone.now(), "loss": "lost"}, "Lost/Broken", ["loan_find"]),
        ({"claimed_at": timezone.now()}, "said to be back", ["loan_lose"]),
    ],
)
def test_each_state_offers_what_can_be_done(client, borrower, fields, words, links):
    loan = LoanFactory(borrower=borrower, claimed_by=borrower if "claimed_at" in fields else None, **fields)
    client.force_login(borrower)

    response = client.get(PAGE)

    assert words in text_of(response)
    names = ["loan_return", "loan_renew", "loan_lose", "loan_find"]
    offered = [name for name in names if f'href="{reverse(name, args=[loan.pk])}"' in response.content.decode()]
    assert offered == links


def test_what_is_over_is_not_shown(client, borrower):
    LoanFactory(borrower=borrower, returned_at=timezone.now(), condition="good", key__symbol__symbol="BACK")
    HoldFactory(person=borrower, key__symbol__symbol="GONE", ended_at=timezone.now())
    HoldFactory(key__symbol__symbol="THEIRS")
    client.force_login(borrower)

    page = text_of(client.get(PAGE))

    assert "You have nothing of ours." in page
    assert not [symbol for symbol in ("BACK", "GONE", "THEIRS") if symbol in page]


def test_keys_kept_ready_are_named(client, borrower):
    HoldFactory(person=borrower, key__symbol__symbol="READY", key__serial=3)
    client.force_login(borrower)

    assert "READY 3 kept until" in text_of(client.get(PAGE))


def test_an_incomplete_profile_is_said_with_the_way_out(client, borrower):
    borrower.affiliation = None
    borrower.save()
    client.force_login(borrower)

    response = client.get(PAGE)

    assert "has no affiliation yet. Complete the profile first." in text_of(response)
    assert reverse("profile") in response.content.decode()


def test_a_block_is_said(client, borrower):
    borrower.blocked_at, borrower.blocked_reason = timezone.now(), "a secret of the desk"
    borrower.save()
    client.force_login(borrower)

    page = text_of(client.get(PAGE))

    assert "is blocked from borrowing. Ask the key desk." in page
    assert "a secret of the desk" not in page


def test_recent_receipts_are_listed(client, borrower, loan):
    operations.report_lost(loan=loan, by=borrower)
    client.force_login(borrower)

    assert "Reported lost or broken: AA1 1." in text_of(client.get(PAGE))


def test_staff_find_the_desk_and_the_console(client, clerk):
    client.force_login(clerk)
    page = client.get(PAGE).content.decode()
    assert f'href="{reverse("desk")}"' in page
    assert f'href="{reverse("admin:index")}"' in page

    client.force_login(PersonFactory())
    page = client.get(PAGE).content.decode()
    assert reverse("desk") not in page
    assert reverse("admin:index") not in page


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget(client, borrower, count):
    loans = LoanFactory.create_batch(count, borrower=borrower)
    HoldFactory.create_batch(count, person=borrower)
    for loan in loans:
        operations.report_lost(loan=loan, by=borrower)
    KeyFactory()
    client.force_login(borrower)

    with queries(12):
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(("days", "said"), [(-1, True), (14, True), (15, False)])
def test_who_leaves_soon_reads_what_to_do(client, borrower, days, said):
    borrower.leaves_on = timezone.localdate() + timedelta(days=days)
    borrower.save()
    client.force_login(borrower)
    assert ("Your last day here is" in client.get("/").content.decode()) is said


def test_what_others_wait_for_is_said_to_who_decides_it(client, db):
    campus = Campus()
    loan = LoanFactory(key=campus.key("AA1"), borrower=campus.colleague)
    AttestationFactory(loan=LoanFactory(key=campus.key("AA2")), stage="manager", campaign__name="Keys 2026")
    AttestationFactory(loan=LoanFactory(key=campus.key("AB1")), stage="manager", campaign__name="South 2026")
    operations.report_lost(loan=loan, by=campus.colleague)
    campus.ask("101")
    said = "This waits for you Requests that need me 1 Lost keys to decide about 1 Answer for others: Keys 2026 1"

    for person in (campus.manager, campus.colleague):
        client.force_login(person)
        page = text_of(client.get(PAGE))
        assert (said in page) == ("waits for you" in page) == (person == campus.manager)
        assert "South 2026" not in page


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        ("desk", ["loss_list", "cabinet_list"]),
        ("key_shop", ["loss_list", "rekeying_list", "cutting_list", "cabinet_list"]),
        ("building_manager", ["approval_list", "loss_list"]),
        ("technician", []),
        ("auditor", ["loss_list"]),
        ("administrator", ["approval_list", "loss_list", "rekeying_list", "cutting_list", "cabinet_list"]),
    ],
)
def test_the_bar_leads_staff_to_what_they_do_about_keys(client, make_staff, role, pages):
    client.force_login(make_staff(role))

    bar = client.get(PAGE).content.decode().partition("</header>")[0]

    names = ["approval_list", "loss_list", "rekeying_list", "cutting_list", "cabinet_list"]
    assert [name for name in names if f'href="{reverse(name)}"' in bar] == pages
