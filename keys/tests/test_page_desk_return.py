"""The desk takes keys back: one scan, no person needed, ten minutes to undo."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from keys import operations
from keys.models import Loan
from keys.tests.factories import CabinetFactory, HookFactory, KeyFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import post, text_of

DESK, PAGE = reverse("desk"), reverse("desk_return")


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def take_back(desk, *keys, **fields):
    return post(desk, PAGE, page=DESK, form="returning", keys=", ".join(keys), **fields)


@pytest.mark.parametrize("typed", ["AA1 1", "aa1/1", "code", "http://localhost/k/code/"])
def test_one_scan_takes_it_back(desk, clerk, loan, typed):
    response = take_back(desk, typed.replace("code", loan.key.public_code))

    loan.refresh_from_db()
    assert loan.returned_by == clerk
    assert loan.condition == "good"
    page = text_of(desk.get(response.url))
    assert "AA1 1 Taken back" in page
    assert "borrower@example.edu" in page
    assert Notice.objects.get().person == loan.borrower


def test_it_says_how_late_and_where_it_hangs(desk, key, borrower):
    key.hook = HookFactory(cabinet=CabinetFactory(name="Safe"), label="12")
    key.save()
    due = timezone.now() - timedelta(days=3)
    LoanFactory(key=key, borrower=borrower, out_at=due - timedelta(days=7), due_at=due)

    page = text_of(desk.get(take_back(desk, "AA1 1").url))

    assert "3 days late" in page
    assert "Hang it on Safe:12." in page


def test_a_lost_key_is_found_by_it(desk, loan):
    operations.report_lost(loan=loan, by=loan.borrower)

    take_back(desk, "AA1 1")

    loan.refresh_from_db()
    assert loan.found_at == loan.returned_at is not None


def test_a_claim_is_closed_by_it(desk, loan):
    operations.claim_return(loan=loan, by=loan.borrower)
    assert "AA1 1 Robin" in text_of(desk.get(DESK))

    take_back(desk, "AA1 1")

    assert "Nobody says so at the moment." in text_of(desk.get(DESK))


def test_broken_is_said_with_the_scan_and_retires_the_key(desk, loan):
    response = take_back(desk, "AA1 1", condition="broken")

    loan.key.refresh_from_db()
    assert loan.key.retirement == "broken"
    assert "Broken: put it aside for the key shop." in text_of(desk.get(response.url))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("BB2 5", "Key BB2 5 is not out: nobody has to bring it back."),
        ("AA1 9", "There is no key AA1 9. Check the number stamped on it."),
        ("", "Name at least one key, such as AA1 7."),
        ("🔑", "“🔑” is not a key."),
        ("x" * 300, "is not a key."),
        ("AA1 1000000000000", "There is no key AA1 1000000000000."),
    ],
)
def test_a_refused_scan_says_why_and_stays(desk, loan, typed, sentence):
    KeyFactory(symbol__symbol="BB2", serial=5)

    response = take_back(desk, typed)

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert f'value="{typed}"' in response.content.decode()
    assert "<title>Error: Desk" in response.content.decode()
    assert Loan.objects.get().is_open


def test_a_wrong_condition_is_refused(desk, loan):
    response = take_back(desk, "AA1 1", condition="melted")

    assert response.status_code == 200
    assert Loan.objects.get().is_open


def test_the_same_scan_sent_twice_is_one_return(desk, loan):
    fields = {"keys": "AA1 1", "once": desk.get(DESK).context["returning"]["once"].value()}

    first, second = (desk.post(PAGE, fields) for _time in range(2))

    assert first.url == second.url
    assert Notice.objects.count() == 1


def test_a_scan_with_htmx_answers_with_the_part_only(desk, loan):
    once = desk.get(DESK).context["returning"]["once"].value()
    headers = {"HX-Request": "true", "HX-Target": "desk-return"}

    response = desk.post(PAGE, {"keys": "AA1 1", "once": once}, headers=headers, follow=True)

    page = response.content.decode()
    assert "<html" not in page
    assert "Taken back" in page
    assert 'id="desk-lists"' in page
    assert 'hx-swap-oob="true"' in page


def test_undo_puts_it_back_into_the_hands(desk, loan):
    take_back(desk, "AA1 1")
    [(listed, form)] = desk.get(DESK).context["recent"]
    assert listed == loan

    response = desk.post(reverse("desk_undo"), {"loan": loan.pk, "once": form["once"].value()})

    loan.refresh_from_db()
    assert loan.is_open
    assert "AA1 1 Out until" in text_of(desk.get(response.url))


def test_undo_after_ten_minutes_is_refused(desk, loan):
    take_back(desk, "AA1 1")
    form = desk.get(DESK).context["recent"][0][1]
    long_ago = timezone.now() - timedelta(minutes=11)
    Loan.objects.update(out_at=long_ago, returned_at=long_ago)

    response = desk.post(reverse("desk_undo"), {"loan": loan.pk, "once": form["once"].value()})

    assert "Only the last ten minutes can be undone." in text_of(response)
    assert "Just now" not in text_of(response)


def test_a_claim_that_is_not_there_is_rejected(desk, loan):
    operations.claim_return(loan=loan, by=loan.borrower)
    [(_loan, form)] = desk.get(DESK).context["claims"]

    desk.post(reverse("desk_reject"), {"loan": loan.pk, "once": form["once"].value()})

    loan.refresh_from_db()
    assert loan.claimed_at is None
    assert "the desk cannot find it" in text_of(desk.get(DESK)) or Notice.objects.count() == 2


@pytest.mark.parametrize("loan_pk", ["", "0", "999999", "x", "\x00", "9" * 30])
@pytest.mark.parametrize("name", ["desk_undo", "desk_reject"])
def test_no_such_loan(desk, name, loan_pk):
    assert desk.post(reverse(name), {"loan": loan_pk, "once": "x"}).status_code == 404


def test_the_key_shop_takes_back_but_does_not_hand_out(client, key_shop, loan):
    client.force_login(key_shop)
    page = client.get(DESK).content.decode()
    assert 'id="desk-return"' in page
    assert 'id="desk-check-out"' not in page

    take_back(client, "AA1 1")

    assert not Loan.objects.get().is_open
    assert client.post(reverse("desk_check_out")).status_code == 403
    assert client.post(reverse("desk_undo")).status_code == 403


@pytest.mark.parametrize("who", ["borrower", "auditor", "technician", "building_manager"])
def test_the_desk_is_for_those_who_work_there(client, request, loan, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(DESK).status_code == 403
    assert client.post(PAGE, {"keys": "AA1 1"}).status_code == 403


def test_the_desk_asks_for_a_staff_sign_in(client, clerk, loan):
    client.force_login(clerk, methods=("email",))

    assert client.get(DESK).status_code == 302
    assert client.post(PAGE, {"keys": "AA1 1"}).status_code == 302
    assert Loan.objects.get().is_open


def test_by_get_nothing_happens(desk):
    for name in ("desk_return", "desk_check_out", "desk_undo", "desk_reject"):
        assert desk.get(reverse(name)).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget(desk, borrower, count):
    loans = LoanFactory.create_batch(count, borrower=borrower)
    fields = {
        "keys": ", ".join(str(loan.key) for loan in loans),
        "once": desk.get(DESK).context["returning"]["once"].value(),
    }

    with queries(12):
        response = desk.post(PAGE, fields)

    assert response.status_code == 302
    assert {loan.trust for loan in Loan.objects.all()} == {Trust.STAFF}
