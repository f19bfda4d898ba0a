"""The rules of key control about handing out, P01 to P19; ``docs/policy-rules.md`` has the table of all of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, KeyLevel, LoanTerm, TermDate, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Approval, CuttingJob, Hold, Key, Loan, Pinning, Proposal
from keys.operations import (
    add_key,
    add_to_request,
    approve_request,
    check_cut_key,
    check_out,
    cut_key,
    deliver_key,
    escalate_approvals,
    expire_requests,
    grant_exception,
    let_operate,
    preview_proposal,
    record_payment,
    release_expired_holds,
    renew,
    report_lost,
    send_request,
    transfer,
)
from keys.tests.factories import DoorFactory, KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal
from keysite.tests.history import refused
from keysite.tests.reading import post, problems_of, text_of

TODAY = timezone.localdate
NOT_IN_CHARGE = "You are not in charge of this today. Ask the key office to correct that."


@pytest.fixture
def campus(db):
    return Campus()


def step_of(campus, request, building=None, kind=None):
    steps = campus.steps(request)
    return next(s for s in steps if (kind or "manager") == s.kind and (building is None or s.building == building))


def asked(campus, request):
    """Who has to agree, in words."""
    return {str(step.building or step.department or step.get_kind_display()) for step in campus.steps(request)}


def at_the_desk(keys, borrower, clerk, **more):
    return check_out(keys=keys, borrower=borrower, by=clerk, trust=Trust.STAFF, **more)


def why_not(refusal):
    return next(iter(refusal.value.lines.values()))


def test_p01_a_key_is_in_the_hands_of_a_person_never_of_a_department(key):
    """A loan names one person; a department cannot be a borrower."""
    assert Department not in {field.related_model for field in Loan._meta.get_fields() if not field.auto_created}

    with pytest.raises(IntegrityError, match="borrower_id"), transaction.atomic():
        LoanFactory(key=key, borrower=None)


def test_p02_one_key_of_a_symbol_unless_an_exception_says_more(key, borrower, clerk):
    """A second key of the same symbol needs a live exception, and a third a higher limit."""
    second, third = KeyFactory(symbol=key.symbol, serial=2), KeyFactory(symbol=key.symbol, serial=3)
    at_the_desk([key], borrower, clerk)

    with pytest.raises(BasketRefusal, match="A second one needs an exception"):
        at_the_desk([second], borrower, clerk)
    grant_exception(person=borrower, symbol=key.symbol, limit=2, expires_on=TODAY(), why="Two labs", by=clerk)
    at_the_desk([second], borrower, clerk)
    with pytest.raises(BasketRefusal, match="as many as the exception allows"):
        at_the_desk([third], borrower, clerk)


def test_p03_no_second_key_to_a_door_that_is_open_already(campus):
    """Who asks for doors that the keys in hand open gets no other key for them."""
    LoanFactory(borrower=campus.person, key=campus.key("AA"))

    with refused("The keys in your hands open all of this already."):
        campus.ask("101", "102")
    request = campus.ask("101", "201")

    assert [str(line.symbol) for line in Proposal.objects.get(request=request).keys.to_hand_out()] == ["AB1"]


def test_p04_the_lowest_level_that_opens_what_is_needed(campus):
    """Where least access comes first, nobody gets a master for one room."""
    request = add_to_request(by=campus.person, door=campus.doors["101"])

    way, *_rest = preview_proposal(request)

    assert (way["hand_out"], way["beyond"]) == ([campus.symbols["AA1"].pk], 0)


def test_p05_nothing_is_cut_or_kept_ready_before_all_have_agreed(campus, key_shop, clerk):
    """The shop and the desk have nothing to do for a request until its last step is approved, and wait again when the
    key opens more since."""
    campus.key("AB1")
    request = campus.ask("101", "201")
    approve_request(approval=step_of(campus, request, campus.north), by=campus.manager)
    assert not CuttingJob.objects.exists()
    assert not Hold.objects.exists()

    approve_request(approval=step_of(campus, request, campus.south), by=campus.other_manager)
    [job] = CuttingJob.objects.for_list()
    assert (str(job.line.symbol), str(Hold.objects.get().key)) == ("AA1", "AB1 1")

    cross = Pinning.objects.now().get(door=campus.doors["102"]).keyset
    let_operate(keyset=cross, symbol=campus.symbols["AB1"], source="cross", by=key_shop)
    with pytest.raises(BasketRefusal, match="Not all in charge have agreed to what key AB1 1 opens now"):
        at_the_desk([Key.objects.get()], campus.person, clerk)


def test_p06_every_owner_agrees(campus):
    """A key that opens doors of two buildings needs both; neither may speak for the other."""
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["A"]))
    assert asked(campus, request) >= {str(campus.north), str(campus.south)}

    with refused(NOT_IN_CHARGE):
        approve_request(approval=step_of(campus, request, campus.south), by=campus.manager)
    approve_request(approval=step_of(campus, request, campus.north), by=campus.manager)

    request.refresh_from_db()
    assert request.status == "submitted"


def test_p06_the_key_office_steps_in_where_a_step_waits_too_long(campus, administrator):
    """Not before: then the office is asked, too, and its decision is on record as its own."""
    request = campus.ask("101")
    step = step_of(campus, request)
    with refused(NOT_IN_CHARGE):
        approve_request(approval=step, by=administrator)

    escalate_approvals(at=timezone.now() + timedelta(days=6))
    approve_request(approval=step, by=administrator)

    step.refresh_from_db()
    assert (step.decided_by, step.escalated_at is not None) == (administrator, True)


@pytest.mark.parametrize(
    ("symbol", "who"),
    [
        ("AA1", {"north"}),
        ("AA", {"north", "department"}),
        ("A", {"north", "south", "department", "office"}),
    ],
)
def test_p07_the_higher_the_key_the_more_have_to_agree(campus, symbol, who):
    """Rooms: the managers. From sub-masters on the head of the department, too; from masters on the key office."""
    campus.department.head = PersonFactory()
    campus.department.save()
    names = {"north": campus.north, "south": campus.south, "department": campus.department, "office": "Key office"}

    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols[symbol]))

    assert asked(campus, request) == {str(names[name]) for name in who}


def test_p08_students_never_get_a_master(clerk, administrator):
    """The highest level of the affiliation holds in a request, at the desk, and when a key is handed on."""
    campus = Campus(level=KeyLevel.CHANGE, order="fewest_keys")
    master, colleague = campus.key("AA"), PersonFactory(affiliation=AffiliationFactory(highest_level=KeyLevel.MASTER))
    [loan] = at_the_desk([master], colleague, clerk)
    name = campus.affiliation.name

    with refused(f"AA (Sub-master key) is above what “{name}” may hold. Name the doors."):
        add_to_request(by=campus.person, symbol=campus.symbols["AA"])
    request = campus.ask("101", "102", "103")
    assert {line.symbol.level for line in Proposal.objects.get(request=request).keys.all()} == {KeyLevel.CHANGE}
    sentence = f"AA 1 is above what “{name}” may hold (Sub-master key; at most Change key)."
    with pytest.raises(BasketRefusal) as refusal:
        transfer(loan=loan, borrower=campus.person, by=clerk)
    assert why_not(refusal) == sentence
    with pytest.raises(BasketRefusal) as refusal:
        at_the_desk([campus.key("AA", serial=2)], campus.person, administrator)
    assert why_not(refusal) == sentence.replace("AA 1", "AA 2")


def test_p09_an_appointment_ends(campus, client):
    """After its last day a manager decides nothing, and sees nothing of the request any more."""
    request = campus.ask("101")
    step = step_of(campus, request)
    BuildingManager.objects.filter(person=campus.manager).update(
        since=TODAY() - timedelta(days=365), until=TODAY() - timedelta(days=1)
    )

    with refused(NOT_IN_CHARGE):
        approve_request(approval=step, by=campus.manager)
    client.force_login(campus.manager)
    assert client.get(reverse("approval", args=[step.pk])).status_code == 404
    assert "Nothing waits for you." in text_of(client.get(reverse("approval_list")))


def test_p10_nobody_agrees_to_their_own_request(campus, client):
    """Neither who gets the key nor who asks for somebody else, whatever they manage."""
    for person in (campus.person, campus.colleague):
        BuildingManager.objects.create(building=campus.north, person=person, since=TODAY())
    request = campus.ask("101")
    on_behalf = campus.ask("102", person=campus.colleague)

    for row, person in [(request, campus.person), (on_behalf, campus.person), (on_behalf, campus.colleague)]:
        with refused(f"Request {row} is your own: somebody else has to decide."):
            approve_request(approval=step_of(campus, row), by=person)
        client.force_login(person)
        assert client.get(reverse("approval", args=[step_of(campus, row).pk])).status_code == 404


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
        with pytest.raises(Exception, match="was agreed to until .* Ask the key desk for a later date"):
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

    assert step_of(campus, request, campus.south).doors.get().door == campus.doors["208"]


def test_p16_no_second_key_while_the_first_is_unaccounted_for(campus, clerk):
    """A lost key counts until it is paid for: no other of its symbol is handed over."""
    [loan] = at_the_desk([campus.key("AA1")], campus.person, clerk)
    report_lost(loan=loan, by=campus.person, trust=Trust.PROVED)
    second = campus.key("AA1", serial=2)

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
    way, unmet, _refusal = preview_proposal(add_to_request(by=campus.person, door=campus.doors["101"]))
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

    with pytest.raises(Exception, match="borrows with an identifier"):
        campus.send(request)
    assert not Approval.objects.exists()
