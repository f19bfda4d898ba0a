"""Damaged: lent to nobody else until somebody has seen to it."""

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.operations import send_notices
from assets.models import Asset, Reservation
from assets.notices import CONTENTS
from assets.operations import report_asset_damaged, report_asset_lost, take_back, take_back_kit
from assets.tests.factories import ReservationFactory
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def test_it_goes_out_of_service_and_stays_with_its_holder(assignment, asset, borrower, receipts):
    report_asset_damaged(assignment=assignment, by=borrower, trust=Trust.PROVED, note=" The lid is off. ")

    asset.refresh_from_db()
    assert (asset.condition, asset.is_out_of_service, asset.out_of_service_by) == ("damaged", True, borrower)
    assert asset.out_of_service_reason == "reported damaged: The lid is off."
    assert last_version(asset) == (borrower, "reported damaged (proved)")
    assert assignment.is_running
    assert receipts() == [("damaged", borrower)]


def test_only_the_desk_reads_what_was_typed(assignment, borrower, mailoutbox, settings):
    report_asset_damaged(assignment=assignment, by=borrower, trust=Trust.PROVED, note="http://evil.example")

    send_notices(contents=CONTENTS, at=timezone.now())

    to_desk = next(mail for mail in mailoutbox if mail.to == [settings.DESK_EMAIL])
    to_holder = next(mail for mail in mailoutbox if mail.to == [borrower.email])
    assert "L1 Laptop is reported damaged" in to_desk.subject
    assert "http://evil.example" in to_desk.body
    assert f"/admin/assets/asset/{assignment.asset.pk}/change/" in to_desk.body
    assert "evil" not in to_holder.body


def test_what_is_out_of_service_already_keeps_its_reason(assignment, asset, clerk):
    Asset.objects.update(out_of_service_at=assignment.out_at, out_of_service_reason="recalled")

    report_asset_damaged(assignment=assignment, by=clerk, note="The lid is off.")

    asset.refresh_from_db()
    assert (asset.out_of_service_reason, asset.condition) == ("recalled", "damaged")


def test_a_reservation_that_loses_its_unit_ends(assignment, asset, clerk):
    ReservationFactory(model=asset.model)

    report_asset_damaged(assignment=assignment, by=clerk, note="The lid is off.")

    assert Reservation.objects.get().outcome_reason == "It is damaged."
    assert Notice.objects.filter(kind="reservation").count() == 1


def test_of_a_kit_one_says_which_asset(kit_out, clerk):
    with refused("Say which asset of the kit “Camera” is damaged."):
        report_asset_damaged(assignment=kit_out, by=clerk, note="The lens is broken.")

    report_asset_damaged(assignment=kit_out.members.get(asset__tag="K1"), by=clerk, note="The lens is broken.")

    assert Asset.objects.out_of_service().get().tag == "K1"


@pytest.mark.parametrize("note", ["", "  "])
def test_without_a_word_it_is_refused(assignment, clerk, note):
    with refused("Say what is wrong with L1 Laptop."):
        report_asset_damaged(assignment=assignment, by=clerk, note=note)


def test_a_long_note_is_cut(assignment, asset, clerk):
    report_asset_damaged(assignment=assignment, by=clerk, note="x" * 1000)

    asset.refresh_from_db()
    assert len(asset.out_of_service_reason) <= 200


def test_what_is_lost_or_back_is_refused(assignment, stale, asset, clerk):
    report_asset_lost(assignment=assignment, by=clerk)
    with refused("L1 Laptop is reported lost. Report it found, or take it back."):
        report_asset_damaged(assignment=stale, by=clerk, note="Wet")

    take_back(assets=[asset], by=clerk)
    with refused("L1 Laptop is already back."):
        report_asset_damaged(assignment=stale, by=clerk, note="Wet")


def test_what_is_missing_from_its_kit_is_refused(kit_out, clerk):
    member = kit_out.members.get(asset__tag="K1")
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[member.asset])

    with refused("K1 Laptop is missing from its kit. Take it back when it turns up."):
        report_asset_damaged(assignment=member, by=clerk, note="Wet")


def test_what_it_costs(assignment, clerk):
    with queries(exactly=10):
        report_asset_damaged(assignment=assignment, by=clerk, note="Wet")
