"""Two people at the same rekeying at the same moment."""

import pytest

from keys.models import Pinning, RekeyedDoor, Rekeying
from keys.operations import cancel_rekeying, plan_rekeying, rekey_door
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
