"""``assign``: assets go to a person, or are put up in a space."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.operations import block
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from assets.models import Asset, Assignment, Reservation
from assets.operations import assign, take_back
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitMemberFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.ledger import BasketRefusal, Refusal

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def refusal_of(deed):
    with pytest.raises(Refusal) as refused:
        deed()
    return str(refused.value)


def test_an_asset_goes_to_a_person(borrower, clerk):
    asset = AssetFactory()

    [assignment] = assign(assets=[asset], person=borrower, by=clerk)

    assert (assignment.asset, assignment.person, assignment.out_by) == (asset, borrower, clerk)
    assert assignment.term == borrower.affiliation.loan_term
    assert assignment.due_at - assignment.out_at < 8 * DAY
    past = assignment.history.get()
    assert (past.history_user, past.history_change_reason) == (clerk, "assigned (staff)")
    assert Notice.objects.get().person == borrower


def test_the_term_of_the_type_comes_before_that_of_the_affiliation(borrower, clerk):
    asset = AssetFactory(model__type__loan_term=LoanTermFactory(days=2))

    [assignment] = assign(assets=[asset], person=borrower, by=clerk)

    assert assignment.term == asset.model.type.loan_term
    assert assignment.due_at - assignment.out_at < 3 * DAY


def test_an_asset_is_put_up_in_a_space_for_ever(clerk):
    [assignment] = assign(assets=[AssetFactory(lendable=False)], space=SpaceFactory(), by=clerk)

    assert (assignment.due_at, assignment.status) == (None, "In place")
    assert not Notice.objects.exists()


def test_both_dates_are_kept_of_what_is_written_down_later(borrower, clerk):
    yesterday = timezone.now() - DAY

    [assignment] = assign(assets=[AssetFactory()], person=borrower, by=clerk, out_at=yesterday)

    assert assignment.out_at == yesterday
    assert timezone.now() - assignment.out_recorded_at < timedelta(minutes=1)


def test_to_nobody_or_to_two_is_refused(borrower, clerk):
    asset = AssetFactory()
    sentence = "Name the person or the space that gets it: one of the two."

    assert refusal_of(lambda: assign(assets=[asset], by=clerk)) == sentence
    assert refusal_of(lambda: assign(assets=[asset], person=borrower, space=SpaceFactory(), by=clerk)) == sentence


def test_a_due_date_is_needed_unless_the_affiliation_says_otherwise(borrower, clerk):
    free = PersonFactory(affiliation=AffiliationFactory(due_date_required=False))

    assert "Give one." in refusal_of(
        lambda: assign(assets=[AssetFactory()], person=borrower, by=clerk, open_ended=True)
    )
    [assignment] = assign(assets=[AssetFactory()], person=free, by=clerk, open_ended=True)
    assert (assignment.due_at, assignment.term) == (None, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"lendable": False}, "is not lent to people"),
        ({"out_of_service_at": timezone.now(), "out_of_service_reason": "no lid"}, "is out of service: no lid."),
    ],
)
def test_what_is_not_lent_is_refused(borrower, clerk, fields, sentence):
    assert sentence in refusal_of(lambda: assign(assets=[AssetFactory(**fields)], person=borrower, by=clerk))


def test_what_has_left_or_is_out_or_belongs_to_a_kit_is_refused(borrower, clerk):
    gone = {"disposed_on": timezone.localdate(), "disposal_type": DisposalTypeFactory(), "disposal_reason": "old"}
    left = AssetFactory(disposed_by=clerk, **gone)
    out, member = AssignmentFactory().asset, KitMemberFactory().asset

    with pytest.raises(BasketRefusal) as refused:
        assign(assets=[left, out, member], person=borrower, by=clerk)

    sentences = list(refused.value.lines.values())
    assert "was disposed of" in sentences[0]
    assert "is out; it is due back on" in sentences[1]
    assert "belongs to the kit" in sentences[2]


def test_a_blocked_person_gets_nothing(borrower, clerk):
    block(person=borrower, by=clerk, reason="owes us three")

    assert "is blocked" in refusal_of(lambda: assign(assets=[AssetFactory()], person=borrower, by=clerk))


def test_the_rest_is_handed_out_when_the_desk_asks(borrower, clerk):
    good, out = AssetFactory(), AssignmentFactory().asset

    made = assign(assets=[good, out], person=borrower, by=clerk, take_rest=True)

    assert [row.asset for row in made] == [good]


def test_nothing_is_in_two_hands_in_the_past_either(borrower, clerk):
    asset = AssetFactory()
    AssignmentFactory(asset=asset, out_at=timezone.now() - 3 * DAY)
    take_back(assets=[asset], by=clerk, returned_at=timezone.now() - DAY)

    sentence = refusal_of(lambda: assign(assets=[asset], person=borrower, by=clerk, out_at=timezone.now() - 2 * DAY))

    assert "was assigned until" in sentence


def test_a_hand_over_that_would_break_a_reservation_is_refused_with_who_and_when(borrower, clerk):
    claim = ReservationFactory(model=None, asset=AssetFactory())

    sentence = refusal_of(lambda: assign(assets=[claim.asset], person=borrower, by=clerk))

    assert f"is reserved for {claim.person.name} from" in sentence


def test_the_last_unit_of_a_reserved_model_stays(borrower, clerk):
    model = AssetModelFactory()
    first, second = AssetFactory(model=model), AssetFactory(model=model)
    ReservationFactory(model=model)

    assign(assets=[first], person=borrower, by=clerk)

    assert "is reserved for" in refusal_of(lambda: assign(assets=[second], person=borrower, by=clerk))


def test_a_basket_counts_its_own_lines_against_a_reservation(borrower, clerk):
    model = AssetModelFactory()
    pair = [AssetFactory(model=model), AssetFactory(model=model)]
    ReservationFactory(model=model)

    with pytest.raises(BasketRefusal) as refused:
        assign(assets=pair, person=borrower, by=clerk)

    assert list(refused.value.lines) == [pair[1]]


def test_one_s_own_reservation_ends_with_the_hand_over(borrower, clerk):
    asset = AssetFactory()
    claim = ReservationFactory(model=asset.model, person=borrower, starts_at=timezone.now() - timedelta(hours=1))

    [assignment] = assign(assets=[asset], person=borrower, by=clerk)

    claim.refresh_from_db()
    assert (claim.outcome, claim.assignment) == (Reservation.Outcome.HANDED_OUT, assignment)


def test_the_number_of_queries_does_not_depend_on_the_basket(borrower, clerk, django_assert_num_queries):
    model = AssetModelFactory()
    ReservationFactory(model=model)
    one, three = AssetFactory.create_batch(1, model=model), AssetFactory.create_batch(3, model=model)
    AssetFactory(model=model)

    with django_assert_num_queries(13):
        assign(assets=one, person=borrower, by=clerk)
    with django_assert_num_queries(13):
        assign(assets=three, person=borrower, by=clerk)

    assert Assignment.objects.open().count() == 4
    assert Asset.objects.held_by(borrower).count() == 4
