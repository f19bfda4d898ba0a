"""A promised key that is retired before it is picked up is replaced; of a retired symbol others are chosen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from keys.models import CuttingJob, Hold, Key, KeyRequest, Proposal, ProposedKey
from keys.operations import (
    check_cut_key,
    check_out,
    choose_way,
    cut_key,
    deliver_key,
    expire_requests,
    fulfilment,
    pin_door,
    place_symbol,
    promises,
    propose_waiting,
    release_expired_holds,
    retire_key,
    retire_keys,
    retire_symbol,
    revalidate_requests,
)
from keys.tests.factories import DoorFactory
from keys.tests.requests import Campus
from keysite.ledger import Refusal, lock_all
from keysite.tests.history import last_version

LOST, BROKEN = Key.Retirement.LOST, Key.Retirement.BROKEN


@pytest.fixture
def campus(db):
    return Campus()


def look_again(at=None):
    """The clock, in the order of a bad day: what is over ends before it is replaced."""
    at = at or timezone.now()
    release_expired_holds(at=at)
    expire_requests(at=at)
    revalidate_requests(at=at)
    propose_waiting(at=at)


def told(person):
    notices = Notice.objects.filter(kind="key_request", person=person).order_by("pk")
    return [notice.facts["event"] for notice in notices]


def ready(campus):
    return [str(hold.key) for hold in Hold.objects.live(at=timezone.now()).filter(person=campus.person)]


def made(job, by):
    cut_key(job=job, by=by)
    check_cut_key(job=job, by=by)
    return deliver_key(job=job, by=by)


@pytest.mark.parametrize("retirement", [LOST, BROKEN])
def test_another_in_stock_is_put_aside_and_nobody_need_know(campus, key_shop, clerk, retirement):
    first, second = campus.key("AA1"), campus.key("AA1", serial=2)
    request = campus.approve_all(campus.ask("101"))
    until = Hold.objects.get().until

    retire_key(key=first, by=key_shop, retirement=retirement, reason="Not on its hook")
    look_again()

    assert ready(campus) == ["AA1 2"]
    hold = Hold.objects.get(key=second)
    assert (hold.until, hold.held_by) == (until, campus.manager)
    assert last_version(hold) == (None, f"kept ready for {request}")
    assert told(campus.person) == ["sent", "approved", "ready"]
    check_out(keys=[second], borrower=campus.person, by=clerk, trust=Trust.STAFF)
    assert KeyRequest.objects.get().status == "done"


def test_where_none_is_in_stock_another_is_cut_and_whoever_asked_hears_of_it(campus, key_shop):
    key = campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))

    retire_key(key=key, by=key_shop, retirement=LOST, reason="Not on its hook")
    look_again()

    job = CuttingJob.objects.get()
    assert (KeyRequest.objects.get().status, str(job.line.symbol)) == ("approved", "AA1")
    assert told(campus.person) == ["sent", "approved", "ready", "not_ready"]
    made(job, key_shop)
    assert ready(campus) == ["AA1 2"]
    assert told(campus.person)[-2:] == ["available", "ready"]
    assert request.proposals.count() == 1


def test_what_was_cut_for_it_and_broke_is_cut_again(campus, key_shop):
    campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()
    key = made(job, key_shop)

    retire_key(key=key, by=key_shop, retirement=BROKEN, reason="Bent at the desk")
    look_again()

    job.refresh_from_db()
    assert (job.cut_at, job.checked_at, job.done_at, job.key) == (None, None, None, None)
    assert last_version(job) == (None, "queued again")
    assert str(made(job, key_shop)) == "AA1 2"
    assert ready(campus) == ["AA1 2"]


def test_what_was_not_picked_up_in_time_is_not_replaced(campus, key_shop):
    key = campus.key("AA1")
    campus.key("AA1", serial=2)
    campus.approve_all(campus.ask("101"))
    Hold.objects.update(held_at=timezone.now() - timedelta(days=9), until=timezone.now() - timedelta(days=1))
    release_expired_holds(at=timezone.now())

    retire_key(key=key, by=key_shop, retirement=LOST, reason="Not on its hook")
    look_again()

    assert ready(campus) == []
    assert KeyRequest.objects.get().status == "expired"


def test_a_day_before_its_end_it_is_kept_for_longer_and_said_so(campus, key_shop):
    key = campus.key("AA1")
    campus.key("AA1", serial=2)
    campus.approve_all(campus.ask("101"))
    Hold.objects.update(held_at=timezone.now() - timedelta(days=6), until=timezone.now() + timedelta(hours=2))

    retire_key(key=key, by=key_shop, retirement=BROKEN, reason="Bent")
    look_again()

    assert timezone.localdate(Hold.objects.live(at=timezone.now()).get().until) == timezone.localdate() + timedelta(7)
    assert told(campus.person) == ["sent", "approved", "ready", "ready"]


def test_of_a_retired_symbol_other_keys_are_chosen_and_whoever_they_concern_is_asked(campus, key_shop):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))

    retire_symbol(symbol=campus.symbols["AA1"], by=key_shop, reason="Worn out")
    retire_keys(at=timezone.now())
    look_again()

    request.refresh_from_db()
    lines = ProposedKey.objects.current().to_hand_out().filter(proposal__request=request)
    assert ([str(line.symbol) for line in lines], request.status) == (["AA"], "submitted")
    assert Proposal.objects.filter(request=request).count() == 2
    assert told(campus.person)[-1] == "other_keys"
    assert not Hold.objects.live(at=timezone.now()).exists()
    assert {step.kind for step in campus.steps(request) if step.decided_at is None} == {"head", "manager"}


def test_when_the_agreement_covers_the_other_key_it_is_ready_at_once(campus, key_shop):
    """A second change key of the same door: nobody has to be asked."""
    campus.symbol("AA9", "AA", 1)
    keyset = campus.doors["101"].pinnings.get().keyset
    keyset.operates.create(symbol=campus.symbols["AA9"], source="cross", since=timezone.now())
    campus.key("AA1")
    campus.key("AA9")
    request = campus.approve_all(campus.ask("101"))
    [first] = ready(campus)

    retire_symbol(symbol=campus.symbols[first.split()[0]], by=key_shop, reason="Worn out")
    look_again()

    request.refresh_from_db()
    assert request.status == "approved"
    assert ready(campus) == ["AA9 1" if first == "AA1 1" else "AA1 1"]


def test_when_no_other_key_can_be_had_it_ends_with_the_reason(campus, key_shop):
    campus.key("AA1")
    request = campus.approve_all(campus.ask("101"))
    for symbol in ("AA1", "AA", "A"):
        retire_symbol(symbol=campus.symbols[symbol], by=key_shop, reason="Worn out")

    look_again()

    request.refresh_from_db()
    assert request.status == "rejected"
    assert request.reason.startswith("No key can be given for this. Doors without a key on file: 1;")


def test_what_waits_for_an_answer_gets_other_keys_too(campus, key_shop):
    request = campus.ask("101")

    retire_symbol(symbol=campus.symbols["AA1"], by=key_shop, reason="Worn out")
    look_again()

    assert [str(line.symbol) for line in ProposedKey.objects.current().to_hand_out()] == ["AA"]
    assert campus.steps(request)


def test_looking_twice_does_it_once(campus, key_shop):
    key = campus.key("AA1")
    campus.approve_all(campus.ask("101"))
    retire_key(key=key, by=key_shop, retirement=LOST, reason="Not on its hook")

    look_again()
    look_again()

    assert CuttingJob.objects.count() == 1
    assert told(campus.person).count("not_ready") == 1


def of_both_doors(campus):
    """A request that one key opens, or two, as the approver likes: which of its ways has these keys."""
    request = campus.ask("101", "102")
    ways = [{campus_symbol(campus, pk) for pk in way["hand_out"]} for way in Proposal.objects.get().ways]
    return request, ways.index({"AA"})


def campus_symbol(campus, pk):
    return next(name for name, symbol in campus.symbols.items() if symbol.pk == pk)


def choose(campus, request, way):
    choose_way(approval=campus.steps(request)[0], by=campus.manager, way=way, reason="One key")


@pytest.mark.parametrize("change", ["retired", "higher", "none left"])
def test_another_way_is_refused_for_what_would_not_be_proposed_any_more(campus, clerk, change):
    request, way = of_both_doors(campus)
    if change == "retired":
        retire_symbol(symbol=campus.symbols["AA"], by=clerk, reason="Rekeyed")
    elif change == "higher":
        place_symbol(symbol=campus.symbols["AA"], level=4, parent=None, by=clerk)
    else:
        type(campus.symbols["AA"]).objects.filter(pk=campus.symbols["AA"].pk).update(most_copies=0)

    with pytest.raises(Refusal, match="cannot be had any more|is above the level of the person by now"):
        choose(campus, request, way)

    assert KeyRequest.objects.get().proposals.count() == 1


def test_another_way_of_more_keys_than_a_request_may_have_is_refused(campus, settings):
    request, _way = of_both_doors(campus)
    settings.REQUEST_KEYS = 0

    with pytest.raises(Refusal, match="and a request may have 0"):
        choose(campus, request, 0)


def test_another_way_takes_its_keys_in_one_order_with_those_before(campus, clerk, monkeypatch):
    """Else two who do so at once could wait for each other: the keys of both are held before one is put back."""
    new = campus.key("AA")
    before = [campus.key("AA1"), campus.key("AA2")]
    request, way = of_both_doors(campus)
    campus.approve_all(request)
    keyset = campus.symbols["AA1"].own_keysets.get()
    pin_door(door=DoorFactory(building=campus.north, label="109"), keyset=keyset, by=clerk)
    revalidate_requests(at=timezone.now())
    held = []
    monkeypatch.setattr(fulfilment, "lock_all", lambda rows: held.append(lock_all(rows)) or held[-1])
    monkeypatch.setattr(promises, "lock_all", lambda rows: held.append(lock_all(rows)) or held[-1])

    choose(campus, request, way)

    assert held[0] == [new, *before]
    assert not Hold.objects.live(at=timezone.now()).filter(key__in=before).exists()
