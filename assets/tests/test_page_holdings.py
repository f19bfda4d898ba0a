"""What somebody has from us, on the first page, and what they can say of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.forms import new_once
from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from assets.operations import assign_kit, report_asset_lost
from assets.tests.factories import AssignmentFactory, KitFactory, KitMemberFactory, KitPartFactory
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def mine(borrower):
    return AssignmentFactory(person=borrower, due_at=timezone.now() + timedelta(days=2))


@pytest.fixture
def signed_in(client, borrower):
    client.force_login(borrower)
    return client


def send(client, row, page, **values):
    return client.post(f"/assignments/{row.pk}/{page}/", {"once": new_once(), **values})


def test_the_first_page_shows_what_one_has(signed_in, mine):
    theirs = AssignmentFactory()

    page = signed_in.get("/").content.decode()

    assert mine.asset.tag in page
    assert "due in 2 days".capitalize() in page or "Due in" in page
    assert f">{theirs.asset.tag}<" not in page


def test_a_kit_is_shown_with_what_is_in_it(signed_in, borrower, clerk):
    kit = KitFactory(name="Camera kit")
    member = KitMemberFactory(kit=kit).asset
    KitPartFactory(kit=kit, name="Charger")
    assign_kit(kit=kit, person=borrower, by=clerk)

    page = signed_in.get("/").content.decode()

    assert page.count("Camera kit") >= 1
    assert member.tag in page
    assert "Charger" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_first_page_asks_as_much_for_three_as_for_one(signed_in, borrower, clerk, number):
    for _number in range(number):
        AssignmentFactory(person=borrower)
        assign_kit(kit=KitMemberFactory().kit, person=borrower, by=clerk)

    with queries(15):
        signed_in.get("/")


def test_i_still_have_it(signed_in, mine):
    assert "I still have it" in signed_in.get(f"/assignments/{mine.pk}/confirm/").content.decode()

    response = send(signed_in, mine, "confirm")

    mine.refresh_from_db()
    assert timezone.now() - mine.confirmed_at < timedelta(minutes=1)
    assert "You said that you still have" in signed_in.get(response.url).content.decode()


def test_it_is_kept_longer(signed_in, mine):
    was = mine.due_at

    response = send(signed_in, mine, "extend")

    mine.refresh_from_db()
    assert response.status_code == 302
    assert mine.due_at > was


def test_what_cannot_be_kept_longer_says_why(signed_in, borrower):
    late = AssignmentFactory(person=borrower, out_at=timezone.now() - timedelta(days=9))

    page = signed_in.get(f"/assignments/{late.pk}/extend/").content.decode()
    answer = send(signed_in, late, "extend").content.decode()

    assert "Keep it until" not in page
    assert "overdue" in page
    assert "There is a problem" in answer


def test_lost_and_found(signed_in, mine):
    send(signed_in, mine, "lost")
    mine.refresh_from_db()
    assert mine.is_lost
    assert "I found it" in signed_in.get("/").content.decode()

    send(signed_in, mine, "found")

    mine.refresh_from_db()
    assert not mine.is_lost


def test_damaged_is_said_with_what_is_wrong(signed_in, mine):
    empty = send(signed_in, mine, "damaged").content.decode()
    send(signed_in, mine, "damaged", note="The lid does not close")

    mine.asset.refresh_from_db()
    assert "Say in a few words" in empty
    assert "The lid does not close" in mine.asset.out_of_service_reason
    assert Notice.objects.filter(kind="asset_damage").count() == 1


def test_the_same_report_twice_is_one(signed_in, mine):
    once = {"once": new_once()}

    answers = [signed_in.post(f"/assignments/{mine.pk}/lost/", once) for _time in range(2)]

    assert answers[0].url == answers[1].url
    assert mine.history.filter(history_change_reason="reported lost (proved)").count() == 1


@pytest.mark.parametrize("name", ["extend", "confirm", "damaged", "lost", "found"])
def test_nobody_else_s_things(client, mine, name):
    client.force_login(PersonFactory())

    assert client.get(f"/assignments/{mine.pk}/{name}/").status_code == 404
    assert send(client, mine, name).status_code == 404


def test_nobody_else_s_receipt(client, mine, clerk):
    report_asset_lost(assignment=mine, by=clerk)
    client.force_login(PersonFactory())

    assert client.get(f"/assignments/receipts/{Notice.objects.get().public_id}/").status_code == 404
