"""What people do with a key they hold: renew it, say that it is back, lost or found."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import PersonFactory
from keys.models import Loan, LossReport, Renewal
from keys.tests.factories import HoldFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

PAGES = ["loan_renew", "loan_return", "loan_lose", "loan_find"]


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


@pytest.fixture
def loan(key, borrower):
    """Out since six days, due tomorrow: renewable."""
    term = borrower.affiliation.loan_term
    return LoanFactory(key=key, borrower=borrower, term=term, due_at=timezone.now() + timedelta(days=1))


def at(name, loan):
    return reverse(name, args=[loan.pk])


@pytest.mark.parametrize("name", PAGES)
def test_the_loan_of_somebody_else_is_not_there(client, loan, name):
    client.force_login(PersonFactory())

    assert client.get(at(name, loan)).status_code == 404
    assert client.post(at(name, loan), {"once": "x", "loss": "lost"}).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_signed_out_leads_to_the_sign_in(client, loan, name):
    assert client.get(at(name, loan)).url.startswith(reverse("sign_in"))
    assert client.post(at(name, loan)).url.startswith(reverse("sign_in"))


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("pk", [0, 10**12, 10**40])
def test_no_loan_has_such_a_number(signed_in, name, pk):
    assert signed_in.get(reverse(name, args=[pk])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_looking_changes_nothing(signed_in, loan, name):
    before = Loan.objects.values().get()

    assert signed_in.get(at(name, loan)).status_code == 200
    assert Loan.objects.values().get() == before


def test_renew_says_until_when_and_does_it(signed_in, borrower, loan):
    until = timezone.localdate() + timedelta(days=7)
    assert f"{until:%A}" in text_of(signed_in.get(at("loan_renew", loan)))

    response = post(signed_in, at("loan_renew", loan))

    loan.refresh_from_db()
    assert timezone.localdate(loan.due_at) == until
    assert Renewal.objects.get().trust == Trust.PROVED
    assert "Renewed: AA1 1, now due on" in text_of(signed_in.get(response.url))


def make_overdue(loan):
    Loan.objects.update(due_at=timezone.now() - timedelta(days=2), out_at=timezone.now() - timedelta(days=9))


def make_early(loan):
    Loan.objects.update(due_at=timezone.now() + timedelta(days=30))


def use_up(loan):
    loan.term.renewals_allowed = 0
    loan.term.save()


def reserve(loan):
    HoldFactory(key=loan.key)


def claim(loan):
    Loan.objects.update(claimed_at=timezone.now(), claimed_by=loan.borrower)


def lose(loan):
    Loan.objects.update(lost_at=timezone.now(), loss="lost")


def bring_back(loan):
    Loan.objects.update(returned_at=timezone.now(), condition="good")


def block(loan):
    loan.borrower.blocked_at, loan.borrower.blocked_reason = timezone.now(), "owes a key"
    loan.borrower.save()


@pytest.mark.parametrize(
    ("name", "obstacle", "sentence"),
    [
        ("loan_renew", make_overdue, "AA1 1 is overdue."),
        ("loan_renew", make_early, "It is too early:"),
        ("loan_renew", use_up, "has no later date that you could set by yourself"),
        ("loan_renew", reserve, "Somebody else waits for AA1 1."),
        ("loan_renew", claim, "Key AA1 1 is said to be back"),
        ("loan_renew", lose, "Key AA1 1 was reported lost or broken"),
        ("loan_renew", bring_back, "Key AA1 1 is already back."),
        ("loan_renew", block, "is blocked from borrowing."),
        ("loan_return", claim, "You said so before: AA1 1 waits for the desk"),
        ("loan_return", bring_back, "Key AA1 1 is already back."),
        ("loan_lose", lose, "Key AA1 1 was reported lost or broken before."),
        ("loan_lose", bring_back, "Key AA1 1 is already back."),
        ("loan_find", bring_back, "Key AA1 1 is not reported lost."),
    ],
)
def test_each_refusal_is_a_sentence_and_changes_nothing(signed_in, loan, name, obstacle, sentence):
    obstacle(loan)
    before = Loan.objects.values().get()

    response = post(signed_in, at(name, loan), loss="lost")

    assert response.status_code == 200
    assert [sentence in line for line in problems_of(response)] == [True]
    assert Loan.objects.values().get() == before
    assert not Notice.objects.exists()


def test_renew_says_beforehand_why_not(signed_in, loan):
    make_overdue(loan)

    page = text_of(signed_in.get(at("loan_renew", loan)))

    assert "AA1 1 is overdue. Bring it back, or ask the key desk for a later date." in page
    assert "Renew until" not in page


def test_a_return_from_afar_waits_for_the_desk(signed_in, borrower, loan):
    response = post(signed_in, at("loan_return", loan))

    loan.refresh_from_db()
    assert loan.claimed_by == borrower
    assert loan.is_open
    assert "The loan ends when the desk has scanned it." in text_of(signed_in.get(response.url))


def test_a_return_closes_the_loan_where_the_symbol_allows_it(signed_in, loan):
    loan.key.symbol.claim_closes = True
    loan.key.symbol.save()
    assert "ends the loan at once" in text_of(signed_in.get(at("loan_return", loan)))

    response = post(signed_in, at("loan_return", loan))

    loan.refresh_from_db()
    assert not loan.is_open
    page = text_of(signed_in.get(response.url))
    assert "Taken back: AA1 1." in page
    assert "Nothing. Thank you." in page


@pytest.mark.parametrize("loss", ["lost", "broken"])
def test_lost_and_broken_are_told_apart(signed_in, loan, loss):
    response = post(signed_in, at("loan_lose", loan), loss=loss)

    loan.refresh_from_db()
    assert loan.loss == loss
    assert "Reported lost or broken: AA1 1." in text_of(signed_in.get(response.url))


def test_how_it_was_lost_stays_with_the_report(signed_in, loan, borrower):
    post(signed_in, at("loan_lose", loan), loss="lost", words="Left on the bus 😀", police="7/26")

    report = LossReport.objects.get()
    assert (report.source, report.reported_by) == ("holder", borrower)
    assert (report.circumstances, report.police_reference) == ("Left on the bus 😀", "7/26")


@pytest.mark.parametrize(
    "values", [{"loss": ""}, {"loss": "lost", "police": "x" * 65}, {"loss": "lost", "police": "\0"}]
)
def test_what_was_typed_about_a_loss_stays_when_it_is_refused(signed_in, loan, values):
    response = post(signed_in, at("loan_lose", loan), words="Left on the bus", **values)

    assert "Left on the bus" in response.content.decode()
    assert not LossReport.objects.exists()


@pytest.mark.parametrize("loss", ["", "stolen", "🔑", "\x00", "x" * 300])
def test_what_happened_must_be_said(signed_in, loan, loss):
    response = post(signed_in, at("loan_lose", loan), loss=loss)

    assert response.status_code == 200
    assert len(problems_of(response)) == 1
    loan.refresh_from_db()
    assert loan.lost_at is None


def test_found_again(signed_in, loan):
    lose(loan)

    response = post(signed_in, at("loan_find", loan))

    loan.refresh_from_db()
    assert loan.is_running
    assert "Reported found: AA1 1, due on" in text_of(signed_in.get(response.url))


@pytest.mark.parametrize("name", ["loan_renew", "loan_return", "loan_lose"])
def test_the_same_post_twice_does_it_once(signed_in, loan, name):
    fields = {"once": signed_in.get(at(name, loan)).context["form"]["once"].value(), "loss": "lost"}

    first, second = (signed_in.post(at(name, loan), fields) for _time in range(2))

    assert first.url == second.url
    assert Notice.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "budget"), [("loan_renew", 15), ("loan_return", 10), ("loan_lose", 13), ("loan_find", 13)]
)
def test_query_budget(signed_in, loan, name, budget):
    if name == "loan_find":
        lose(loan)
    fields = {"once": signed_in.get(at(name, loan)).context["form"]["once"].value(), "loss": "lost"}

    with queries(budget):
        response = signed_in.post(at(name, loan), fields)

    assert response.status_code == 302
