"""Two people at the same rekeying at the same moment."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keys.models import Pinning, RekeyedDoor, Rekeying
from keys.operations import cancel_rekeying, plan_rekeying, rekey_door, return_key
from keys.tests.rekeyings import Shop
from keysite.ledger import Refusal
from keysite.tests.races import one_after_other

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def shop(key_shop):
    return Shop(key_shop)


def sentences(results):
    return [str(result) for result in results if isinstance(result, Refusal)]


def test_a_door_is_done_by_one_of_two_locksmiths(shop):
    rekeying = shop.plan("101", "102", replaced=["AA1", "AA2"])
    rows = [RekeyedDoor.objects.get(door=shop.doors["101"]) for _n in range(2)]

    results = one_after_other(*(lambda row=row: rekey_door(rekeyed=row, by=shop.by) for row in rows))

    assert sentences(results) == ["Door N 101 is done already."]
    assert Pinning.objects.now().get(door=shop.doors["101"]).keyset == shop.row(rekeying).after


def test_nothing_is_called_off_while_a_door_is_being_done(shop):
    rekeying = shop.plan()
    row, same = shop.row(rekeying), Rekeying.objects.get()

    results = one_after_other(
        lambda: rekey_door(rekeyed=row, by=shop.by),
        lambda: cancel_rekeying(rekeying=same, by=shop.by, reason="Found"),
    )

    assert sentences(results) == [f"A door of {rekeying} is done already. Leave the others as they are."]


def test_two_plans_for_one_door_are_one(shop):
    def plan():
        return plan_rekeying(doors=[shop.doors["101"]], replaced=[shop.symbols["AA1"]], reason="Lost", by=shop.by)

    results = one_after_other(plan, plan)

    rekeying = Rekeying.objects.get()
    assert sentences(results) == [f"Door N 101 is in rekeying {rekeying} already. Take it out of the choice."]


def test_reports_are_held_last(shop):
    """Two plans, or a plan and whoever ends the loss of a key meanwhile, never wait for each other."""
    report = shop.report()
    with CaptureQueriesContext(connection) as planning:
        rekeying = shop.plan(report=report)
    shop.hand_over(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)
    with CaptureQueriesContext(connection) as ending:
        rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    for statements in (planning, ending):
        held = [
            row["sql"].partition('FROM "')[2].partition('"')[0] for row in statements if "NO KEY UPDATE" in row["sql"]
        ]
        kept = [table for table in held if table in {"keys_keysymbol", "keys_keysystem", "keys_lossreport"}]
        assert "keys_keysymbol" in kept
        assert set(kept[kept.index("keys_lossreport") :]) == {"keys_lossreport"}
