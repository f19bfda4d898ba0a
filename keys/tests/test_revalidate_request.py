"""What changes between the question and the hand-over: deputies, cylinders, other keys, holds, and days that pass."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import block, send_notices, unblock
from accounts.tests.factories import PersonFactory
from keys.models import CuttingJob, Hold, KeyRequest, Pinning, Proposal
from keys.operations import (
    add_to_request,
    approve_request,
    cancel_job,
    check_out,
    choose_way,
    cut_key,
    decisions,
    delegate_approvals,
    expire_requests,
    hold_key,
    let_operate,
    pin_door,
    place_symbol,
    proposals,
    propose_waiting,
    release_expired_holds,
    retire_symbol,
    revalidate_request,
    revalidate_requests,
    seen_of,
    stop_operating,
    undo,
)
from keys.operations.decisions import choose_anew
from keys.tests.factories import DoorFactory, opening
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal, Refusal
from keysite.tasks import CONTENTS
from keysite.tests.history import refused

TODAY = timezone.localdate()


@pytest.fixture
def campus(db):
    return Campus()


def step_of(campus, request, building=None):
    return next(step for step in campus.steps(request) if building is None or step.building_id == building.pk)


def collect(campus, *keys, by):
    return check_out(keys=list(keys), borrower=campus.person, by=by, trust=Trust.STAFF)


def test_who_is_in_charge_of_nothing_delegates_nothing(campus):
    with refused("You are in charge of no building or department today: there is nothing to delegate."):
        delegate_approvals(by=campus.person, deputy=campus.colleague, since=TODAY, until=TODAY)


def test_nobody_agrees_to_their_own_request_through_a_deputy(campus, administrator):
    campus.manager.affiliation, campus.manager.department = campus.affiliation, campus.department
    campus.manager.save()
    deputy = PersonFactory()
    delegate_approvals(by=campus.manager, deputy=deputy, since=TODAY, until=TODAY)

    request = campus.ask("101", by=campus.manager)

    with refused("You are not in charge of this today. Ask the key office to correct that."):
        approve_request(approval=step_of(campus, request), by=deputy)
    told = {notice.person for notice in Notice.objects.filter(facts__event="wanted")}
    assert told == {administrator}


def test_what_has_changed_since_it_was_looked_at_is_not_agreed_to(campus):
    second = campus.manages(campus.north)
    request = campus.ask("101", "102")
    step = step_of(campus, request)
    seen = seen_of(step)
    choose_way(approval=step, by=second, way=0, reason="One key is enough", seen=seen)

    sentence = "Other keys are proposed, or they open other doors, since you opened this. Look again."
    with refused(sentence):
        approve_request(approval=step_of(campus, request), by=campus.manager, seen=seen)
    approve_request(approval=step_of(campus, request), by=campus.manager, seen=seen_of(step_of(campus, request)))


def test_other_keys_that_are_ticked_are_not_agreed_to_by_the_way(campus):
    request = campus.ask("101", "102")
    ways = Proposal.objects.get().ways
    other = next(n for n, way in enumerate(ways) if len(way["hand_out"]) == 1)

    with refused("You have ticked other keys than those proposed: take these first, or tick those proposed."):
        approve_request(approval=step_of(campus, request), by=campus.manager, way=other)
    approve_request(approval=step_of(campus, request), by=campus.manager, way=1 - other)


def test_when_other_keys_need_nobody_else_the_request_goes_on(campus, administrator):
    """The step that would have been the last is not needed any more."""
    campus.symbol("S1", "", 1)
    keyset = Pinning.objects.now().get(door=campus.doors["201"]).keyset
    let_operate(keyset=keyset, symbol=campus.symbols["AA1"], source="cross", by=administrator)
    campus.key("AA1")
    request = campus.ask("101")
    approve_request(approval=step_of(campus, request, campus.north), by=campus.manager)
    proposal = Proposal.objects.get()
    proposal.ways = [*proposal.ways, proposal.ways[0] | {"hand_out": [campus.symbols["AA1"].pk]}]
    proposal.save()
    operates = keyset.operates.get(symbol=campus.symbols["AA1"])
    stop_operating(operates=operates, by=administrator)

    step = step_of(campus, request, campus.south)
    choose_way(approval=step, by=campus.other_manager, way=len(proposal.ways) - 1, reason="Only the office")

    request.refresh_from_db()
    assert request.status == "approved"


def test_the_key_office_is_asked_anew_for_other_masters(campus, administrator):
    campus.symbol("M2", "", 3)
    for label in ("101", "102", "103"):
        keyset = Pinning.objects.now().get(door=campus.doors[label]).keyset
        let_operate(keyset=keyset, symbol=campus.symbols["M2"], by=administrator)
    things = [campus.symbols["A"], campus.doors["101"]]
    request = campus.send(add_to_request(by=campus.person, things=things))
    office = next(step for step in campus.steps(request) if step.kind == "office")
    approve_request(approval=office, by=administrator)
    proposal = Proposal.objects.get()
    proposal.ways = [*proposal.ways, proposal.ways[0] | {"hand_out": [campus.symbols["M2"].pk]}]
    proposal.save()

    last = len(proposal.ways) - 1
    choose_way(approval=step_of(campus, request, campus.north), by=campus.manager, way=last, reason="Less")

    assert [step.decided_at for step in campus.steps(request) if step.kind == "office"] == [None]


def test_a_symbol_that_has_become_a_master_needs_the_key_office(campus, clerk):
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    place_symbol(symbol=campus.symbols["AA1"], level=3, parent=None, by=clerk)

    with pytest.raises(BasketRefusal, match="Not all in charge have agreed"):
        collect(campus, key, by=clerk)
    revalidate_requests(at=timezone.now())

    assert {step.kind for step in campus.steps(request)} == {"manager", "head", "office"}


def test_the_clock_asks_where_a_promised_key_opens_more(campus, clerk):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    revalidate_requests(at=timezone.now())
    assert KeyRequest.objects.get().status == "approved"
    keyset = Pinning.objects.now().get(door=campus.doors["201"]).keyset
    let_operate(keyset=keyset, symbol=campus.symbols["AA1"], source="cross", by=clerk)

    revalidate_requests(at=timezone.now())

    assert KeyRequest.objects.get().status == "submitted"
    assert step_of(campus, request, campus.south).decided_at is None


def test_what_is_promised_is_not_put_on_hold_by_the_desk(campus, clerk):
    key = campus.key("AA1")
    campus.approve_all(campus.ask("101"))

    with refused("Key AA1 1 is kept ready for a request already. It stays so until then."):
        hold_key(key=key, person=campus.person, until=timezone.now() + timedelta(days=9), by=clerk)


def test_other_keys_free_what_was_kept_and_cut_for_those_before(campus, clerk, key_shop):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101", "102"))
    job = CuttingJob.objects.get()
    pin_door(door=DoorFactory(building=campus.north, label="109"), keyset=job.line.symbol.own_keysets.get(), by=clerk)
    revalidate_request(request=request, by=clerk)
    with refused(f"Request {request} is not approved at the moment: wait with its keys."):
        cut_key(job=job, by=key_shop)

    choose_way(approval=step_of(campus, request, campus.north), by=campus.manager, way=0, reason="One key")

    job.refresh_from_db()
    assert job.cancelled_at
    assert not Hold.objects.live(at=timezone.now()).exists()


def test_a_hold_of_somebody_else_that_ran_out_stays_theirs(campus, clerk):
    key = campus.key("AA1")
    theirs = campus.approve_all(campus.ask("101", by=campus.colleague))
    mine = campus.key("AA2")
    campus.approve_all(campus.ask("102"))
    Hold.objects.filter(key=key).update(held_at=timezone.now() - timedelta(days=9), until=timezone.now())

    collect(campus, key, mine, by=clerk)

    theirs.refresh_from_db()
    assert theirs.status == "approved"


def test_a_hold_that_ran_out_and_is_not_swept_yet_is_in_nobodys_way(campus):
    key = campus.key("AA1")
    now = timezone.now()
    old = {"held_at": now - timedelta(days=9), "until": now - timedelta(minutes=1), "held_by": campus.manager}
    Hold.objects.create(key=key, person=campus.colleague, **old)

    campus.approve_all(campus.ask("101"))

    assert Hold.objects.live(at=timezone.now()).get().person == campus.person


def test_an_undone_hand_over_is_promised_again(campus, clerk):
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    [loan] = collect(campus, key, by=clerk)

    undo(loan=loan, by=clerk)

    request.refresh_from_db()
    assert (request.status, request.ended_at) == ("approved", None)
    collect(campus, key, by=clerk)


def test_who_has_some_of_the_keys_keeps_them_when_the_rest_is_not_picked_up(campus, clerk):
    keys = [campus.key("AA1"), campus.key("AA2")]
    request = campus.approve_all(campus.ask("101", "102"))
    collect(campus, keys[0], by=clerk)
    later = timezone.now() + timedelta(days=8)
    release_expired_holds(at=later)

    expire_requests(at=later)

    request.refresh_from_db()
    assert request.status == "done"


def test_nothing_is_agreed_to_or_handed_over_after_the_last_day(campus, clerk):
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    waiting = campus.ask("102")
    KeyRequest.objects.update(needed_from=TODAY - timedelta(days=9), needed_until=TODAY - timedelta(days=1))

    with refused(f"The last day on which the keys of {waiting} were needed is over."):
        approve_request(approval=step_of(campus, waiting), by=campus.manager)
    with pytest.raises(BasketRefusal, match=f"was asked for until a day that is over .request {request}."):
        collect(campus, key, by=clerk)
    expire_requests(at=timezone.now())
    assert set(KeyRequest.objects.values_list("status", flat=True)) == {"expired"}


def test_what_is_promised_already_is_not_promised_twice(campus):
    campus.key("AA1")
    first = campus.approve_all(campus.ask("101"))

    with refused(f"The keys in your hands, and those of {first}, open all of this already."):
        campus.ask("101")


def test_one_request_that_cannot_be_met_does_not_hold_up_the_others(campus):
    for n in range(21):
        campus.doors[f"9{n}"] = DoorFactory(building=campus.north, label=f"9{n}")
    first = campus.ask(*[f"9{n}" for n in range(21)])
    type(campus.person).objects.filter(pk=campus.person.pk).update(affiliation=None)

    while propose_waiting(at=timezone.now()):
        pass

    first.refresh_from_db()
    assert first.status == "rejected"


def test_nothing_is_agreed_to_while_other_keys_are_being_chosen(campus, clerk):
    """A symbol is retired, and the clock has not chosen another key yet: there is nothing to agree to."""
    request = campus.ask("101")
    retire_symbol(symbol=campus.symbols["AA1"], by=clerk, reason="Rekeyed")
    choose_anew(request=request)

    with refused(f"Other keys are being chosen for {request}. Open it again in a while."):
        approve_request(approval=step_of(campus, request), by=campus.manager)

    request.refresh_from_db()
    assert (request.status, step_of(campus, request).decided_at) == ("submitted", None)


def test_no_key_is_kept_or_cut_for_who_may_not_borrow_any_more(campus, clerk):
    campus.key("AA1")
    request = campus.ask("101")
    block(person=campus.person, by=clerk, reason="Lost five")

    with pytest.raises(Refusal, match="is blocked from borrowing"):
        approve_request(approval=step_of(campus, request), by=campus.manager)
    assert (KeyRequest.objects.get().status, Hold.objects.count()) == ("submitted", 0)

    unblock(person=campus.person, by=clerk)
    campus.approve_all(request)
    assert Hold.objects.get().key.symbol == campus.symbols["AA1"]


@pytest.mark.parametrize(
    ("case", "why", "event"),
    [
        ("waited", "Not all in charge had answered by the last day on which the keys were needed.", "expired"),
        ("being cut", "The keys were not cut by the last day on which they were needed.", "expired"),
        ("cancelled", "The key shop does not cut a key that would be needed.", "expired"),
        ("kept", "The keys were not picked up in time.", "expired"),
        ("partly", "The keys were not picked up in time.", "done"),
    ],
)
def test_whoever_asked_reads_why_a_request_is_over(campus, clerk, mailoutbox, case, why, event):
    keys = [campus.key(symbol) for symbol in ("AA1", "AA2") if case in {"kept", "partly"}]
    request = campus.ask("101", "102")
    if case != "waited":
        campus.approve_all(request)
    if case == "cancelled":
        for job in CuttingJob.objects.all():
            cancel_job(job=job, by=clerk)
    if case == "partly":
        collect(campus, keys[0], by=clerk)
    at = timezone.now() + timedelta(days=0 if case == "cancelled" else 91)

    expire_requests(at=at)
    send_notices(contents=CONTENTS, at=timezone.now())

    request.refresh_from_db()
    assert (request.status, request.reason) == (event, why)
    [mail] = [mail for mail in mailoutbox if why in mail.body]
    assert mail.to == [campus.person.email]


def test_one_request_that_breaks_does_not_hold_up_the_others(campus, clerk, monkeypatch, caplog):
    """Whatever is wrong with it: it is logged, and the clock goes on."""
    first, second = campus.ask("101"), campus.ask("102")
    for symbol in ("AA1", "AA2"):
        retire_symbol(symbol=campus.symbols[symbol], by=clerk, reason="Rekeyed")
    begin_request = decisions.begin_request

    def broken(request):
        if request.pk == first.pk:
            raise ValueError("broken")
        begin_request(request)

    monkeypatch.setattr(decisions, "begin_request", broken)

    revalidate_requests(at=timezone.now())
    propose_for_all()

    assert [first.proposals.current().exists(), second.proposals.current().exists()] == [True, True]
    assert second.proposals.count() == 2
    expire_requests(at=timezone.now() + timedelta(days=91))
    assert KeyRequest.objects.get(status="expired") == second
    assert f"Request {first} cannot be seen to now" in caplog.text


def propose_for_all():
    last = 0
    while last is not None:
        last = propose_waiting(at=timezone.now(), after=last)


def test_a_request_without_keys_that_breaks_does_not_hold_up_the_next(campus, monkeypatch, caplog):
    for n in range(42):
        campus.doors[f"9{n}"] = opening(campus.symbols["AA1" if n < 21 else "AA2"], building=campus.north)
    first, second = (campus.ask(*[f"9{n}" for n in numbers]) for numbers in (range(21), range(21, 42)))
    choose = proposals.facts_of

    def broken(request):
        if request.pk == first.pk:
            raise ValueError("broken")
        return choose(request)

    monkeypatch.setattr(proposals, "facts_of", broken)

    propose_for_all()

    assert Proposal.objects.get().request == second
    assert f"No keys can be chosen for request {first} now" in caplog.text
