"""The rules of key control about keeping keys, P20 to P28; ``docs/policy-rules.md`` has the table of all of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import LoanTerm, Notice, Trust
from accounts.operations import send_notices
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Loan
from keys.operations import check_out, renew, transfer
from keys.tests.factories import HookFactory, KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version, refused
from keysite.tests.reading import text_of

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def campus(db):
    return Campus()


def at_the_desk(key, borrower, clerk, **more):
    return check_out(keys=[key], borrower=borrower, by=clerk, trust=Trust.STAFF, **more)[0]


def test_p20_handing_on_is_a_return_and_a_new_loan(loan, clerk, borrower):
    """Both people have a loan of their own, and are judged and told as at the desk."""
    heir = PersonFactory()

    following = transfer(loan=loan, borrower=heir, by=clerk)

    loan.refresh_from_db()
    assert (loan.status, loan.borrower, following.borrower, following.follows) == ("Returned", borrower, heir, loan)
    assert last_version(loan) == (clerk, "handed on")


def test_p20_and_no_borrower_does_it_alone(loan, borrower, client, clerk, key_shop):
    """Handing on is a deed of the desk: of all pages only its own leads there, and only for the desk."""
    page = reverse("admin:keys_loan_transfer", args=[loan.pk])

    answers = []
    for person in (borrower, key_shop, clerk):
        client.force_login(person)
        answers.append(client.get(page).status_code)
        if answers[-1] != 200:
            client.post(page, {"borrower": key_shop.pk})

    assert answers[1:] == [403, 200]
    assert answers[0] in {302, 403}
    assert Loan.objects.get().borrower == borrower


def test_p21_what_was_agreed_to_for_one_person_is_not_handed_on_to_another(campus, clerk):
    """The key goes back first; whoever needs it next is judged by those in charge."""
    key, request = campus.key("AA1"), campus.approve_all(campus.ask("101"))
    loan = at_the_desk(key, campus.person, clerk)

    with refused(f"Key AA1 1 was agreed to for its holder only (request {request}). Take it back; others ask anew."):
        transfer(loan=loan, borrower=campus.colleague, by=clerk)
    assert Loan.objects.get().borrower == campus.person


def test_p22_no_loan_without_a_due_date(key, borrower, clerk):
    """The database has no room for one, and a term is never without an end."""
    with pytest.raises(IntegrityError, match="due_at"), transaction.atomic():
        LoanFactory(key=key, borrower=borrower, due_at=None)

    with pytest.raises(IntegrityError, match="loanterm_days_for_so_many_days_only"), transaction.atomic():
        LoanTermFactory(days=None)
    assert at_the_desk(key, borrower, clerk).due_at


def test_p22_what_is_out_for_a_year_is_looked_at(key, borrower, clerk):
    """However late its due date is, a loan is on the review list after a year, until staff renew it."""
    now = timezone.now()
    years = LoanTermFactory(days=3 * 365)
    out = {"out_at": now - timedelta(days=366), "due_at": now + timedelta(days=700)}
    loan = LoanFactory(key=key, borrower=borrower, term=years, **out)
    assert list(Loan.objects.for_review(at=now)) == [loan]

    renew(loan=loan, by=clerk, trust=Trust.STAFF, why="Has it still, seen today")

    assert not Loan.objects.for_review(at=timezone.now()).exists()


def test_p25_nothing_outside_the_register_says_what_a_key_opens(campus, client, clerk):
    """Neither the tag's page, nor the mail that calls to the pick-up, nor the receipt names a door or a level."""
    key = campus.key("AA1")
    key.hook = HookFactory(label="17")
    key.save()
    campus.approve_all(campus.ask("101"))
    anonymous = text_of(client.get(reverse("key_tag", args=[key.public_code])))
    client.force_login(campus.colleague)
    signed_in = text_of(client.get(reverse("key_tag", args=[key.public_code])))
    at_the_desk(key, campus.person, clerk)
    send_notices(contents=CONTENTS, at=timezone.now())

    letters = Notice.objects.filter(facts__event="ready") | Notice.objects.filter(kind="loan_receipt")
    for words in (anonymous, signed_in, *letters.values_list("text", flat=True)):
        assert words
        assert "101" not in words
        assert "Change key" not in words
        assert campus.north.name not in words


@time_machine.travel(MONDAY, tick=False)
def test_p26_day_keys_come_back_by_closing_time_and_a_sponsor_answers_for_them(key, clerk):
    """A contractor without a sponsor gets nothing; with one the key is due on the same day."""
    day = LoanTermFactory(name="Day", kind=LoanTerm.Kind.CLOSING_TIME, days=None)
    trade = AffiliationFactory(name="Contractor", loan_term=day, sponsor_required=True)
    contractor = PersonFactory(affiliation=trade, first_name="Kim", last_name="")

    with refused("Contractor borrows with a sponsor. Ask the key desk to name one for Kim."):
        at_the_desk(key, contractor, clerk)
    contractor.sponsor = PersonFactory()
    contractor.save()
    with refused("March 3, 2026 is too late: “Day” ends on March 2, 2026. Choose a day until then."):
        at_the_desk(key, contractor, clerk, due_on=date(2026, 3, 3))

    assert at_the_desk(key, contractor, clerk).due_at == datetime(2026, 3, 2, 17, tzinfo=UTC)


def test_p26_overnight_is_agreed_with_the_desk_which_says_why(key, clerk):
    """Whoever has a day key cannot renew it; the clerk can, and the reason stays with the loan."""
    day = LoanTermFactory(name="Day", kind=LoanTerm.Kind.CLOSING_TIME, days=None, renewals_allowed=0)
    contractor = PersonFactory(affiliation=AffiliationFactory(loan_term=day))
    week = LoanTermFactory(days=7)
    with time_machine.travel(MONDAY, tick=False):
        loan = at_the_desk(key, contractor, clerk)

        with refused("“Day” has no later date that you could set by yourself. Ask the key desk for one."):
            renew(loan=loan, by=contractor, trust=Trust.PROVED)
        renew(loan=loan, by=clerk, trust=Trust.STAFF, term=week, due_on=date(2026, 3, 3), why="Pipes burst")

    assert loan.renewals.get().why == "Pipes burst"


def test_p27_contractors_have_thirty_days_and_one_extension(clerk):
    """Term and renewals are the affiliation's: 30 days, once more by themselves, then only by staff."""
    month = LoanTermFactory(name="Contract", days=30, renewals_allowed=1, renewal_window_days=7)
    contractor = PersonFactory(affiliation=AffiliationFactory(name="Contractor", loan_term=month))
    with time_machine.travel(MONDAY, tick=False):
        loan = at_the_desk(KeyFactory(), contractor, clerk)
        assert timezone.localdate(loan.due_at) == date(2026, 4, 1)
    with time_machine.travel(MONDAY + timedelta(days=29), tick=False):
        renew(loan=loan, by=contractor, trust=Trust.PROVED)
        assert timezone.localdate(loan.due_at) == date(2026, 4, 30)

    sentence = "“Contract” lets you set 1 later date by yourself, and you have. Ask the key desk for another."
    with time_machine.travel(MONDAY + timedelta(days=58), tick=False), refused(sentence):
        renew(loan=loan, by=contractor, trust=Trust.PROVED)
