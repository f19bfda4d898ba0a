"""What a lost key puts at risk: the limits of rule P40, what each way costs, and the numbers that the page shows."""

import pytest

from accounts.models import KeyLevel
from keys import thresholds
from keys.impact import Numbers, options
from keys.models import LossReport
from keys.models.impacts import impact_of
from keys.operations import report_lost
from keys.tests.factories import (
    BuildingFactory,
    KeyFactory,
    KeysetFactory,
    KeySymbolFactory,
    LoanFactory,
    LossReportFactory,
    OperatesFactory,
    opening,
)
from keysite.tests.queries import queries


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("exterior", 10),
        ("office", 5),
        ("classroom", 20),
        ("lab", 15),
        ("mechanical", 20),
        ("computer", 0),
        ("residence", 0),
    ],
)
def test_P40_limits_by_kind_of_door(kind, limit):
    assert thresholds.limit_of(kind) == limit


def test_P40_one_key_is_enough_for_critical_doors_and_masters():
    assert thresholds.limit_of("classroom", critical=True) == 0
    assert thresholds.limit_of("classroom", level=KeyLevel.SUB_MASTER) == 0
    assert thresholds.limit_of("classroom", level=KeyLevel.CHANGE) == 20
    assert thresholds.MASTERS_FROM == KeyLevel.SUB_MASTER


@pytest.mark.parametrize(
    ("limit", "lost", "issued", "reached"),
    [(5, 1, 20, True), (5, 1, 21, False), (0, 1, 1000, True), (0, 0, 10, False), (20, 1, 5, True), (15, 1, 7, False)],
)
def test_a_limit_is_reached_without_rounding(limit, lost, issued, reached):
    assert thresholds.is_reached(limit, lost=lost, issued=issued) == reached


def test_a_share_in_per_cent_is_never_more_than_it_is():
    assert thresholds.percent(lost=2, issued=14) == 14
    assert thresholds.percent(lost=0, issued=0) == 0


def ways(**numbers):
    found = options(Numbers(**numbers), cylinder_cost=40, key_cost=8)
    return [(option.way, option.cylinders, option.keys, option.cost, option.exposed) for option in found]


def test_the_ways_and_what_each_costs():
    assert ways(doors=10, critical=2, own_keys=3, keys=25, critical_keys=6) == [
        ("everybody", 10, 25, 600, 0),
        ("own", 10, 3, 424, 0),
        ("critical", 2, 6, 128, 8),
        ("accept", 0, 0, 0, 10),
    ]


@pytest.mark.parametrize("critical", [0, 4])
def test_critical_doors_are_no_way_of_their_own_where_all_or_none_are(critical):
    assert [way[0] for way in ways(doors=4, critical=critical)] == ["everybody", "own", "accept"]


def test_a_key_that_opens_nothing_leaves_nothing_to_rekey():
    assert ways() == [("accept", 0, 0, 0, 0)]


@pytest.fixture
def master(db):
    """A sub-master of two rooms, one critical, each with a change key of its own that somebody holds."""
    symbol, north = KeySymbolFactory(level=KeyLevel.SUB_MASTER), BuildingFactory(code="N")
    for label, kind, criticality in (("1", "office", 1), ("2", "computer", 4)):
        below = KeySymbolFactory(system=symbol.system, parent=symbol)
        door = opening(below, building=north, label=label, kind=kind, criticality=criticality)
        OperatesFactory(keyset=door.pinnings.get().keyset, symbol=symbol, source="hierarchy")
        LoanFactory(key=KeyFactory(symbol=below))
        KeyFactory(symbol=below)
    return symbol


def test_what_a_lost_master_puts_at_risk(master):
    KeyFactory(symbol=master)
    LoanFactory(key=KeyFactory(symbol=master))
    LossReportFactory(key=KeyFactory(symbol=master))

    impact = impact_of(master)

    assert impact.numbers == Numbers(doors=2, critical=1, own_keys=2, keys=6, critical_keys=4)
    assert (impact.stock, impact.out, impact.lost, impact.issued, impact.percent) == (1, 1, 1, 2, 50)
    assert (impact.openers, impact.ordinary) == (3, [("N", 1)])
    assert [(kind.label, kind.critical, kind.limit, kind.reached) for kind in impact.kinds] == [
        ("Computer or media room", True, 0, True),
        ("Office", False, 0, True),
    ]


def test_keys_above_are_not_cut_anew(master):
    below = master.children.order_by("pk").first()
    LossReportFactory(key=KeyFactory(symbol=below))
    LoanFactory(key=KeyFactory(symbol=master))

    impact = impact_of(below)

    assert impact.numbers == Numbers(doors=1, critical=0, own_keys=2, keys=2, critical_keys=0)
    assert (impact.strictest.limit, impact.strictest.reached) == (5, True)


def test_a_key_that_is_retired_as_lost_counts_as_lost(symbol):
    key = KeyFactory(symbol=symbol, retirement="lost", retired_reason="Gone", retired_at="2026-01-01T00:00Z")
    LossReportFactory(key=key, loan=None, source="count", reported_by=LoanFactory().borrower)

    assert (impact_of(symbol).lost, impact_of(symbol).stock) == (1, 0)


@pytest.mark.parametrize("number", [1, 3])
def test_it_takes_five_questions_however_many_doors(symbol, number):
    for _more in range(number):
        opening(symbol, criticality=5)
        LossReportFactory(key=KeyFactory(symbol=symbol))

    with queries(exactly=5):
        impact_of(symbol)


def lose(symbol, *, of):
    """One lost key of so many that are issued."""
    for _more in range(of - 1):
        LoanFactory(key=KeyFactory(symbol=symbol))
    loan = LoanFactory(key=KeyFactory(symbol=symbol))
    report_lost(loan=loan, by=loan.borrower)
    return LossReport.objects.get(loan=loan)


@pytest.mark.parametrize(
    ("of", "door", "past"),
    [
        (20, {"kind": "office"}, True),
        (21, {"kind": "office"}, False),
        (5, {"kind": "classroom"}, True),
        (6, {"kind": "classroom"}, False),
        (9, {"kind": "classroom", "criticality": 4}, True),
        (9, {"kind": "residence"}, True),
    ],
)
def test_P40_an_alarm_when_the_share_passes_the_strictest_door(symbol, of, door, past):
    opening(symbol, kind="classroom")
    opening(symbol, **door)
    report = lose(symbol, of=of)

    assert list(LossReport.objects.past_threshold()) == ([report] if past else [])
    assert impact_of(symbol).strictest.reached == past


def test_P40_one_lost_sub_master_is_an_alarm_if_it_opens_something(symbol):
    symbol.level = KeyLevel.SUB_MASTER
    symbol.save()
    report = lose(symbol, of=9)
    assert list(LossReport.objects.past_threshold()) == []

    opening(symbol, kind="classroom")

    assert list(LossReport.objects.past_threshold()) == [report]


def test_P40_what_the_key_opened_once_is_no_alarm(symbol):
    door = opening(symbol, kind="residence")
    door.pinnings.update(keyset=KeysetFactory())
    lose(symbol, of=2)

    assert list(LossReport.objects.past_threshold()) == []
