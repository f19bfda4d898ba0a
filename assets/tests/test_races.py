"""At the same moment: one race per lock, with threads that have connections of their own."""

import pytest
from django.utils import timezone

from accounts.models import FormKey, Notice, Person, Trust
from accounts.operations import anonymise, block, once
from accounts.tests.factories import LoanTermFactory, PersonFactory
from assets.models import Asset, Assignment
from assets.operations import (
    assign,
    confirm_assignment,
    extend,
    move,
    report_asset_damaged,
    report_asset_lost,
    take_back,
    take_back_all,
    transfer_assignment,
)
from assets.tests.factories import AssetFactory, AssignmentFactory, SpaceFactory
from keysite.ledger import Refusal
from keysite.tests.races import at_once, one_after_other

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def taking(*assets, person, by=None):
    """A hand-over with copies of its own, as every request has."""

    def deed():
        rows = list(Asset.objects.filter(pk__in=[asset.pk for asset in assets]))
        rows.sort(key=lambda row: [asset.pk for asset in assets].index(row.pk))
        borrower = Person.objects.get(pk=person.pk)
        return assign(assets=rows, person=borrower, by=by or borrower)

    return deed


def doing(deed, **rows):
    """``deed`` with copies of its own of what was read before the race; values that are no rows are passed on."""
    copies = {name: type(row).objects.get(pk=row.pk) if hasattr(row, "pk") else row for name, row in rows.items()}
    return lambda: deed(**copies)


def refusals(results):
    return [str(result) for result in results if isinstance(result, Refusal)]


def test_twenty_people_want_one_asset(asset):
    people = [PersonFactory() for _number in range(20)]

    results = at_once(*[taking(asset, person=person) for person in people])

    assert Assignment.objects.count() == 1
    sentences = refusals(results)
    assert len(sentences) == 19
    assert all(sentence.startswith("L1 Laptop is out; it is due back on ") for sentence in sentences)


def test_baskets_with_the_same_assets_in_different_order_wait_for_each_other(db):
    assets = [AssetFactory() for _number in range(4)]
    people = [PersonFactory() for _number in range(6)]

    results = at_once(*[taking(*assets[turn:], *assets[:turn], person=person) for turn, person in enumerate(people)])

    assert Assignment.objects.count() == 4
    assert len(refusals(results)) == 5


def test_the_same_form_ten_times_makes_one_assignment_and_ten_same_answers(asset, borrower):
    def post():
        take = taking(asset, person=borrower)
        return once(key="one-time", owner="session", values={"asset": "L1"}, deed=lambda: f"/receipt/{take()[0].pk}")

    results = at_once(*[post] * 10)

    assert results == [f"/receipt/{Assignment.objects.get().pk}"] * 10
    assert FormKey.objects.count() == Notice.objects.count() == 1


def test_an_asset_comes_back_once(assignment, asset, borrower, clerk):
    deeds = [doing(take_back, assets=[asset], by=clerk) for _number in range(3)]
    deeds.append(doing(take_back_all, person=borrower, by=clerk))

    results = at_once(*deeds)

    assert len(refusals(results)) == 3
    assert Assignment.history.filter(history_change_reason__startswith="taken back").count() == 1


@pytest.mark.parametrize("_round", range(3))
def test_it_is_handed_on_or_taken_back(assignment, asset, clerk, _round):
    heir = PersonFactory()

    results = at_once(
        doing(transfer_assignment, assignment=assignment, person=heir, by=clerk),
        doing(take_back, assets=[asset], by=clerk),
    )

    assignment.refresh_from_db()
    assert assignment.status == "Returned"
    if refusals(results):  # it was back before it could be handed on
        assert refusals(results) == ["L1 Laptop is already back."]
        assert Assignment.objects.get() == assignment
    else:  # whoever it was handed to has brought it back
        assert set(Assignment.objects.returned()) == set(Assignment.objects.all()) == {assignment, results[0]}


def test_it_is_handed_on_once(assignment, clerk):
    deeds = [
        doing(transfer_assignment, assignment=assignment, person=PersonFactory(), by=clerk) for _number in range(4)
    ]

    results = at_once(*deeds)

    assert Assignment.objects.open().count() == 1
    assert refusals(results) == ["L1 Laptop is already back."] * 3


def test_two_assets_are_swapped_between_two_people(clerk):
    rows = [AssignmentFactory(), AssignmentFactory()]
    first, second = (row.person for row in rows)

    for _round in range(3):
        results = at_once(
            doing(transfer_assignment, assignment=rows[0], person=second, by=clerk),
            doing(transfer_assignment, assignment=rows[1], person=first, by=clerk),
        )
        assert refusals(results) == []
        rows, (first, second) = results, (second, first)

    assert Assignment.objects.open().count() == 2


def test_a_kit_is_handed_on_or_taken_back_as_a_whole(kit_out, borrower, clerk):
    heir = PersonFactory()

    at_once(
        doing(transfer_assignment, assignment=kit_out, person=heir, by=clerk),
        doing(take_back_all, person=borrower, by=clerk),
    )

    held = {row.person for row in Assignment.objects.open()}
    assert Assignment.objects.open().count() in {0, 3}
    assert held <= {heir}


def test_who_is_stopped_meanwhile_gets_nothing(assignment, asset, administrator, clerk):
    heir = PersonFactory()
    stop = doing(block, person=heir, by=administrator, reason="Lost five")

    results = one_after_other(stop, doing(transfer_assignment, assignment=assignment, person=heir, by=clerk))

    assert refusals(results) == [f"{heir.name} is blocked from borrowing. Ask the key desk."]
    assert Assignment.objects.open().get() == assignment


def test_who_takes_an_asset_meanwhile_is_not_anonymised(asset, borrower, administrator):
    results = one_after_other(taking(asset, person=borrower), doing(anonymise, person=borrower, by=administrator))

    assert refusals(results) == [f"{borrower} still holds assets: take them back first."]


def test_return_loss_damage_and_extension_follow_each_other(assignment, asset, clerk):
    month = LoanTermFactory(days=30)

    results = at_once(
        doing(take_back, assets=[asset], by=clerk),
        doing(report_asset_lost, assignment=assignment, by=clerk),
        doing(report_asset_damaged, assignment=assignment, by=clerk, note="Wet"),
        doing(extend, assignment=assignment, by=clerk, trust=Trust.STAFF, term=month),
        doing(confirm_assignment, assignment=assignment, by=clerk, trust=Trust.STAFF),
    )

    assignment.refresh_from_db()
    assert assignment.status == "Returned"
    assert not any(isinstance(result, Exception) and not isinstance(result, Refusal) for result in results)
    assert assignment.extensions.count() <= 1


def test_what_is_put_up_moves_along_once(asset, clerk):
    put_up = AssignmentFactory(asset=asset, person=None, space=SpaceFactory(), term=None, due_at=None)
    rooms = [SpaceFactory(), SpaceFactory()]

    at_once(*[doing(move, asset=asset, by=clerk, home=room, along=True) for room in rooms])

    asset.refresh_from_db()
    assert Assignment.objects.open().get().space in rooms
    assert put_up.out_at <= timezone.now()


def test_an_asset_goes_out_while_its_basket_comes_back_damaged(clerk):
    rows = [AssignmentFactory() for _number in range(3)]
    assets = [row.asset for row in rows]

    results = at_once(
        doing(take_back, assets=assets, by=clerk, condition="damaged"),
        doing(take_back, assets=assets[::-1], by=clerk, condition="damaged"),
        taking(*assets, person=PersonFactory()),
        taking(*assets[::-1], person=PersonFactory()),
    )

    assert len(refusals(results)) == 3
    assert Asset.objects.out_of_service().count() == 3
