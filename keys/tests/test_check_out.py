"""Check out: who gets which key, until when, and each reason why not."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import KeyLevel, Person, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Key, Loan
from keys.operations import check_out
from keys.tests.factories import HoldFactory, KeyFactory, LoanExceptionFactory, LoanFactory
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def take(*keys, borrower, by=None, trust=Trust.STAFF, **more):
    return check_out(keys=list(keys), borrower=borrower, by=by or borrower, trust=trust, **more)


@time_machine.travel(MONDAY, tick=False)
def test_the_key_is_in_the_borrowers_hands(key, borrower, clerk, receipts):
    [loan] = take(key, borrower=borrower, by=clerk)

    loan.refresh_from_db()
    assert (loan.key, loan.borrower, loan.out_at, loan.out_by, loan.trust) == (key, borrower, MONDAY, clerk, 3)
    assert loan.due_at == datetime(2026, 3, 9, 17, tzinfo=UTC)
    assert loan.status == "Checked out"
    assert last_version(loan) == (clerk, "checked out (staff)")
    assert receipts() == [("checked_out", borrower)]


def test_at_a_kiosk_the_history_names_it_and_nobody(key, borrower):
    [loan] = check_out(keys=[key], borrower=borrower, by=None, trust=Trust.PRESENT, kiosk="Gatehouse")

    assert last_version(loan) == (None, "checked out (present, kiosk Gatehouse)")
    assert loan.out_by is None


@time_machine.travel(MONDAY, tick=False)
def test_the_clerk_may_choose_a_term_and_a_day(borrower):
    month = LoanTermFactory(days=30)

    [by_term] = take(KeyFactory(), borrower=borrower, term=month)
    [by_day] = take(KeyFactory(), borrower=borrower, due_on=date(2026, 3, 3))

    assert (by_term.term, by_term.due_at) == (month, datetime(2026, 4, 1, 16, tzinfo=UTC))  # in summer time by then
    assert (by_day.term, by_day.due_at) == (borrower.affiliation.loan_term, datetime(2026, 3, 3, 17, tzinfo=UTC))


@time_machine.travel(MONDAY, tick=False)
def test_a_day_that_the_term_does_not_allow_is_refused(key, borrower):
    with refused(
        f"March 10, 2026 is too late: “{borrower.affiliation.loan_term}” ends on March 9, 2026. "
        "Choose a day until then."
    ):
        take(key, borrower=borrower, due_on=date(2026, 3, 10))

    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"is_active": False, "deactivated_at": MONDAY}, "Ada is no longer active here. Ask the key desk."),
        ({"blocked_at": MONDAY, "blocked_reason": "Lost five"}, "Ada is blocked from borrowing. Ask the key desk."),
        ({"leaves_on": date(2020, 1, 1)}, "Ada has left. Ask the key desk to correct the date of leaving."),
        ({"affiliation": None}, "Ada has no affiliation yet. Complete the profile first."),
    ],
)
def test_who_may_not_borrow_is_told_why(key, fields, sentence):
    ada = PersonFactory(first_name="Ada", last_name="", **fields)

    with refused(sentence):
        take(key, borrower=ada)


@pytest.mark.parametrize(
    ("rule", "mended", "sentence"),
    [
        (
            {"identifier_required": True},
            {"identifier": "123"},
            "Guest borrows with an identifier. Add the university or staff number of Ada first.",
        ),
        (
            {"sponsor_required": True},
            {"sponsor": PersonFactory},
            "Guest borrows with a sponsor. Ask the key desk to name one for Ada.",
        ),
    ],
)
def test_what_an_affiliation_requires_must_be_there(key, rule, mended, sentence):
    ada = PersonFactory(first_name="Ada", last_name="", affiliation=AffiliationFactory(name="Guest", **rule))
    with refused(sentence):
        take(key, borrower=ada)
    for name, value in mended.items():
        setattr(ada, name, value() if callable(value) else value)
    ada.save()

    assert take(key, borrower=ada)


@time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), tick=False)  # the 3rd in Berlin
@pytest.mark.parametrize(("day", "may"), [(2, False), (3, True)])
def test_the_last_day_here_is_included(key, borrower, day, may):
    Person.objects.update(leaves_on=date(2026, 3, day))

    if may:
        assert take(key, borrower=borrower)
    else:
        with refused(f"{borrower.name} has left. Ask the key desk to correct the date of leaving."):
            take(key, borrower=borrower)


def test_a_retired_key_is_refused(key, borrower):
    Key.objects.update(retired_at=MONDAY, retirement="disposed", retired_reason="Worn")

    with refused("Key AA1 1 is retired. Put it aside for the key shop."):
        take(key, borrower=borrower)


def test_a_key_of_a_retired_symbol_is_refused(key, borrower):
    key.symbol.retired_at, key.symbol.retired_reason = MONDAY, "Rekeyed"
    key.symbol.save()

    with refused("Key AA1 1 belongs to a retired symbol and is not handed out any more."):
        take(key, borrower=borrower)


@time_machine.travel(MONDAY, tick=False)
def test_a_key_that_is_out_is_refused_without_saying_who_has_it(key, borrower):
    LoanFactory(key=key)

    with refused("Key AA1 1 is out; it is due back on March 9, 2026."):
        take(key, borrower=borrower)


@pytest.mark.parametrize("paid", [{}, {"paid_on": date(2026, 3, 2), "paid_amount": 5, "paid_note": "R1"}])
def test_a_lost_key_is_refused_paid_or_not(key, borrower, paid):
    person = PersonFactory()
    LoanFactory(key=key, borrower=person, lost_at=timezone.now(), loss="lost", paid_by=paid and person or None, **paid)

    with refused("Key AA1 1 was reported lost. Bring it to the key desk, which reports it found."):
        take(key, borrower=borrower)


@time_machine.travel(MONDAY, tick=False)
def test_a_key_on_hold_for_somebody_else_is_refused(key, borrower):
    HoldFactory(key=key)

    with refused("Key AA1 1 is on hold for somebody else until March 5, 2026."):
        take(key, borrower=borrower)


def test_a_hold_that_has_run_out_holds_nothing(key, borrower):
    hold = HoldFactory(key=key, held_at=MONDAY, until=MONDAY + timedelta(hours=1))

    [loan] = take(key, borrower=borrower)

    hold.refresh_from_db()
    assert hold.ended_at == loan.out_at


def test_a_key_kept_ready_needs_no_self_service_and_its_hold_ends(key, borrower):
    key.symbol.self_service = False
    key.symbol.save()
    hold = HoldFactory(key=key, person=borrower)

    [loan] = take(key, borrower=borrower, trust=Trust.PROVED)

    hold.refresh_from_db()
    assert hold.ended_at == loan.out_at
    assert last_version(hold) == (borrower, "checked out")


def test_without_self_service_only_staff_hand_it_out(key, borrower):
    key.symbol.self_service = False
    key.symbol.save()

    with refused("Key AA1 1 is handed out by the key desk only. Ask there."):
        take(key, borrower=borrower, trust=Trust.PRESENT)
    assert take(key, borrower=borrower, trust=Trust.STAFF)


def test_too_little_trust_is_refused(key, borrower):
    key.symbol.least_trust = Trust.PRESENT
    key.symbol.save()

    with refused("Key AA1 1 needs more than you have shown so far (kiosk or clerk present). Ask the key desk."):
        take(key, borrower=borrower, trust=Trust.PROVED)
    assert take(key, borrower=borrower, trust=Trust.PRESENT)


def test_an_address_that_was_only_typed_takes_nothing(key, borrower):
    with refused("Key AA1 1 needs more than you have shown so far (address proved by code). Ask the key desk."):
        take(key, borrower=borrower, trust=Trust.TYPED)


def test_a_key_above_the_affiliations_level_is_refused_even_by_staff(key, borrower):
    key.symbol.level = KeyLevel.MASTER
    key.symbol.save()

    with refused(f"AA1 1 is above what “{borrower.affiliation}” may hold (Master key; at most Change key)."):
        take(key, borrower=borrower)


SECOND = "{} holds a key AA1 already. A second one needs an exception: ask the key desk."


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"lost_at": MONDAY + timedelta(days=1), "loss": "lost"}, True),
        ({"due_at": MONDAY + timedelta(hours=1)}, True),
        ({"paid_on": date(2026, 3, 3), "paid_amount": 5, "paid_note": "R1"}, False),
        ({"returned_at": MONDAY + timedelta(days=1), "condition": "good"}, False),
    ],
)
def test_only_active_loans_count_against_the_limit(symbol, key, borrower, fields, counts):
    if "paid_on" in fields:
        fields = {"lost_at": MONDAY + timedelta(days=1), "loss": "lost", "paid_by": borrower} | fields
    LoanFactory(key=KeyFactory(symbol=symbol, serial=2), borrower=borrower, out_at=MONDAY, **fields)

    if counts:
        with refused(SECOND.format(borrower.name)):
            take(key, borrower=borrower)
    else:
        assert take(key, borrower=borrower)


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"expires_on": date(2026, 3, 3)}, True),
        ({"expires_on": date(2026, 3, 2)}, False),
        ({"expires_on": date(2026, 3, 9), "ended_at": MONDAY}, False),
    ],
)
@time_machine.travel(datetime(2026, 3, 2, 23, 30, tzinfo=UTC), tick=False)  # the 3rd in Berlin
def test_an_exception_counts_until_its_day_is_over(symbol, key, borrower, fields, counts):
    LoanFactory(key=KeyFactory(symbol=symbol), borrower=borrower)
    LoanExceptionFactory(person=borrower, symbol=symbol, **fields)

    if counts:
        assert take(key, borrower=borrower)
    else:
        with refused(SECOND.format(borrower.name)):
            take(key, borrower=borrower)


def test_an_exception_is_for_one_person_and_one_symbol(symbol, key, borrower):
    LoanFactory(key=KeyFactory(symbol=symbol), borrower=borrower)
    LoanExceptionFactory(person=borrower)
    LoanExceptionFactory(symbol=symbol)

    with refused(SECOND.format(borrower.name)):
        take(key, borrower=borrower)


def test_an_exception_has_its_own_limit(symbol, borrower):
    LoanExceptionFactory(person=borrower, symbol=symbol, limit=3)
    keys = [KeyFactory(symbol=symbol) for _number in range(4)]
    take(*keys[:3], borrower=borrower)

    with refused(f"{borrower.name} holds 3 keys AA1, as many as the exception allows."):
        take(keys[3], borrower=borrower)


def test_keys_of_one_basket_count_against_the_limit_and_one_line_refuses_all(symbol, key, borrower):
    second, other = KeyFactory(symbol=symbol, serial=2), KeyFactory()

    with pytest.raises(BasketRefusal) as refusal:
        take(key, other, second, borrower=borrower)

    assert refusal.value.lines == {second: SECOND.format(borrower.name)}
    assert not Loan.objects.exists()


def test_lines_are_judged_in_the_order_given(symbol, key, borrower):
    second = KeyFactory(symbol=symbol, serial=2)

    with pytest.raises(BasketRefusal) as refusal:
        take(second, key, borrower=borrower)

    assert list(refusal.value.lines) == [key]


def test_the_desk_may_take_the_rest(symbol, key, borrower):
    second, other = KeyFactory(symbol=symbol, serial=2), KeyFactory()

    loans = take(key, second, other, borrower=borrower, take_rest=True)

    assert [loan.key for loan in loans] == [key, other]


def test_the_rest_of_nothing_is_refused(key, borrower):
    LoanFactory(key=key)

    with pytest.raises(BasketRefusal):
        take(key, borrower=borrower, take_rest=True)


def test_a_key_scanned_twice_goes_out_once(key, borrower):
    assert len(take(key, Key.objects.get(pk=key.pk), borrower=borrower)) == 1


def test_an_empty_basket_is_refused(borrower):
    with refused("Name at least one key."):
        take(borrower=borrower)


def test_a_key_that_is_gone_refuses_the_basket(key, borrower):
    gone = KeyFactory()
    Key.objects.filter(pk=gone.pk).delete()

    with refused("One of these keys has just been changed. Please try again."):
        take(key, gone, borrower=borrower)


def test_what_was_read_before_another_change_is_judged_as_it_is_now(key, borrower):
    Person.objects.filter(pk=borrower.pk).update(blocked_at=MONDAY, blocked_reason="Lost five")
    with refused(f"{borrower.name} is blocked from borrowing. Ask the key desk."):
        take(key, borrower=borrower)

    Key.objects.update(retired_at=MONDAY, retirement="disposed", retired_reason="Worn")
    with pytest.raises(BasketRefusal, match="retired"):
        take(key, borrower=PersonFactory())


def test_one_key_and_three_cost_the_same(borrower):
    keys = [KeyFactory() for _number in range(4)]
    borrower = Person.objects.get(pk=borrower.pk)

    with queries(exactly=7):
        take(keys[0], borrower=borrower)
    with queries(exactly=7):
        take(*keys[1:], borrower=borrower)


def test_keys_kept_ready_cost_four_queries_more(borrower):
    keys = [HoldFactory(person=borrower).key for _number in range(3)]

    with queries(exactly=11):  # whether they were asked for or are for old keys, and the end of their holds
        take(*keys, borrower=borrower)
