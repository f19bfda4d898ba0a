"""The rules of key control about terms, pick-up and copies, P11 to P19; ``docs/policy-rules.md`` has all of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeyLevel, LoanTerm, TermDate, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Approval, CuttingJob, Hold, Key, Loan, Pinning
from keys.operations import (
    add_key,
    add_to_request,
    approve_request,
    check_cut_key,
    check_out,
    cut_key,
    deliver_key,
    expire_requests,
    preview_proposal,
    record_payment,
    release_expired_holds,
    renew,
    report_lost,
    send_request,
)
from keys.tests.factories import DoorFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal, Refusal
from keysite.tests.history import refused
from keysite.tests.reading import post, problems_of, text_of

TODAY = timezone.localdate


@pytest.fixture
def campus(db):
    return Campus()


def step_of(campus, request, building):
    return next(step for step in campus.steps(request) if step.building == building)


def at_the_desk(keys, borrower, clerk, **more):
    return check_out(keys=keys, borrower=borrower, by=clerk, trust=Trust.STAFF, **more)


@time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False)
def test_p11_students_have_keys_for_the_semester_at_most(key, clerk):
    """The affiliation's term decides: the end of the semester, here; a later day is refused."""
    term = LoanTermFactory(name="Semester", kind=LoanTerm.Kind.CALENDAR, days=None)
    for on in (date(2026, 7, 31), date(2027, 1, 29)):
        TermDate.objects.create(term=term, on=on)
    student = PersonFactory(affiliation=AffiliationFactory(name="Student", loan_term=term))

    with refused("Aug. 3, 2026 is too late: “Semester” ends on July 31, 2026. Choose a day until then."):
        at_the_desk([key], student, clerk, due_on=date(2026, 8, 3))
    [loan] = at_the_desk([key], student, clerk)

    assert timezone.localdate(loan.due_at) == date(2026, 7, 31)


def test_p12_a_longer_loan_is_asked_for_near_its_end_only(client, borrower, key):
    """Before the window of the term opens the page says from when on; staff may all the same."""
    term = LoanTermFactory(days=90, renewals_allowed=1, renewal_window_days=30)
    loan = LoanFactory(key=key, borrower=borrower, term=term, due_at=timezone.now() + timedelta(days=31))
    client.force_login(borrower)
    here = reverse("loan_renew", args=[loan.pk])

    answer = post(client, here)
    assert "It is too early: you may set a later date from" in " ".join(problems_of(answer))
    Loan.objects.update(due_at=timezone.now() + timedelta(days=30))
    assert post(client, here).status_code == 302


def test_p12_nor_beyond_the_day_that_was_agreed_to(campus, clerk):
    """A key that came of a request is renewed by its holder until the agreed day, no longer."""
    last = TODAY() + timedelta(days=9)
    key, request = campus.key("AA1"), add_to_request(by=campus.person, door=campus.doors["101"])
    campus.approve_all(campus.send(request, needed_until=last))
    term = LoanTermFactory(days=7, renewals_allowed=9, renewal_window_days=7)
    [loan] = at_the_desk([key], campus.person, clerk, term=term, due_on=TODAY() + timedelta(days=5))

    with time_machine.travel(timezone.now() + timedelta(days=4)):
        renew(loan=loan, by=campus.person, trust=Trust.PROVED)
        assert timezone.localdate(loan.due_at) == last
        with pytest.raises(Refusal, match="was agreed to until .* Ask the key desk for a later date"):
            renew(loan=loan, by=campus.person, trust=Trust.PROVED)
        renew(loan=loan, by=clerk, trust=Trust.STAFF, why="Until the end of the project")


def test_p13_picked_up_in_person(campus, client, clerk):
    """A key that waits is not taken from afar: the desk hands it over, to whom it names."""
    symbol = campus.symbols["AA1"]
    symbol.least_trust = Trust.PRESENT
    symbol.save()
    key = campus.key("AA1")
    campus.approve_all(campus.ask("101"))

    client.force_login(campus.person)
    answer = post(client, reverse("loan_check_out"), keys=["AA1 1"])
    assert "Ask the key desk" in " ".join(problems_of(answer)) + text_of(answer)
    assert not Loan.objects.exists()
    client.force_login(clerk)
    desk, taking = reverse("desk"), {"person": campus.person.email, "keys": ["AA1 1"], "check_out": "1"}
    post(client, reverse("desk_check_out"), page=desk, form="taking", **taking)

    loan = Loan.objects.get()
    assert (loan.key, loan.borrower, loan.out_by, loan.trust) == (key, campus.person, clerk, Trust.STAFF)


def test_p14_what_is_not_picked_up_goes_back_and_is_asked_for_anew(campus, settings):
    """After the days of the setting the key is free, and the request is over."""
    settings.PICK_UP_DAYS = 5
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    assert timezone.localdate(Hold.objects.get().until) == TODAY() + timedelta(days=5)

    release_expired_holds(at=timezone.now() + timedelta(days=6))
    expire_requests(at=timezone.now() + timedelta(days=6))

    request.refresh_from_db()
    assert (request.status, key in Key.objects.being(Key.Availability.THERE)) == ("expired", True)
    assert campus.ask("101").status == "submitted"


def test_p15_no_metal_key_to_an_electronic_door(campus):
    """Who asks for the door gets no key for it; a key that opens it besides needs its manager's word, too."""
    for label, building in (("108", campus.north), ("208", campus.south)):
        campus.doors[label] = DoorFactory(building=building, label=label, electronic_only=True)
    Pinning.objects.create(
        door=campus.doors["208"], keyset=Pinning.objects.get(door=campus.doors["101"]).keyset, since=timezone.now()
    )

    with refused(
        "No key can be given for this. Doors without a key on file: 0; only with one of too high a level: 0; "
        "no more keys may be cut: 0; electronic only: 1."
    ):
        campus.ask("108")
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA1"]))
    step = step_of(campus, request, campus.south)

    with refused("By policy nobody gets a metal key to S 208. Write why somebody should, to agree."):
        approve_request(approval=step, by=campus.other_manager)
    approve_request(approval=step, by=campus.other_manager, comment="The reader is broken until spring")


def test_p16_no_second_key_while_the_first_is_unaccounted_for(campus, clerk):
    """A lost key counts until it is paid for: no other of its symbol is asked for or handed over."""
    [loan] = at_the_desk([campus.key("AA1")], campus.person, clerk)
    report_lost(loan=loan, by=campus.person, trust=Trust.PROVED)
    second = campus.key("AA1", serial=2)

    sentence = "has lost a key AA1, and the loss is not settled. Ask the key desk about it first."
    with refused(f"{campus.person.name} {sentence}"):
        campus.ask("101")
    with pytest.raises(BasketRefusal, match="holds a key AA1 already"):
        at_the_desk([second], campus.person, clerk)
    record_payment(loan=loan, by=clerk, amount=50, note="Receipt 7")
    assert at_the_desk([second], campus.person, clerk)


def test_p17_no_more_keys_than_the_symbol_may_have(campus, key_shop):
    """Neither registered nor cut; in a request the door is named as one that stays closed."""
    campus.symbols["AA1"].most_copies = 1
    campus.symbols["AA1"].save()
    LoanFactory(key=campus.key("AA1"))

    with refused("There may be no more than 1 keys AA1. Raise that in the symbol first."):
        add_key(key=Key(symbol=campus.symbols["AA1"], serial=2), by=key_shop)
    way, unmet, *_rest = preview_proposal(add_to_request(by=campus.person, door=campus.doors["101"]))
    assert campus.symbols["AA1"].pk not in way["hand_out"]


def test_p17_nor_delivered_by_the_shop(campus, key_shop):
    """The limit may have been reached since the key was promised."""
    campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()
    cut_key(job=job, by=key_shop)
    check_cut_key(job=job, by=key_shop)
    campus.symbols["AA1"].most_copies = 0
    campus.symbols["AA1"].save()

    with refused("There may be no more than 0 keys AA1. An administrator may say why more."):
        deliver_key(job=job, by=key_shop)


def test_p18_who_is_not_cleared_yet_has_an_affiliation_that_may_hold_no_master(clerk):
    """An affiliation that only staff give and that may hold change keys only stands for temporary people."""
    campus = Campus(level=KeyLevel.CHANGE)
    campus.affiliation.may_be_chosen = False
    campus.affiliation.save()

    with pytest.raises(BasketRefusal, match="is above what"):
        at_the_desk([campus.key("A")], campus.person, clerk)


def test_p19_a_request_says_what_for_and_for_whom(campus):
    """Without a purpose, or for somebody of whom too little is known, nothing is sent."""
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    with refused("Say what the keys are for: whoever agrees reads it."):
        send_request(request=request, by=campus.person, purpose="  ", needed_from=TODAY(), needed_until=TODAY())
    campus.affiliation.identifier_required = True
    campus.affiliation.save()

    with pytest.raises(Refusal, match="borrows with an identifier"):
        campus.send(request)
    assert not Approval.objects.exists()


def test_p19_nor_without_a_name(campus):
    """Whoever agrees reads who gets the keys."""
    campus.person.first_name = campus.person.last_name = ""
    campus.person.save()

    with refused(f"{campus.person.email} has no name in the profile yet. Add it first: it goes with the request."):
        campus.ask("101")


def test_p19_and_comes_to_a_few_keys_only(campus, settings):
    """The setting says to how many."""
    settings.REQUEST_KEYS = 2

    with refused("This comes to 3 keys, and a request may have 2. Take something out, and ask for it by itself."):
        campus.ask("101", "102", "201")
