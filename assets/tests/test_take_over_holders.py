"""A list says who has what: written down as it is, as far as the rules allow."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Person
from accounts.operations import block, deactivate
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from assets.models import Asset, Assignment
from assets.tests.factories import (
    AssetFactory,
    AssetTypeFactory,
    AssignmentFactory,
    KitMemberFactory,
    ReservationFactory,
    SpaceFactory,
)
from assets.tests.test_import_assets import take
from keysite.tests.history import refused
from keysite.tests.lists import counts, remarks

HOLDER = "tag,name,checked out to: email,checkout date,due date\n"


def test_who_is_known_is_found_by_address_and_stays_as_they_are(db):
    person = PersonFactory(email="Nils@example.edu", first_name="Nils")

    take("tag,name,email,first name\n1,a,NILS@example.edu,Other\n")

    assert Assignment.objects.get().person == person
    assert Person.objects.get().first_name == "Nils"


def test_who_is_not_known_gets_the_affiliation(db):
    staff = AffiliationFactory(name="Staff", due_date_required=False)

    take("tag,name,email,user\n1,a,nils@example.edu,Nils van Dahl\n", affiliation="staff")

    person = Person.objects.get()
    assert (person.first_name, person.last_name, person.affiliation) == ("Nils van", "Dahl", staff)
    assert not person.has_usable_password()


def test_an_unknown_affiliation_is_refused(db):
    AffiliationFactory(name="Staff")

    with refused("There is no affiliation “Wizard”. The register has: Staff."):
        take("tag,name\n1,a\n", affiliation="Wizard")


@pytest.mark.parametrize(("required", "days"), [(True, 7), (False, None)])
def test_is_due_by_the_term_where_the_affiliation_needs_a_due_date(db, required, days):
    person = PersonFactory(affiliation__due_date_required=required, affiliation__loan_term=LoanTermFactory(days=7))

    take(f"tag,name,email\n1,a,{person.email}\n")

    row = Assignment.objects.get()
    assert (row.term, row.due_at and (row.due_at.date() - row.out_at.date()).days) == (
        person.affiliation.loan_term if required else None,
        days,
    )


def test_the_term_of_the_type_comes_first(db):
    kind = AssetTypeFactory(name="Laptop", loan_term=LoanTermFactory(days=3))
    person = PersonFactory(affiliation__due_date_required=True)

    take(f"tag,name,category,email\n1,a,laptop,{person.email}\n")

    assert Assignment.objects.get().term == kind.loan_term


def test_keeps_the_days_that_the_list_gives(db, settings):
    person = PersonFactory()

    take(f"{HOLDER}1,a,{person.email},2026-01-05,2026-02-06\n")

    row = Assignment.objects.get()
    zone = settings.INSTITUTION_ZONE
    assert (row.out_at.astimezone(zone).date(), row.due_at.astimezone(zone).date()) == (
        date(2026, 1, 5),
        date(2026, 2, 6),
    )
    assert timezone.now() - row.out_recorded_at < timedelta(minutes=1)
    assert not Notice.objects.exists()


def test_a_day_to_come_counts_as_now(db):
    person = PersonFactory()

    take(f"{HOLDER}1,a,{person.email},2099-01-05,\n")

    assert timezone.now() - Assignment.objects.get().out_at < timedelta(minutes=1)


def test_does_not_overlap_what_was_before(db):
    back = datetime(2026, 3, 1, 12, tzinfo=UTC)
    earlier = {"returned_at": back, "returned_recorded_at": back, "condition": "good"}
    old = AssignmentFactory(asset__tag="1", out_at=back - timedelta(days=9), **earlier)

    take(f"{HOLDER}1,a,{PersonFactory().email},2026-01-05,\n")

    assert Assignment.objects.open().get().out_at == back
    assert old.asset.assignments.count() == 2


def test_who_is_blocked_keeps_what_they_have(db, administrator):
    person = PersonFactory()
    block(person=person, by=administrator, reason="owes money")

    take(f"{HOLDER}1,a,{person.email},,\n")

    assert Assignment.objects.get().person == person


def test_who_is_deactivated_gets_nothing(db, administrator):
    person = PersonFactory()
    deactivate(person=person, by=administrator)

    outcome = take(f"{HOLDER}1,a,{person.email},,\n")

    assert remarks(outcome) == [
        f"line 2, column “checked out to: email”: {person} is deactivated here. Reactivate this person, then assign it."
    ]
    assert (Asset.objects.count(), Assignment.objects.count()) == (1, 0)


def test_somebody_without_an_address_gets_nothing(db):
    outcome = take("tag,name,users\n1,a,nils dahl\n")

    assert remarks(outcome) == [
        "line 2, column “holder_email”: Not assigned to “nils dahl”: the list gives no e-mail address. "
        "Assign it at the desk."
    ]
    assert Asset.objects.exists()


def test_an_asset_checked_out_to_another_asset_gets_a_remark(db):
    outcome = take("tag,name,checkout type,email\n1,a,Asset,\n")

    assert len(remarks(outcome)) == 1


def test_the_same_holder_is_left_and_another_only_remarked(db):
    same = AssignmentFactory(asset__tag="1", asset__name="a")
    other = AssignmentFactory(asset__tag="2", asset__name="a")

    outcome = take(f"{HOLDER}1,a,{same.person.email},,\n2,a,new@example.edu,,\n")

    assert counts(outcome) == (0, 0, 2, 0, 0)
    assert remarks(outcome) == [
        f"line 3, column “checked out to: email”: Here {other.person} has it, in the list new@example.edu. "
        "Transfer it if the list is right."
    ]
    assert Assignment.objects.count() == 2


def test_a_known_asset_is_assigned(db):
    asset = AssetFactory(tag="1", name="a")

    outcome = take(f"{HOLDER}1,a,{PersonFactory().email},,\n")

    assert Assignment.objects.get().asset == asset
    assert counts(outcome) == (0, 1, 0, 0, 0)


def test_a_kit_member_stays_in_its_kit(db):
    member = KitMemberFactory(asset__tag="1", asset__name="a", kit__name="Filming")

    outcome = take(f"{HOLDER}1,a,{PersonFactory().email},,\n")

    assert remarks(outcome) == [
        f"line 2, column “checked out to: email”: {member.asset} belongs to the kit “Filming”. Hand out the whole kit."
    ]


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"out_of_service_at": timezone.now(), "out_of_service_reason": "no lid"}, "is out of service: no lid."),
        ({"lendable": False}, "is not lent to people. It may only be put up in a space."),
    ],
)
def test_a_known_asset_goes_to_nobody_when_it_is_not_lent(db, values, why):
    asset = AssetFactory(tag="1", name="a", **values)
    space = SpaceFactory()

    outcome = take(f"{HOLDER}1,a,{PersonFactory().email},,\n")

    assert remarks(outcome) == [f"line 2, column “checked out to: email”: {asset} {why}"]
    take(f"tag,name,current location\n1,a,{space.building.code} {space.number}\n")
    assert Assignment.objects.get().space == space


def test_a_reserved_asset_stays_for_its_reservation(db):
    claim = ReservationFactory(model=None, asset=AssetFactory(tag="1", name="a"))

    outcome = take(f"{HOLDER}1,a,{PersonFactory().email},,\n")

    (remark,) = remarks(outcome)
    assert f"{claim.asset} is reserved for" in remark
    assert not Assignment.objects.exists()


def test_the_last_unit_stays_for_the_reservation_of_its_model(db):
    asset = AssetFactory(tag="1", name="a")
    ReservationFactory(model=asset.model)

    outcome = take(f"{HOLDER}1,a,{PersonFactory().email},,\n")

    assert len(remarks(outcome)) == 1
    assert not Assignment.objects.exists()
