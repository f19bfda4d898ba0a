"""Who agrees: whoever is in charge of a door today, nobody to their own request, all before a key is handed over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import PersonFactory
from assets.models import BuildingManager
from keys.models import Approval, CuttingJob, Hold, KeyRequest, Pinning, Proposal, ProposedKey
from keys.operations import (
    add_to_request,
    approve_request,
    cancel_job,
    check_cut_key,
    check_out,
    choose_way,
    cut_key,
    delegate_approvals,
    deliver_key,
    end_delegation,
    escalate_approvals,
    expire_requests,
    let_operate,
    pin_door,
    reject_request,
    release_expired_holds,
    revalidate_request,
    withdraw_request,
    write_message,
)
from keys.tests.factories import DoorFactory
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused

TODAY = timezone.localdate()


@pytest.fixture
def campus(db):
    return Campus()


def step_of(campus, request, building=None):
    return next(step for step in campus.steps(request) if building is None or step.building_id == building.pk)


def collect(campus, *keys, by):
    return check_out(keys=list(keys), borrower=campus.person, by=by, trust=Trust.STAFF)


def test_with_the_last_step_a_key_in_stock_is_kept_ready(campus):
    key = campus.key("AA1")
    request = campus.ask("101")

    approve_request(approval=step_of(campus, request), by=campus.manager, comment="Fine")

    request.refresh_from_db()
    hold = Hold.objects.get()
    assert (request.status, hold.key, hold.person) == ("approved", key, campus.person)
    assert timezone.localdate(hold.until) == TODAY + timedelta(days=7)
    step = Approval.objects.get()
    assert (step.approved, step.decided_by, step.comment) == (True, campus.manager, "Fine")
    events = [notice.facts["event"] for notice in Notice.objects.filter(person=campus.person, kind="key_request")]
    assert events == ["sent", "approved", "ready"]


def test_both_buildings_have_to_agree(campus):
    campus.key("AA1")
    campus.key("AB1")
    request = campus.ask("101", "201")

    approve_request(approval=step_of(campus, request, campus.north), by=campus.manager)

    request.refresh_from_db()
    assert request.status == "submitted"
    assert not Hold.objects.exists()
    approve_request(approval=step_of(campus, request, campus.south), by=campus.other_manager)
    assert Hold.objects.count() == 2


def test_one_rejection_ends_it_with_a_reason_that_is_read(campus):
    request = campus.ask("101", "201")

    with refused("Say why: whoever asked reads it."):
        reject_request(approval=step_of(campus, request, campus.north), by=campus.manager, reason=" ")
    reject_request(approval=step_of(campus, request, campus.north), by=campus.manager, reason="Not your lab")

    request.refresh_from_db()
    assert (request.status, request.reason) == ("rejected", "Not your lab")
    assert last_version(request) == (campus.manager, "rejected")
    stale = Approval.objects.get(building=campus.south)
    with refused(f"Request {request} is decided already, or is not asked of you any more."):
        approve_request(approval=stale, by=campus.other_manager)


def test_nobody_agrees_to_their_own_request_nor_to_what_they_ask_for_others(campus):
    BuildingManager.objects.create(building=campus.north, person=campus.person, since=TODAY)

    request = campus.ask("101")
    with refused(f"Request {request} is your own: somebody else has to decide."):
        approve_request(approval=step_of(campus, request), by=campus.person)
    other = campus.ask("102", person=campus.colleague)
    with refused(f"Request {other} is your own: somebody else has to decide."):
        approve_request(approval=step_of(campus, other), by=campus.person)


def test_nobody_out_of_scope_nor_before_or_after_the_appointment(campus):
    past = campus.manages(campus.north, since=TODAY - timedelta(days=9), until=TODAY - timedelta(days=1))
    future = campus.manages(campus.north, since=TODAY + timedelta(days=1))
    request = campus.ask("101")

    for person in (campus.other_manager, past, future):
        with refused("You are not in charge of this today. Ask the key office to correct that."):
            approve_request(approval=step_of(campus, request), by=person)
    assert request.approvals.get().decided_at is None


def test_any_one_of_the_deputies_of_a_building_and_whoever_stands_in(campus):
    deputy, stand_in = campus.manages(campus.north), PersonFactory()
    delegate_approvals(by=deputy, deputy=stand_in, since=TODAY, until=TODAY)
    request = campus.ask("101")

    approve_request(approval=step_of(campus, request), by=stand_in)

    assert Approval.objects.get().decided_by == stand_in


def test_a_delegation_ends_and_goes_no_further(campus):
    stand_in, next_one = campus.other_manager, PersonFactory()
    delegation = delegate_approvals(by=campus.manager, deputy=stand_in, since=TODAY, until=TODAY)
    delegate_approvals(by=stand_in, deputy=next_one, since=TODAY, until=TODAY)
    request = campus.ask("101")

    with refused("You are not in charge of this today. Ask the key office to correct that."):
        approve_request(approval=step_of(campus, request), by=next_one)
    end_delegation(delegation=delegation, by=campus.manager)
    with refused("You are not in charge of this today. Ask the key office to correct that."):
        approve_request(approval=step_of(campus, request), by=stand_in)
    with refused("This delegation has ended already."):
        end_delegation(delegation=delegation, by=campus.manager)


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        ((0, -1), "Give the first and the last day of your absence, a year at most."),
        ((-9, -1), "Give the first and the last day of your absence, a year at most."),
        ((0, 400), "Give the first and the last day of your absence, a year at most."),
    ],
)
def test_a_delegation_of_days_that_make_no_sense_is_refused(campus, days, sentence):
    since, until = (TODAY + timedelta(days=day) for day in days)

    with refused(sentence):
        delegate_approvals(by=campus.manager, deputy=PersonFactory(), since=since, until=until)
    with refused("Name somebody else, who is active here."):
        delegate_approvals(by=campus.manager, deputy=campus.manager, since=TODAY, until=TODAY)


def test_the_key_office_decides_where_nobody_is_in_charge_and_where_it_waits_too_long(campus, administrator):
    request = campus.ask("101", "201")
    BuildingManager.objects.filter(building=campus.south).delete()

    approve_request(approval=step_of(campus, request, campus.south), by=administrator)
    with refused("You are not in charge of this today. Ask the key office to correct that."):
        approve_request(approval=step_of(campus, request, campus.north), by=administrator)
    Approval.objects.update(due_at=timezone.now())
    escalate_approvals(at=timezone.now())
    escalate_approvals(at=timezone.now())
    approve_request(approval=step_of(campus, request, campus.north), by=administrator)

    assert Notice.objects.filter(facts__event="escalated", person=administrator).count() == 1


def test_masters_need_the_head_of_the_department_and_the_key_office(campus, administrator):
    head = PersonFactory()
    campus.department.head = head
    campus.department.save()
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["A"]))

    deciders = {"manager": None, "head": head, "office": administrator}
    managers = {campus.north.pk: campus.manager, campus.south.pk: campus.other_manager}
    for step in campus.steps(request):
        approve_request(approval=step, by=deciders[step.kind] or managers[step.building_id])

    assert CuttingJob.objects.get().line.symbol == campus.symbols["A"]


def test_another_way_is_chosen_with_a_reason_and_who_was_not_asked_is_asked(campus):
    request = campus.ask("101", "102", "201")
    proposal = Proposal.objects.get()
    ways = [len(way["hand_out"]) for way in proposal.ways]
    fewest = ways.index(min(ways))

    with refused("Say why these keys are better."):
        choose_way(approval=step_of(campus, request, campus.north), by=campus.manager, way=fewest, reason="")
    with refused("There is no such alternative. Open the request again."):
        choose_way(approval=step_of(campus, request, campus.north), by=campus.manager, way=99, reason="Less to carry")
    choose_way(approval=step_of(campus, request, campus.north), by=campus.manager, way=fewest, reason="Less to carry")

    current = Proposal.objects.current().get()
    assert (current.chosen_by, current.reason) == (campus.manager, "Less to carry")
    assert ProposedKey.objects.current().to_hand_out().count() == min(ways)


def test_asking_back_waits_for_an_answer(campus):
    request = campus.ask("101")

    write_message(request=request, by=campus.manager, text="What for?", ask_back=True)
    request.refresh_from_db()
    assert request.asked_back_at
    write_message(request=request, by=campus.person, text="My desk is there")

    request.refresh_from_db()
    assert request.asked_back_at is None
    to = [notice.person for notice in Notice.objects.filter(facts__event="message").order_by("pk")]
    assert to == [campus.person, campus.manager]
    with refused("Write something first."):
        write_message(request=request, by=campus.person, text=" ")


def test_a_key_that_is_not_there_is_cut_checked_and_delivered_with_the_next_serial(campus, key_shop):
    campus.key("AA1", serial=7)
    Hold.objects.create(
        key=campus.symbols["AA1"].keys.get(),
        person=campus.colleague,
        until=timezone.now() + timedelta(days=1),
        held_at=timezone.now(),
        held_by=key_shop,
    )
    request = campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()

    with refused("Key AA1 is not cut and checked yet."):
        deliver_key(job=job, by=key_shop)
    cut_key(job=job, by=key_shop)
    with refused("Key AA1 is cut already."):
        cut_key(job=job, by=key_shop)
    check_cut_key(job=job, by=key_shop)
    key = deliver_key(job=job, by=key_shop)

    assert str(key) == "AA1 8"
    assert last_version(key) == (key_shop, f"cut for {request}")
    assert Hold.objects.get(key=key).person == campus.person
    with refused("Key AA1 is at the desk already, or not wanted any more."):
        cancel_job(job=job, by=key_shop)


def test_a_master_is_checked_by_somebody_else(campus, key_shop, administrator):
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["A"]))
    managers = {campus.north.pk: campus.manager, campus.south.pk: campus.other_manager, None: administrator}
    for step in campus.steps(request):
        approve_request(approval=step, by=managers[step.building_id])
    job = CuttingJob.objects.get()
    cut_key(job=job, by=key_shop)

    with refused("A is a master: somebody else than who has cut it checks it."):
        check_cut_key(job=job, by=key_shop)
    check_cut_key(job=job, by=administrator)


def test_no_more_copies_than_the_symbol_may_have_without_an_administrators_reason(campus, key_shop, administrator):
    request = campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()
    cut_key(job=job, by=key_shop)
    check_cut_key(job=job, by=key_shop)
    campus.key("AA1", serial=3)
    campus.symbols["AA1"].most_copies = 1
    campus.symbols["AA1"].save()

    for by, reason in [(key_shop, "Needed"), (administrator, "")]:
        with refused("There may be no more than 1 keys AA1. An administrator may say why more."):
            deliver_key(job=job, by=by, reason=reason)
    key = deliver_key(job=job, by=administrator, reason="Two people share it")

    assert last_version(key) == (administrator, f"cut for {request}: Two people share it")


def test_the_hold_becomes_a_loan_at_the_desk_due_when_it_is_not_needed_any_more(campus, clerk):
    key = campus.key("AA1")
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    campus.send(request, needed_until=TODAY + timedelta(days=2))
    campus.approve_all(request)

    [loan] = collect(campus, key, by=clerk)

    request.refresh_from_db()
    assert (request.status, ProposedKey.objects.to_hand_out().get().loan) == ("done", loan)
    assert timezone.localdate(loan.due_at) == TODAY + timedelta(days=2)
    assert Hold.objects.get().ended_at


def test_when_a_rekeying_makes_the_key_open_another_door_its_manager_is_asked_first(campus, clerk):
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    keyset = Pinning.objects.now().get(door=campus.doors["201"]).keyset
    let_operate(keyset=keyset, symbol=campus.symbols["AA1"], source="cross", by=clerk)

    with pytest.raises(
        BasketRefusal, match=f"Not all in charge have agreed to what key AA1 1 opens now. Look at request {request}"
    ):
        collect(campus, key, by=clerk)
    assert not revalidate_request(request=request, by=clerk)
    approve_request(approval=step_of(campus, request, campus.south), by=campus.other_manager)
    collect(campus, key, by=clerk)

    request.refresh_from_db()
    assert request.status == "done"


def test_when_a_door_more_of_the_same_building_is_opened_its_manager_is_asked_again(campus, clerk):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    keyset = Pinning.objects.now().get(door=campus.doors["101"]).keyset
    pin_door(door=DoorFactory(building=campus.north, label="109"), keyset=keyset, by=clerk)

    revalidate_request(request=request, by=clerk)

    request.refresh_from_db()
    [step] = campus.steps(request)
    assert (request.status, step.decided_at, step.doors.count()) == ("submitted", None, 2)


def test_what_opens_more_before_the_last_step_is_asked_for_then(campus, clerk):
    request = campus.ask("101")
    keyset = Pinning.objects.now().get(door=campus.doors["201"]).keyset
    let_operate(keyset=keyset, symbol=campus.symbols["AA1"], source="cross", by=clerk)

    approve_request(approval=step_of(campus, request, campus.north), by=campus.manager)

    request.refresh_from_db()
    assert request.status == "submitted"
    assert step_of(campus, request, campus.south).decided_at is None


def test_what_is_withdrawn_is_free_again_and_not_cut(campus):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101", "102"))

    withdraw_request(request=request, by=campus.person)

    assert Hold.objects.get().ended_at
    assert CuttingJob.objects.get().cancelled_at


def test_what_is_not_picked_up_goes_back_and_the_request_is_over(campus):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    later = timezone.now() + timedelta(days=8)

    expire_requests(at=timezone.now())
    assert KeyRequest.objects.get().status == "approved"
    release_expired_holds(at=later)
    expire_requests(at=later)
    expire_requests(at=later)

    request.refresh_from_db()
    assert (request.status, Hold.objects.get().ended_at) == ("expired", later)
    assert Notice.objects.filter(facts__event="expired").count() == 1
