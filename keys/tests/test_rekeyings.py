"""Rekeying: planned, done door by door, called off."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import KeyLevel, Notice
from keys.models import CuttingJob, KeySwap, KeySymbol, LossReport, Operates, Pinning, RekeyedSymbol, Rekeying
from keys.notices.rekeyings import key_swap
from keys.operations import (
    add_keyset,
    cancel_rekeying,
    leave_door,
    let_operate,
    note_rekeying_cost,
    pin_door,
    plan_rekeying,
    rekey_door,
    rekey_doors,
    retire_door,
    retire_symbol,
    return_key,
    stop_operating,
    undo,
    unpin_door,
)
from keys.tests.factories import DoorFactory, KeySymbolFactory, LoanFactory
from keys.tests.rekeyings import Shop, opens
from keys.tests.request_rows import line_of, request_of
from keysite.ledger import BasketRefusal, Refusal
from keysite.tests.history import last_version, refused


@pytest.fixture
def shop(key_shop):
    return Shop(key_shop)


def turning(keyset):
    return sorted(Operates.objects.now().filter(keyset=keyset).values_list("symbol__symbol", "source"))


def test_a_plan_makes_new_symbols_and_keysets_and_opens_nothing(shop):
    rekeying = shop.plan()

    row = shop.row(rekeying)
    new = KeySymbol.objects.get(symbol="AA1-2")
    assert (new.parent, new.level, new.system) == (shop.symbols["AA"], 1, shop.system)
    assert (str(row.before), str(row.after), row.after.own) == ("AA1", "AA1-2", new)
    assert turning(row.after) == [("A", "hierarchy"), ("AA", "hierarchy"), ("AA1-2", "own")]
    assert (opens(new), opens(shop.symbols["AA1"])) == ([], ["101"])
    assert last_version(rekeying) == (shop.by, "planned")
    assert last_version(row) == last_version(new) == (shop.by, f"made for rekeying {rekeying}")


def test_each_old_key_that_is_out_gets_a_new_one_which_is_cut(shop):
    LoanFactory(key=shop.key("AA1", 3), borrower=shop.member(is_active=False, deactivated_at=timezone.now()))
    LoanFactory(key=shop.key("AA2"), borrower=shop.colleague)
    rekeying = shop.plan(report=shop.report())

    swap = KeySwap.objects.get()
    assert (swap.loan, swap.symbol.symbol, swap.hold, swap.handed) == (shop.old, "AA1-2", None, None)
    assert CuttingJob.objects.queued().get().swap == swap
    assert LossReport.objects.get().rekeying == rekeying


def test_the_door_changes_when_it_is_done_and_what_was_stays_known(shop):
    rekeying = shop.plan("101", "102", replaced=["AA1", "AA2"])
    before = timezone.now()

    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    row = shop.row(rekeying)
    assert (row.done_by, last_version(row)) == (shop.by, (shop.by, "done"))
    assert (opens(shop.symbols["AA1"]), opens(shop.symbols["AA1"], at=before)) == ([], ["101"])
    assert opens(KeySymbol.objects.get(symbol="AA1-2")) == ["101"]
    assert opens(shop.symbols["AA"]) == ["101", "102", "103"]
    assert opens(shop.symbols["AA2"]) == ["102"]
    assert last_version(Pinning.objects.now().get(door=row.door)) == (shop.by, f"rekeyed ({rekeying})")


def test_the_last_door_makes_the_lost_key_harmless(shop):
    report = shop.report()
    rekeying = shop.plan(report=report)

    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    report.refresh_from_db()
    rekeying.refresh_from_db()
    assert (report.ending, report.is_open, rekeying.done_at) == ("rekeyed", False, None)


def test_a_lost_master_is_to_be_decided_anew_for_what_it_still_opens(shop):
    report = shop.report(LoanFactory(key=shop.key("AA")))
    rekeying = shop.plan("101", replaced=["AA", "AA1"], report=report)

    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    report.refresh_from_db()
    assert (report.is_open, report.decision, report.rekeying) == (True, "", None)
    assert opens(shop.symbols["AA"]) == ["102", "103"]
    assert last_version(report) == (shop.by, f"{rekeying} left doors exposed")


def test_when_no_door_and_no_holder_is_left_it_is_done_and_the_old_symbol_retired(shop):
    shop.report()
    rekeying = shop.plan()
    shop.hand_over(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)

    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    rekeying.refresh_from_db()
    old = KeySymbol.objects.get(symbol="AA1")
    assert (rekeying.status, old.retired_reason) == ("Done", f"Replaced by rekeying {rekeying}")
    assert KeySymbol.objects.get(symbol="AA1-2").retired_at is None


def test_what_stood_below_a_replaced_master_stands_below_the_new_one(shop):
    shop.report()
    rekeying = shop.plan("101", "102", "103", replaced=["AA", "AA1"])
    made = {row.before.symbol: row.after for row in RekeyedSymbol.objects.all()}
    assert made["AA1"].parent == made["AA"]
    shop.hand_over(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)

    rekey_doors(rekeyed=list(rekeying.doors.all()), by=shop.by)

    assert KeySymbol.objects.get(symbol="AA2").parent == made["AA"]
    assert not Operates.objects.unexplained().exists()
    assert sorted(KeySymbol.objects.retired().values_list("symbol", flat=True)) == ["AA", "AA1"]


def test_the_next_time_it_gets_the_next_number(shop):
    shop.report()
    first = shop.plan()
    rekey_door(rekeyed=shop.row(first), by=shop.by)
    again = KeySymbol.objects.get(symbol="AA1-2")

    second = plan_rekeying(doors=[shop.doors["101"]], replaced=[again], reason="Lost again", by=shop.by)

    assert (second.symbols.get().after.symbol, str(shop.row(second).after)) == ("AA1-3", "AA1-3")


def test_a_stamp_may_be_given_and_a_long_one_is_cut_for_its_number(shop):
    long = KeySymbolFactory(system=shop.system, symbol="B" * 32)
    keyset = add_keyset(system=shop.system, designation="B" * 64, own=long, by=shop.by)
    door = DoorFactory()
    pin_door(door=door, keyset=keyset, by=shop.by)

    shop.plan(stamps={shop.symbols["AA1"].pk: "AQ 7"})
    plan_rekeying(doors=[door], replaced=[long], reason="Lost", by=shop.by)

    assert KeySymbol.objects.filter(symbol__in=["AQ 7", "B" * 30 + "-2"]).count() == 2
    with refused("The system has a symbol aq 7 already. Give another."):
        shop.plan("102", replaced=["AA2"], stamps={shop.symbols["AA2"].pk: "aq 7"})
    with refused(f"“{'C' * 40}” is too long: use 32 characters at most."):
        shop.plan("102", replaced=["AA2"], stamps={shop.symbols["AA2"].pk: "C" * 50})


def test_a_plan_is_refused(shop):
    electronic, bare = DoorFactory(electronic_only=True), DoorFactory()
    aa1 = [shop.symbols["AA1"]]
    with refused("Choose at least one door."):
        plan_rekeying(doors=[], replaced=aa1, reason="Lost", by=shop.by)
    with refused("Say why these doors are rekeyed."):
        shop.plan(reason="  ")
    with refused("Choose at least one key symbol that is replaced."):
        shop.plan(replaced=[])
    with refused(f"Door {electronic} is electronic only. Take it out of the choice."):
        plan_rekeying(doors=[electronic], replaced=aa1, reason="Lost", by=shop.by)
    with refused(f"Door {bare} has no cylinder on file. Say first to what it is pinned."):
        plan_rekeying(doors=[bare], replaced=aa1, reason="Lost", by=shop.by)
    with refused("None of these symbols opens door N 102. Take it out of the choice."):
        shop.plan("101", "102")
    with refused("Symbol AA2 opens none of these doors."):
        shop.plan("101", replaced=["AA1", "AA2"])
    retire_symbol(symbol=shop.symbols["AA2"], by=shop.by, reason="Old")
    with refused("Symbol AA2 is retired. Pin the doors to a keyset that it does not turn instead."):
        shop.plan("102", replaced=["AA2"])
    retire_door(door=shop.doors["103"], by=shop.by, reason="Wall")
    with refused("Door N 103 is retired. Take it out of the choice."):
        shop.plan("103", replaced=["AA3"])
    rekeying = shop.plan()
    with refused(f"Door N 101 is in rekeying {rekeying} already. Take it out of the choice."):
        shop.plan()


def test_a_plan_for_a_lost_key_is_about_what_it_opens(shop):
    report = shop.report()
    with refused("Key AA1 1 is lost: AA1 has to be among the symbols that are replaced."):
        shop.plan("102", replaced=["AA2"], report=report)
    with refused("Key AA1 1 does not open door N 102. Take it out of the choice."):
        shop.plan("101", "102", replaced=["AA1", "AA2"], report=report)
    rekeying = shop.plan(report=report)
    with refused(f"The doors of AA1 1 are in rekeying {rekeying} already."):
        shop.plan(report=report)
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    with refused("Key AA1 1 is found, or its doors are rekeyed."):
        shop.plan(report=report)


def test_it_has_to_be_decided_before(shop):
    report = shop.report()
    LossReport.objects.update(decision="", decided_at=None, decided_by=None, decision_reason="")

    with refused("It is not decided to rekey the doors of AA1 1. Decide that first."):
        shop.plan(report=report)


def test_a_door_is_done_once(shop):
    rekeying = shop.plan("101", "102", "103", replaced=["AA1", "AA2", "AA3"])
    stale = shop.row(rekeying)
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    leave_door(rekeyed=shop.row(rekeying, "102"), by=shop.by)

    with refused("Door N 101 is done already."):
        rekey_door(rekeyed=stale, by=shop.by)
    with refused("Door N 101 is done already."):
        leave_door(rekeyed=stale, by=shop.by)
    with refused("Door N 102 is left as it is."):
        rekey_door(rekeyed=shop.row(rekeying, "102"), by=shop.by)


def test_what_was_pinned_otherwise_since_is_not_overwritten(shop):
    rekeying = shop.plan("101", "102", "103", replaced=["AA1", "AA2", "AA3"])
    pin_door(door=shop.doors["101"], keyset=shop.row(rekeying, "102").before, by=shop.by)
    unpin_door(door=shop.doors["102"], by=shop.by)
    retire_door(door=shop.doors["103"], by=shop.by, reason="Wall")

    with pytest.raises(BasketRefusal) as refusal:
        rekey_doors(rekeyed=list(rekeying.doors.order_by("pk")), by=shop.by)

    assert list(refusal.value.lines.values()) == [
        "Door N 101 is not pinned to AA1 any more, as it was planned. Leave it as it is here.",
        "Door N 102 is not pinned to AA2 any more, as it was planned. Leave it as it is here.",
        "Door N 103 is retired. Leave it as it is.",
    ]


def test_no_door_loses_a_key_that_began_to_turn_it_meanwhile(shop):
    rekeying = shop.plan()
    row = shop.row(rekeying)
    let_operate(keyset=row.before, symbol=shop.symbols["AA3"], by=shop.by)

    with refused("AA3 turns AA1 since the plan was made, but not AA1-2. Let it turn that first."):
        rekey_door(rekeyed=row, by=shop.by)
    let_operate(keyset=row.after, symbol=shop.symbols["AA3"], by=shop.by)
    rekey_door(rekeyed=row, by=shop.by)

    assert opens(shop.symbols["AA3"]) == ["101", "103"]


def test_no_door_opens_again_for_a_key_that_ceased_to_turn_it_meanwhile(shop):
    rekeying = shop.plan()
    row = shop.row(rekeying)
    stop_operating(operates=row.before.operates.now().get(symbol=shop.symbols["AA"]), by=shop.by)

    with refused("AA does not turn AA1 any more, but AA1-2. Let it turn neither first."):
        rekey_door(rekeyed=row, by=shop.by)
    stop_operating(operates=row.after.operates.now().get(symbol=shop.symbols["AA"]), by=shop.by)
    rekey_door(rekeyed=row, by=shop.by)

    assert opens(shop.symbols["AA"]) == ["102", "103"]


def test_what_is_let_turn_the_new_cylinder_on_purpose_turns_it(shop):
    rekeying = shop.plan()
    row = shop.row(rekeying)
    for keyset in (row.before, row.after):
        stop_operating(operates=keyset.operates.now().get(symbol=shop.symbols["AA"]), by=shop.by)
    let_operate(keyset=row.after, symbol=shop.symbols["AA"], by=shop.by)

    rekey_door(rekeyed=row, by=shop.by)

    assert opens(shop.symbols["AA"]) == ["101", "102", "103"]


def test_the_only_door_is_not_left(shop):
    rekeying = shop.plan("101", "102", replaced=["AA1", "AA2"])
    leave_door(rekeyed=shop.row(rekeying), by=shop.by)

    with refused("N 102 is the only door: cancel the rekeying instead."):
        leave_door(rekeyed=shop.row(rekeying, "102"), by=shop.by)

    assert last_version(shop.row(rekeying)) == (shop.by, "left as it is")


def test_a_plan_that_is_called_off_leaves_nothing_behind(shop):
    report = shop.report()
    rekeying = shop.plan(report=report)
    shop.make_ready(shop.swap(rekeying))

    cancel_rekeying(rekeying=rekeying, by=shop.by, reason="The key is in the drawer")

    report.refresh_from_db()
    swap = shop.swap(rekeying)
    assert (report.is_open, report.decision, report.rekeying) == (True, "", None)
    assert (swap.hold.ended_at is None, swap.dropped_at is None) == (False, False)
    assert KeySymbol.objects.get(symbol="AA1-2").retired_reason == "Rekeying cancelled"
    assert last_version(rekeying) == (shop.by, "cancelled: The key is in the drawer")
    assert shop.plan().symbols.get().after.symbol == "AA1-3"


def test_new_keys_are_asked_for_when_the_rekeying_is_cancelled(shop):
    shop.report()
    line = line_of(request_of(person=shop.colleague, status="done"), symbol=shop.symbols["AA1"], loan=shop.old)
    rekeying = shop.plan()
    new = shop.hand_over(shop.swap(rekeying))

    cancel_rekeying(rekeying=rekeying, by=shop.by, reason="Found")

    wanted = Notice.objects.get(kind="key_swap", facts__event="in_vain")
    text = key_swap(wanted).text
    assert "your new key AA1-2 1 is for keep their old cylinders after all" in text
    assert "Keep your old key AA1 2." in text
    line.refresh_from_db()
    assert line.loan == shop.old
    undo(loan=new, by=shop.by)
    swap = shop.swap(rekeying)
    assert (swap.handed, swap.dropped_at is None, swap.hold.ended_at is None) == (None, False, False)
    assert key_swap(wanted) is None


def test_calling_off_is_refused(shop):
    rekeying = shop.plan("101", "102", replaced=["AA1", "AA2"])
    with refused("Say why nothing is rekeyed."):
        cancel_rekeying(rekeying=rekeying, by=shop.by, reason=" ")
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    with refused(f"A door of {rekeying} is done already. Leave the others as they are."):
        cancel_rekeying(rekeying=rekeying, by=shop.by, reason="Enough")


def test_nothing_changes_in_a_rekeying_that_is_over(shop):
    rekeying = shop.plan()
    stale = shop.row(rekeying)
    cancel_rekeying(rekeying=Rekeying.objects.get(), by=shop.by, reason="Found")

    over = f"Rekeying {rekeying} is over: nothing changes in it any more."
    for deed in (rekey_door, leave_door):
        with refused(over):
            deed(rekeyed=stale, by=shop.by)
    with refused(over):
        cancel_rekeying(rekeying=rekeying, by=shop.by, reason="Twice")
    with refused(f"Rekeying {rekeying} is cancelled."):
        note_rekeying_cost(rekeying=rekeying, by=shop.by, cost=1)


def test_the_cost_is_noted(shop):
    rekeying = shop.plan(estimate=48)

    note_rekeying_cost(rekeying=rekeying, by=shop.by, cost=52)

    assert (rekeying.estimate, rekeying.cost, last_version(rekeying)) == (48, 52, (shop.by, "cost noted"))
    for wrong in (None, -1, 10**9):
        with pytest.raises(Refusal):
            note_rekeying_cost(rekeying=rekeying, by=shop.by, cost=wrong)


@pytest.mark.parametrize("deed", ["plan", "done"])
def test_a_hundred_doors_take_as_many_statements_as_two(shop, deed):
    def many(number):
        master = KeySymbolFactory(system=shop.system, level=KeyLevel.MASTER)
        doors = [DoorFactory() for _n in range(number)]
        for door in doors:
            own = KeySymbolFactory(system=shop.system, parent=master)
            LoanFactory(key__symbol=own, key__serial=1)
            pin_door(
                door=door,
                keyset=add_keyset(system=shop.system, designation=own.symbol, own=own, by=shop.by),
                by=shop.by,
            )
        symbols = [master, *master.children.all()]
        with CaptureQueriesContext(
            connection,
        ) as planned:
            rekeying = plan_rekeying(doors=doors, replaced=symbols, reason="Lost", by=shop.by)
        with CaptureQueriesContext(connection) as done:
            rekey_doors(rekeyed=list(rekeying.doors.all()), by=shop.by)
        return len(planned if deed == "plan" else done)

    assert many(2) == many(30)
