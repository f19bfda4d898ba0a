"""Counting a cabinet: what should hang there and is neither out nor there is lost, from that moment on."""

import pytest
from django.utils import timezone

from accounts.models import Trust
from keys.models import CabinetCount, Hold, Key, LossReport
from keys.operations import check_out, count_cabinet, reinstate_key, report_lost
from keys.tests.factories import CabinetFactory, HoldFactory, HookFactory, KeyFactory, LoanFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.races import at_once, one_after_other


@pytest.fixture
def cabinet(db):
    return CabinetFactory(name="Cabinet 1")


@pytest.fixture
def keys(cabinet, symbol):
    """AA1 1 to AA1 3, which hang in the cabinet."""
    return [KeyFactory(symbol=symbol, serial=n, hook=HookFactory(cabinet=cabinet)) for n in (1, 2, 3)]


def count(cabinet, there, by, **values):
    return count_cabinet(cabinet=cabinet, there=there, by=by, **values)


def lost():
    return [str(report.key) for report in LossReport.objects.open().order_by("key")]


def test_all_are_there(cabinet, keys, clerk):
    row = count(cabinet, keys, clerk)

    assert (row.expected, row.missing, row.counted_by, lost()) == (3, 0, clerk, [])
    assert last_version(row) == (clerk, "counted")


def test_what_is_missing_is_retired_as_lost_and_reported(cabinet, keys, clerk):
    row = count(cabinet, keys[:2], clerk)

    report, key = LossReport.objects.get(), Key.objects.get(serial=3)
    assert (row.expected, row.missing) == (3, 1)
    assert (report.key, report.count, report.source, report.loan) == (key, row, "count", None)
    assert (report.reported_by, report.is_undecided) == (clerk, True)
    assert (key.retirement, key.retired_by, key.retired_reason) == ("lost", clerk, "missing in a count")
    assert last_version(report) == (clerk, "missing in a count")
    assert last_version(key) == (clerk, "retired: missing in a count")


def test_found_later_it_is_reinstated_and_the_report_ends(cabinet, keys, clerk):
    count(cabinet, keys[:2], clerk)

    reinstate_key(key=keys[2], by=clerk, reason="Behind the cabinet")

    assert lost() == []
    assert LossReport.objects.get().ending == "found"
    assert count(cabinet, keys, clerk).expected == 3


def test_what_is_out_lost_or_retired_is_not_missing(cabinet, keys, clerk):
    LoanFactory(key=keys[0])
    report_lost(loan=LoanFactory(key=keys[1]), by=clerk)
    Key.objects.filter(serial=3).update(
        retired_at=timezone.now(), retirement="disposed", retired_reason="worn", retired_by=clerk
    )

    row = count(cabinet, [], clerk)

    assert (row.expected, row.missing, lost()) == (0, 0, ["AA1 2"])


def test_a_key_on_hold_hangs_there_and_when_it_is_gone_nobody_waits_for_it(cabinet, keys, clerk):
    HoldFactory(key=keys[0])

    count(cabinet, keys[1:], clerk)

    assert lost() == ["AA1 1"]
    assert Hold.objects.get().ended_at is not None


def test_keys_of_other_cabinets_are_no_business_of_this_one(cabinet, keys, clerk):
    elsewhere = KeyFactory(hook=HookFactory())

    row = count(cabinet, [*keys, elsewhere], clerk)

    assert (row.expected, row.missing) == (3, 0)


def test_a_ticked_key_that_was_handed_out_meanwhile_is_not_missing(cabinet, keys, clerk):
    LoanFactory(key=keys[0])

    row = count(cabinet, keys, clerk, missing=[])

    assert (row.expected, row.missing) == (2, 0)


def test_a_key_that_came_back_meanwhile_has_to_be_looked_for(cabinet, keys, clerk):
    with refused("Key AA1 2 should hang there by now. Look for it, too, and tick it if it does."):
        count(cabinet, keys[:1], clerk, missing=keys[2:])

    with refused("2 more keys should hang there by now (AA1 2, AA1 3). Look for them, too, and tick those that do."):
        count(cabinet, keys[:1], clerk, missing=[])
    assert not CabinetCount.objects.exists()
    assert lost() == []


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_the_same_however_many_are_missing(cabinet, keys, clerk, number):
    with queries(exactly=10):
        count(cabinet, keys[number:], clerk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("roles")
def test_two_count_at_once(cabinet, keys, clerk):
    def look():
        return count(cabinet, keys[:2], clerk).missing

    assert sorted(at_once(look, look)) == [0, 1]
    assert lost() == ["AA1 3"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("roles")
def test_a_key_that_is_handed_out_at_that_moment_is_not_missing(cabinet, keys, clerk, borrower):
    def hand_out():
        return check_out(keys=[keys[2]], borrower=borrower, by=clerk, trust=Trust.STAFF)

    _loans, row = one_after_other(hand_out, lambda: count(cabinet, keys[:2], clerk))

    assert (row.expected, row.missing, lost()) == (2, 0, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("roles")
def test_a_key_that_is_missing_at_that_moment_is_not_handed_out(cabinet, keys, clerk, borrower):
    def hand_out():
        return check_out(keys=[keys[2]], borrower=borrower, by=clerk, trust=Trust.STAFF)

    _row, refusal = one_after_other(lambda: count(cabinet, keys[:2], clerk), hand_out)

    assert "is retired" in str(refusal)
    assert lost() == ["AA1 3"]
