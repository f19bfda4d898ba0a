"""The page on which people take keys by themselves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeyLevel, Notice, Trust
from accounts.tests.factories import AffiliationFactory, PersonFactory
from keys.models import Loan
from keys.tests.factories import HoldFactory, KeyFactory, LoanExceptionFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

PAGE = reverse("loan_check_out")


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


def test_two_keys_go_out_in_one_basket(signed_in, borrower, key):
    other = KeyFactory(symbol__symbol="BB2", serial=5)

    response = post(signed_in, PAGE, keys=["aa1 1", "", other.public_code.lower()])

    loans = list(Loan.objects.order_by("pk"))
    assert [(loan.key, loan.borrower, loan.trust) for loan in loans] == [
        (key, borrower, Trust.PROVED),
        (other, borrower, Trust.PROVED),
    ]
    notice = Notice.objects.get()
    assert response.url == reverse("receipt", args=[notice.public_id])
    page = text_of(signed_in.get(response.url))
    assert "Checked out: AA1 1, BB2 5, due on" in page
    assert page.count("Checked out") == 3  # what happened, and both keys with their status


def test_signed_out_leads_to_the_sign_in(client, db):
    response = client.get(f"{PAGE}?key=ABCDEFGH23")

    assert response.status_code == 302
    assert response.url == f"{reverse('sign_in')}?next=/keys/check-out/%3Fkey%3DABCDEFGH23"


def test_a_scanned_tag_fills_in_the_key(signed_in, key):
    assert 'value="AA1 1"' in signed_in.get(f"{PAGE}?key={key.public_code.lower()}").content.decode()
    assert signed_in.get(f"{PAGE}?key=%00").status_code == 200
    assert signed_in.get(f"{PAGE}?key={'x' * 3000}").status_code == 200


def test_the_page_says_when_keys_are_due(signed_in, borrower):
    due = timezone.localdate() + timedelta(days=borrower.affiliation.loan_term.days)

    assert f"{due:%A}" in text_of(signed_in.get(PAGE))


def retire(key, borrower):
    key.retired_at, key.retirement, key.retired_reason = timezone.now(), "disposed", "bent"
    key.save()


def retire_symbol(key, borrower):
    key.symbol.retired_at, key.symbol.retired_reason = timezone.now(), "rekeyed"
    key.symbol.save()


def lose(key, borrower):
    LoanFactory(key=key, lost_at=timezone.now(), loss="lost")


def lend(key, borrower):
    LoanFactory(key=key)


def hold(key, borrower):
    HoldFactory(key=key)


def block(key, borrower):
    borrower.blocked_at, borrower.blocked_reason = timezone.now(), "owes a key"
    borrower.save()


def leave(key, borrower):
    borrower.leaves_on = timezone.localdate() - timedelta(days=2)
    borrower.save()


def ask_identifier(key, borrower):
    borrower.affiliation = AffiliationFactory(identifier_required=True, name="Student")
    borrower.save()


def forget_affiliation(key, borrower):
    borrower.affiliation = None
    borrower.save()


def ask_sponsor(key, borrower):
    borrower.affiliation = AffiliationFactory(sponsor_required=True, name="Guest")
    borrower.save()


def make_master(key, borrower):
    key.symbol.level = KeyLevel.MASTER
    key.symbol.save()


def keep_for_the_desk(key, borrower):
    key.symbol.self_service = False
    key.symbol.save()


def ask_more_trust(key, borrower):
    key.symbol.least_trust = Trust.PRESENT
    key.symbol.save()


def hold_one(key, borrower):
    LoanFactory(key=KeyFactory(symbol=key.symbol, serial=90), borrower=borrower)


def hold_two_of_two(key, borrower):
    LoanExceptionFactory(person=borrower, symbol=key.symbol, limit=2)
    for serial in (90, 91):
        LoanFactory(key=KeyFactory(symbol=key.symbol, serial=serial), borrower=borrower)


@pytest.mark.parametrize(
    ("obstacle", "sentence"),
    [
        (retire, "Key AA1 1 is retired."),
        (retire_symbol, "Key AA1 1 belongs to a retired symbol"),
        (lose, "Key AA1 1 was reported lost."),
        (lend, "Key AA1 1 is out; it is due back on"),
        (hold, "Key AA1 1 is on hold for somebody else until"),
        (block, "is blocked from borrowing."),
        (leave, "has left."),
        (ask_identifier, "Student borrows with an identifier."),
        (forget_affiliation, "has no affiliation yet."),
        (ask_sponsor, "Guest borrows with a sponsor."),
        (make_master, "AA1 1 is above what"),
        (keep_for_the_desk, "Key AA1 1 is handed out by the key desk only."),
        (ask_more_trust, "Key AA1 1 needs more than you have shown so far"),
        (hold_one, "holds a key AA1 already."),
        (hold_two_of_two, "holds 2 keys AA1, as many as the exception allows."),
    ],
)
def test_every_refusal_keeps_what_was_typed_and_changes_nothing(signed_in, borrower, key, obstacle, sentence):
    free = KeyFactory(symbol__symbol="BB2", serial=5)
    obstacle(key, borrower)
    before = Loan.objects.count()

    response = post(signed_in, PAGE, keys=["AA1 1", "BB2 5"], due_on="")

    assert response.status_code == 200
    assert [sentence in line for line in problems_of(response)] == [True]
    page = response.content.decode()
    assert "<title>Error: Check out keys" in page
    assert 'value="AA1 1"' in page
    assert 'value="BB2 5"' in page
    assert Loan.objects.count() == before
    assert not free.loans.exists()


def test_each_refused_line_has_its_sentence_beside_it(signed_in, key):
    LoanFactory(key=key)
    retired = KeyFactory(symbol__symbol="BB2", serial=5)
    retire(retired, None)
    KeyFactory(symbol__symbol="CC3", serial=1)

    response = post(signed_in, PAGE, keys=["AA1 1", "CC3 1", "BB2 5"])

    page = response.content.decode()
    assert len(problems_of(response)) == 2
    assert 'href="#id_keys_0"' in page
    assert 'href="#id_keys_2"' in page
    assert page.index("id_keys_0_error") < page.index("CC3 1") < page.index("id_keys_2_error")
    assert "id_keys_1_error" not in page


def test_a_corrected_form_goes_through(signed_in, key):
    refused = post(signed_in, PAGE, keys=["AA1 1", "AA1 99"])
    once = refused.context["form"]["once"].value()

    response = signed_in.post(PAGE, {"keys": ["AA1 1"], "once": once})

    assert response.status_code == 302
    assert Loan.objects.get().key == key


def test_the_same_post_ten_times_makes_one_loan(signed_in, key):
    fields = {"keys": ["AA1 1"], "once": signed_in.get(PAGE).context["form"]["once"].value()}

    answers = {signed_in.post(PAGE, fields).url for _time in range(10)}

    assert len(answers) == 1
    assert Loan.objects.count() == 1
    assert Notice.objects.count() == 1


def test_a_used_form_with_other_keys_is_refused(signed_in, key):
    KeyFactory(symbol__symbol="BB2", serial=5)
    once = signed_in.get(PAGE).context["form"]["once"].value()
    signed_in.post(PAGE, {"keys": ["AA1 1"], "once": once})

    response = signed_in.post(PAGE, {"keys": ["BB2 5"], "once": once})

    assert "was sent before with other values" in problems_of(response)[0]
    assert Loan.objects.count() == 1


def test_a_form_key_of_somebody_else_is_another_one(signed_in, client, key):
    other = KeyFactory(symbol__symbol="BB2", serial=5)
    once = signed_in.get(PAGE).context["form"]["once"].value()
    signed_in.post(PAGE, {"keys": ["AA1 1"], "once": once})
    client.force_login(PersonFactory())

    client.post(PAGE, {"keys": ["BB2 5"], "once": once})

    assert other.loans.count() == 1


@pytest.mark.parametrize(
    ("due_on", "sentence"),
    [
        ("1966-10-14", "is past. Choose a day until"),
        ("2199-12-31", "is too late:"),
        ("9999-12-31", "Look at the year:"),
        ("0001-01-01", "Look at the year:"),
        ("tomorrow", "This is not a day. Type it as year-month-day, such as 2026-05-03."),
        ("2026-02-30", "This is not a day."),
        ("🔑", "This is not a day."),
        ("\x00", "This is not a day."),
    ],
)
def test_a_wrong_day_is_refused(signed_in, key, due_on, sentence):
    response = post(signed_in, PAGE, keys=["AA1 1"], due_on=due_on)

    assert [sentence in line for line in problems_of(response)] == [True]
    assert 'value="AA1 1"' in response.content.decode()
    assert not Loan.objects.exists()


def test_an_earlier_day_is_taken_over(signed_in, key):
    day = timezone.localdate() + timedelta(days=3)

    post(signed_in, PAGE, keys=["AA1 1"], due_on=day.isoformat())

    assert timezone.localdate(Loan.objects.get().due_at) == day


@pytest.mark.parametrize("typed", ["x" * 300, "🔑", "A\x00A", "AA1 0", "AA1 1000000000000", "AA1", "' OR 1=1 --"])
def test_bad_lines_get_a_sentence(signed_in, key, typed):
    response = post(signed_in, PAGE, keys=[typed])

    assert response.status_code == 200
    assert len(problems_of(response)) == 1
    assert not Loan.objects.exists()


def test_a_line_more_is_asked_for_without_taking_anything(signed_in, key):
    LoanFactory(key=KeyFactory(symbol__symbol="BB2", serial=5))

    response = post(signed_in, PAGE, keys=["AA1 1", "BB2 5", "ZZ 9"], more="1")

    page = response.content.decode()
    assert page.count('name="keys"') == 4
    assert "Key BB2 5 is out" in page
    assert "There is no key ZZ 9" in page
    assert Loan.objects.count() == 1


def test_nothing_typed_is_one_problem_unless_a_line_is_asked_for(signed_in, db):
    assert problems_of(post(signed_in, PAGE, keys=[""])) == ["Name at least one key, such as AA1 7."]
    assert problems_of(post(signed_in, PAGE, keys=[""], more="1")) == []


def test_a_clerk_is_a_borrower_like_any_other_here(client, clerk, key):
    keep_for_the_desk(key, clerk)
    client.force_login(clerk)

    response = post(client, PAGE, keys=["AA1 1"])

    assert "is handed out by the key desk only" in problems_of(response)[0]


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget(signed_in, borrower, count):
    keys = KeyFactory.create_batch(count)
    fields = {
        "keys": [str(key) for key in keys],
        "once": signed_in.get(PAGE).context["form"]["once"].value(),
    }

    with queries(13):
        response = signed_in.post(PAGE, fields)

    assert response.status_code == 302
    assert Loan.objects.count() == count
