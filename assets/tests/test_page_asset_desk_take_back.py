"""The equipment desk takes back: a basket of scans, each in its condition, kits checked off."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import PersonFactory
from assets.models import Assignment, AssignmentPart
from assets.operations import assign_kit
from assets.tests.desk import BACK, DESK, basket_of, box, boxes_of, take_back
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    KitFactory,
    KitMemberFactory,
    KitPartFactory,
    SpaceFactory,
)
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

DAY = timedelta(days=1)


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def row(borrower):
    return AssignmentFactory(asset__tag="LAP1", person=borrower)


@pytest.fixture
def whole(borrower, clerk):
    """A kit of two assets, two batteries and a case is out."""
    kit = KitFactory(name="Camera 1")
    KitMemberFactory.create_batch(2, kit=kit)
    KitPartFactory(kit=kit, name="Battery", quantity=2)
    KitPartFactory(kit=kit, name="Case")
    return assign_kit(kit=kit, person=borrower, by=clerk, out_at=timezone.now() - DAY)


def things_of(whole):
    return [*(member.asset for member in whole.members.order_by("pk")), *whole.parts.order_by("name")]


def test_a_basket_comes_back_whoever_had_it(desk, clerk, row):
    other = AssignmentFactory()

    looked = take_back(desk, items=["lap1", other.asset.public_code], look="1")
    assert "LAP1 Assigned Robin" in text_of(looked)
    response = take_back(desk, items=["lap1", other.asset.public_code], take_back="1")

    assert not Assignment.objects.open().exists()
    assert set(Assignment.objects.values_list("returned_by", "condition")) == {(clerk.pk, "good")}
    assert "LAP1 Taken back" in text_of(desk.get(response.url))
    assert Notice.objects.count() == 2


def test_each_thing_in_its_condition(desk, row):
    other = AssignmentFactory(asset__home=SpaceFactory(building__code="PH", number="101"))
    sent = {"items": ["LAP1", other.asset.tag], f"condition-{row.asset_id}": "damaged"}

    response = take_back(desk, **sent, take_back="1")

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.condition, other.condition, row.asset.is_out_of_service) == ("damaged", "good", True)
    page = text_of(desk.get(response.url))
    assert "Damaged: put it aside, it is out of service." in page
    assert "Bring it to PH 101." in page


def test_it_says_how_late(desk, row):
    due = timezone.now() - 3 * DAY
    Assignment.objects.update(out_at=due - 7 * DAY, due_at=due)

    assert "3 days late" in text_of(desk.get(take_back(desk, items=["LAP1"], take_back="1").url))


def test_what_is_not_assigned_is_said_and_the_rest_may_come_back(desk, row):
    AssetFactory(tag="LAP2")
    basket = {"items": ["LAP2", "LAP1", "ZZ9"]}

    refused = take_back(desk, **basket, take_back="1")
    assert problems_of(refused) == [
        "LAP2 Laptop is not assigned: nobody has to bring it back.",
        "Nothing here has the code ZZ9. Check it, or type the asset tag, such as A000123.",
    ]
    assert Assignment.objects.open().exists()

    assert take_back(desk, **basket, take_rest="1").status_code == 302
    assert not Assignment.objects.open().exists()


def test_nothing_scanned_is_said(desk):
    assert problems_of(take_back(desk, take_back="1")) == [
        "Scan at least one thing, or type its asset tag, such as A000123."
    ]


def test_an_earlier_moment(desk, row):
    earlier = timezone.localtime(row.out_at) + timedelta(minutes=10)

    take_back(desk, items=["LAP1"], returned_at=f"{earlier:%Y-%m-%dT%H:%M}", take_back="1")
    row.refresh_from_db()
    assert row.returned_at == earlier.replace(second=0, microsecond=0)


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [("2999-01-01T10:00", "still to come"), ("2020-01-01T10:00", "went out only on"), ("x", "not a")],
)
def test_an_impossible_moment(desk, row, moment, sentence):
    response = take_back(desk, items=["LAP1"], returned_at=moment, take_back="1")

    assert sentence in text_of(response)
    assert f'value="{moment}"' in response.content.decode()


def test_a_kit_lists_what_went_out_with_it(desk, whole):
    first, second, _battery, case = things_of(whole)

    response = take_back(desk, items=["Camera 1"], look="1")

    assert boxes_of(response) == {box(first): False, box(second): False, box(case): False}
    assert f'name="condition-{first.pk}"' in response.content.decode()


def test_what_is_not_checked_off_is_missing_when_the_clerk_says_so(desk, borrower, whole):
    first, second, battery, case = things_of(whole)
    sent = {"items": [whole.kit.public_code], "there": [box(first), box(case)], f"there-{box(battery)}": "1"}

    asked = take_back(desk, **sent, take_back="1")
    assert f"Not checked off: {second}, 1 × Battery." in text_of(asked)
    assert Assignment.objects.open().count() == 3

    response = take_back(desk, **sent, agreed=asked.context["returning"].agreement)
    missing = Assignment.objects.open().get()
    assert (missing.asset, missing.person, missing.loss) == (second, borrower, "missing")
    assert AssignmentPart.objects.get(name="Battery").missing == 1
    assert f"Missing: {second}, 1 × Battery" in text_of(desk.get(response.url))


def test_a_kit_comes_back_whole(desk, whole):
    response = take_back(desk, items=[whole.kit.public_code], all_there=whole.kit.pk)
    assert all(boxes_of(response).values())
    first, second, battery, case = things_of(whole)
    there = {"there": [box(first), box(second), box(case)], f"there-{box(battery)}": "2"}

    damaged = {f"condition-{first.pk}": "damaged"}
    assert take_back(desk, items=[whole.kit.public_code], **there, **damaged, take_back="1").status_code == 302

    assert not Assignment.objects.open().exists()
    first.refresh_from_db()
    assert first.is_out_of_service


def test_nothing_of_the_kit_is_there(desk, whole):
    asked = take_back(desk, items=[whole.kit.public_code], take_back="1")

    response = take_back(desk, items=[whole.kit.public_code], agreed=asked.context["returning"].agreement)

    assert "Nothing of the kit “Camera 1” is back. Report it lost instead." in text_of(response)


def test_a_scanned_member_is_checked_off_or_offers_its_kit(desk, whole):
    first, *_others = things_of(whole)

    alone = take_back(desk, items=[first.tag], look="1")
    assert f"{first} went out with the kit “Camera 1”." in basket_of(alone, "returning")[0][1]
    assert f'value="{whole.kit.public_code}:{first.tag}"' in alone.content.decode()

    listed = take_back(desk, items=[whole.kit.public_code, first.tag], look="1")
    assert basket_of(listed, "returning") == [(whole.kit, "")]
    assert boxes_of(listed)[box(first)]


def test_a_kit_that_is_not_out_is_said(desk):
    kit = KitMemberFactory(kit__name="Camera 2").kit

    response = take_back(desk, items=[kit.public_code], look="1")

    assert "The kit “Camera 2” is not assigned: nobody has to bring it back." in text_of(response)


def test_everything_that_somebody_has_fills_the_basket(desk, borrower, row, whole):
    lost = AssignmentFactory(person=borrower, lost_at=timezone.now(), loss="lost")
    AssignmentFactory()

    response = desk.get(f"{DESK}?everything={borrower.pk}")

    found = {item for item, _problem in basket_of(response, "returning")}
    assert found == {row.asset, whole.kit}
    assert lost.asset not in found


@pytest.mark.parametrize("query", ["everything=0", "everything=x", "everything=9999", "code=%00", "code=🔑", "done=x"])
def test_an_odd_address_shows_the_desk(desk, query):
    assert desk.get(f"{DESK}?{query}").status_code == 200


def test_a_code_begins_the_basket_that_fits(desk, borrower, row, whole):
    free, kit = AssetFactory(), KitMemberFactory().kit

    def begun(code, form):
        return [item for item, _problem in basket_of(desk.get(f"{DESK}?code={code}&person={borrower.pk}"), form)]

    assert begun(row.asset.public_code, "returning") == [row.asset]
    assert begun(whole.kit.public_code, "returning") == [whole.kit]
    assert begun(free.public_code, "taking") == [free]
    assert begun(kit.public_code, "taking") == [kit]
    assert desk.get(f"{DESK}?person={borrower.pk}").context["taking"].taker == borrower


def test_what_went_out_today_is_listed_until_it_is_back(desk, clerk, borrower, row):
    Assignment.objects.update(out_recorded_at=timezone.now())
    assert f"{DESK}?code={row.asset.public_code}" in desk.get(DESK).content.decode()

    take_back(desk, items=["LAP1"], take_back="1")

    assert "Handed out today Nothing yet." in text_of(desk.get(DESK))


@pytest.mark.parametrize("who", ["borrower", "auditor", "technician", "building_manager", "key_shop"])
def test_the_desk_is_for_those_who_work_there(client, request, row, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(DESK).status_code == 403
    assert client.post(BACK, {"items": "LAP1"}).status_code == 403


def test_the_desk_asks_for_a_staff_sign_in(client, clerk, row):
    client.force_login(clerk, methods=("email",))

    assert client.get(DESK).status_code == 302
    assert client.post(BACK, {"items": "LAP1", "take_back": "1"}).status_code == 302
    assert Assignment.objects.open().exists()


def test_too_many_scans_at_once_are_refused_in_a_sentence(desk):
    response = take_back(desk, items=[f"X{number}" for number in range(51)], look="1")

    assert "These are 51 lines. Send at most 50 at once." in text_of(response)


def test_the_same_post_twice_is_one_return(desk, row):
    fields = {"items": "LAP1", "take_back": "1", "once": desk.get(DESK).context["returning"]["once"].value()}

    first, second = (desk.post(BACK, fields) for _time in range(2))

    assert first.url == second.url
    assert Notice.objects.count() == 1


def test_a_scan_with_htmx_answers_with_the_part_only(desk, row):
    headers = {"HX-Request": "true", "HX-Target": "asset-take-back"}

    page = desk.post(BACK, {"items": ["LAP1"], "look": "1", "once": "x"}, headers=headers).content.decode()

    assert page.lstrip().startswith('<div id="asset-take-back">')


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_the_deed(desk, count):
    rows = AssignmentFactory.create_batch(count, person=PersonFactory())
    once = desk.get(DESK).context["returning"]["once"].value()
    fields = {"items": [row.asset.tag for row in rows], "take_back": "1", "once": once}

    with queries(15):
        response = desk.post(BACK, fields)

    assert response.status_code == 302
    assert {row.trust for row in Assignment.objects.all()} == {Trust.STAFF}


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_the_page(desk, clerk, borrower, count):
    AssignmentFactory.create_batch(count, person=borrower, out_at=timezone.now())

    with queries(7):
        response = desk.get(DESK)

    assert len(response.context["recent"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_a_kit_on_its_list(desk, borrower, clerk, count):
    kit = KitFactory()
    for _number in range(count):
        KitMemberFactory(kit=kit)
        KitPartFactory(kit=kit)
    assign_kit(kit=kit, person=borrower, by=clerk)
    headers = {"HX-Request": "true", "HX-Target": "asset-take-back"}

    with queries(13):
        desk.post(BACK, {"items": [kit.public_code], "look": "1", "once": "x"}, headers=headers)
