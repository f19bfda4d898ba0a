"""The rules of key control about handing out, P01 to P10; ``docs/policy-rules.md`` has the table of all of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, KeyLevel, Trust
from accounts.tests.factories import AffiliationFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import CuttingJob, Hold, Key, Loan, Pinning, Proposal
from keys.operations import (
    add_to_request,
    approve_request,
    check_out,
    delegate_approvals,
    escalate_approvals,
    grant_exception,
    let_operate,
    preview_proposal,
    transfer,
)
from keys.tests.factories import KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal
from keysite.tests.history import refused
from keysite.tests.reading import text_of

TODAY = timezone.localdate
NOT_IN_CHARGE = "You are not in charge of this today. Ask the key office to correct that."


@pytest.fixture
def campus(db):
    return Campus()


def step_of(campus, request, building=None):
    return next(step for step in campus.steps(request) if building is None or step.building == building)


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


def test_p03_whoever_agrees_reads_that_a_key_is_the_second_to_its_doors(campus):
    """A key that is asked for by name, while others in hand open all of its doors, is not refused but pointed out."""
    LoanFactory(borrower=campus.person, key=campus.key("AA"))

    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA1"]))

    [way] = Proposal.objects.get(request=request).ways
    assert way["doubled"] == [campus.symbols["AA1"].pk]


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


def test_p10_nor_whoever_stands_in_for_them(campus):
    """Whoever asks gives nobody a say in it."""
    BuildingManager.objects.create(building=campus.north, person=campus.person, since=TODAY())
    stand_in = PersonFactory()
    delegate_approvals(by=campus.person, deputy=stand_in, since=TODAY(), until=TODAY())

    request = campus.ask("101")

    with refused(NOT_IN_CHARGE):
        approve_request(approval=step_of(campus, request), by=stand_in)
