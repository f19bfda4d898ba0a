"""Fees on pages: one's own, the appeal, and what the desk takes."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import Charge, Loan
from keys.operations import appeal_charge, pay_charge, reject_appeal, report_lost, waive_charge
from keys.tests.factories import ChargeFactory, KeyFactory
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

LIST = reverse("charge_list")
DESK = reverse("desk")


@pytest.fixture
def charge(loan, clerk):
    report_lost(loan=loan, by=clerk)
    return ChargeFactory(loan=loan, amount=Decimal("50.00"))


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


def appeal_of(charge):
    return reverse("charge_appeal", args=[charge.pk])


def payment_of(charge):
    return reverse("charge_pay", args=[charge.pk])


def test_without_a_fee_nothing_is_owed(signed_in):
    ChargeFactory()

    assert "You owe nothing." in text_of(signed_in.get(LIST))


def test_what_is_open_comes_first_with_what_it_comes_to(signed_in, charge, borrower, administrator):
    more = [ChargeFactory(loan__borrower=borrower, amount=7) for _number in range(5)]
    pay_charge(charge=more[0], by=administrator, note="R17")
    waive_charge(charge=more[1], by=administrator, reason="Stolen, with a report")
    appeal_charge(charge=more[2], by=borrower, text="Not mine")
    appeal_charge(charge=more[3], by=borrower, text="Not mine")
    reject_appeal(charge=more[3], by=administrator, reason="It was yours")

    page = text_of(signed_in.get(LIST))

    assert "You owe 64.00 EUR. Pay at the key desk" in page  # what is under appeal need not be paid
    assert "AA1 1 Charged 50.00 EUR Key lost" in page
    assert "You appealed on" in page
    assert "Your appeal was rejected: It was yours" in page
    settled = page[page.index("Settled") :]
    assert "Paid Key lost" in settled
    assert ", R17" in settled
    assert "Stolen, with a report" in settled


def test_the_list_asks_as_often_for_three_as_for_one(signed_in, charge, borrower):
    with queries(exactly=3):
        signed_in.get(LIST)
    for _number in range(2):
        ChargeFactory(loan__borrower=borrower)
    with queries(exactly=3):
        signed_in.get(LIST)


def test_an_appeal_is_written_once(signed_in, charge):
    assert appeal_of(charge) in signed_in.get(LIST).content.decode()

    response = post(signed_in, appeal_of(charge), text="The bag was stolen.")

    assert response.url == LIST
    charge.refresh_from_db()
    assert (charge.appeal, charge.is_appealed) == ("The bag was stolen.", True)
    page = signed_in.get(appeal_of(charge))
    assert "You wrote: The bag was stolen." in text_of(page)
    assert "Send the appeal" not in text_of(page)


def test_a_double_click_is_one_appeal(signed_in, charge):
    once = signed_in.get(appeal_of(charge)).context["form"]["once"].value()
    answers = [signed_in.post(appeal_of(charge), {"once": once, "text": "Stolen"}).url for _number in range(2)]

    assert answers == [LIST, LIST]
    assert charge.history.filter(appeal="Stolen").count() == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Say why the fee should be waived."),
        ("  ", "Say why the fee should be waived."),
        ("x" * 1001, "Say it in 1000 characters, or bring more to the desk."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_a_bad_appeal_gets_a_sentence_and_stays_typed(signed_in, charge, text, problem):
    response = post(signed_in, appeal_of(charge), text=text)

    assert problems_of(response) == [problem]
    assert response.status_code == 200
    assert "x" * 1001 not in text or "x" * 1001 in response.content.decode()
    assert not Charge.objects.appealed().exists()


def test_an_appeal_against_what_was_paid_meanwhile_is_refused_in_words(signed_in, charge, clerk):
    once = signed_in.get(appeal_of(charge)).context["form"]["once"].value()
    pay_charge(charge=charge, by=clerk, note="R1")

    response = signed_in.post(appeal_of(charge), {"once": once, "text": "Stolen 🔑"})

    assert problems_of(response) == ["The fee for AA1 1 (50.00 EUR) has been paid."]


@pytest.mark.parametrize("page", [appeal_of, payment_of])
def test_the_fee_of_somebody_else_is_not_theirs(client, charge, page):
    client.force_login(PersonFactory())

    assert client.get(page(charge)).status_code in {403, 404}
    assert client.post(page(charge), {"once": "x", "text": "x", "note": "x"}).status_code in {403, 404}


@pytest.mark.parametrize("pk", [0, 10**12, 10**40])
def test_no_fee_has_such_a_number(client, clerk, pk):
    client.force_login(clerk)
    for name in ("charge_appeal", "charge_pay"):
        assert client.get(reverse(name, args=[pk])).status_code == 404


def test_the_first_page_says_what_is_owed(signed_in, charge):
    page = text_of(signed_in.get(reverse("start")))

    assert "Fees AA1 1 50.00 EUR Key lost My fees" in page


def test_the_desk_sees_what_somebody_owes_and_takes_it(client, clerk, charge, borrower):
    client.force_login(clerk)
    key = KeyFactory()

    desk = client.get(f"{DESK}?key={key.public_code}&person={borrower.pk}")
    assert "Owes 50.00 EUR for AA1 1" in text_of(desk)
    assert payment_of(charge) in desk.content.decode()
    response = post(client, payment_of(charge), note="R17")

    assert response.url == f"{DESK}?loan={charge.loan_id}"
    assert "AA1 1 Paid for" in text_of(client.get(response.url))
    assert Loan.objects.get(pk=charge.loan_id).paid_note == "R17"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"note": ""}, "Add the number of the receipt."),
        ({"note": "R1", "paid_on": "soon"}, "This is not a day. Type it as year-month-day, such as 2026-05-03."),
        (
            {"note": "R1", "paid_on": timezone.localdate() + timedelta(days=2)},
            "The day of payment is still to come. Give today or an earlier day.",
        ),
        ({"note": "x" * 300}, "Ensure this value has at most 200 characters (it has 300)."),
    ],
)
def test_a_bad_payment_gets_a_sentence_and_stays_typed(client, clerk, charge, typed, problem):
    client.force_login(clerk)

    response = post(client, payment_of(charge), **typed)

    assert problems_of(response) == [problem]
    assert str(typed["note"]) in response.content.decode()
    assert not Charge.objects.paid().exists()


def test_who_only_takes_keys_back_takes_no_money(client, key_shop, charge, borrower):
    client.force_login(key_shop)

    assert client.get(payment_of(charge)).status_code == 403


def test_the_payment_page_asks_so_often(client, clerk, charge):
    client.force_login(clerk)
    page = client.get(payment_of(charge))
    with queries(exactly=5):
        client.get(payment_of(charge))
    with queries(exactly=15):
        client.post(payment_of(charge), {"once": page.context["form"]["once"].value(), "note": "R1"})
