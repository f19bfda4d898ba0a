"""The equipment desk hands out: a person or a space, scans that answer at once, one button."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.models import Notice, Person, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from assets.models import Assignment
from assets.tests.desk import ASSIGN, DESK, basket_of, box, boxes_of, hand_out
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    KitFactory,
    KitMemberFactory,
    KitPartFactory,
    ReservationFactory,
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
def asset(db):
    return AssetFactory(tag="LAP1", barcode="978-1", rfid="E200")


@pytest.fixture
def kit(db):
    """Two assets, two batteries and a case."""
    kit = KitFactory(name="Camera 1")
    KitMemberFactory.create_batch(2, kit=kit)
    KitPartFactory(kit=kit, name="Battery", quantity=2)
    KitPartFactory(kit=kit, name="Case")
    return kit


def things_of(kit):
    return [*(member.asset for member in kit.members.order_by("pk")), *kit.parts.order_by("name")]


def today(days=0):
    return (timezone.localdate(timezone=settings.INSTITUTION_ZONE) + days * DAY).isoformat()


def test_person_and_things_go_through_in_one_deed(desk, clerk, borrower, asset):
    other = AssetFactory()

    response = hand_out(desk, person="BORROWER@example.edu", items=["lap1", other.public_code, ""], assign="1")

    rows = list(Assignment.objects.order_by("pk"))
    assert [(row.asset, row.person, row.out_by, row.trust) for row in rows] == [
        (asset, borrower, clerk, Trust.STAFF),
        (other, borrower, clerk, Trust.STAFF),
    ]
    assert "LAP1 Out until" in text_of(desk.get(response.url))
    assert Notice.objects.get().person == borrower


@pytest.mark.parametrize("typed", ["LAP1", " lap1 ", "978-1", "e200", "code", "http://localhost/a/code/"])
def test_a_thing_is_known_by_tag_barcode_rfid_and_label(desk, asset, typed):
    response = hand_out(desk, items=[typed.replace("code", asset.public_code)], look="1")

    assert basket_of(response, "taking") == [(asset, "")]


def test_somebody_s_tag_goes_before_another_s_barcode(desk, asset):
    AssetFactory(barcode="LAP1")

    assert basket_of(hand_out(desk, items=["LAP1"], look="1"), "taking") == [(asset, "")]


def test_a_code_of_several_things_is_said(desk):
    AssetFactory(tag="LAP8", barcode="77"), AssetFactory(tag="LAP9", rfid="77")

    [(typed, problem)] = basket_of(hand_out(desk, items=["77"], look="1"), "taking")

    assert (typed, problem) == ("77", "Several things have the code 77: LAP8 Laptop, LAP9 Laptop. Type the asset tag.")


def test_each_scan_is_answered_by_the_rules_of_the_deed(desk, borrower, asset):
    out, broken = AssignmentFactory().asset, AssetFactory(out_of_service_at=timezone.now(), out_of_service_reason="lid")
    claim = ReservationFactory(model=None, asset=AssetFactory())
    tags = [asset.tag, out.tag, broken.tag, claim.asset.tag, "ZZ9"]

    response = hand_out(desk, person="borrower@example.edu", items=tags, look="1")

    free, taken, ill, reserved, unknown = basket_of(response, "taking")
    assert free == (asset, "")
    assert "is out; it is due back on" in taken[1]
    assert "is out of service: lid." in ill[1]
    assert f"is reserved for {claim.person.name}" in reserved[1]
    assert unknown[1] == "Nothing here has the code ZZ9. Check it, or type the asset tag, such as A000123."
    assert Assignment.objects.count() == 1
    assert "<title>Equipment desk" in response.content.decode()


@pytest.mark.parametrize("typed", ["🔑", "x" * 300, "\x00", "'", "%", "0", "1000000000000"])
def test_what_nobody_knows_gets_a_sentence_and_stays(desk, typed):
    response = hand_out(desk, items=[typed], look="1")

    assert response.status_code == 200
    assert "Nothing here has the code" in basket_of(response, "taking")[0][1]


def test_the_tag_of_a_key_leads_to_the_key_desk(desk):
    address = hand_out(desk, items=["http://localhost/k/ABCDE23456/"], look="1")
    code = hand_out(desk, items=["ABCDE23456"], look="1")

    assert "is the tag of a key. Keys go out and come back at the key desk." in text_of(address)
    assert all('href="/desk/?key=ABCDE23456"' in page.content.decode() for page in (address, code))


def test_all_or_nothing_unless_the_clerk_takes_the_rest(desk, borrower, asset):
    out = AssignmentFactory().asset
    basket = {"borrower": borrower.pk, "items": [out.tag, "LAP1", "ZZ9"]}

    refused = hand_out(desk, **basket, assign="1")
    assert len(problems_of(refused)) == 2
    assert "Hand out the other thing only" in text_of(refused)
    assert Assignment.objects.count() == 1

    assert hand_out(desk, **basket, take_rest="1").status_code == 302
    assert Assignment.objects.get(person=borrower).asset == asset


def test_a_refused_commit_keeps_everything(desk, borrower):
    asset, term = AssignmentFactory().asset, LoanTermFactory(days=3)
    typed = {"term": term.pk, "due_on": today(2), "note": "For the fair", "out_at": "2026-01-01T10:00"}

    response = hand_out(desk, borrower=borrower.pk, items=[asset.tag], assign="1", **typed)

    page = response.content.decode()
    assert "<title>Error: Equipment desk" in page
    assert f'name="borrower" value="{borrower.pk}"' in page
    assert f'name="items" value="{asset.tag}"' in page
    assert f'<option value="{term.pk}" selected>' in page
    assert all(f'value="{typed[name]}"' in page for name in ("due_on", "note", "out_at"))


def test_the_due_date_is_filled_in_and_may_be_changed(desk, borrower, asset):
    shown = hand_out(desk, borrower=borrower.pk, items=["LAP1"], look="1")
    assert f'name="due_on" value="{today(7)}"' in shown.content.decode()

    hand_out(desk, borrower=borrower.pk, items=["LAP1"], due_on=today(3), due_suggested=today(7), assign="1")

    assert timezone.localdate(Assignment.objects.get().due_at).isoformat() == today(3)


def test_a_date_that_was_only_filled_in_gives_way_to_a_shorter_term(desk, borrower, asset):
    short = AssetFactory(model__type__loan_term=LoanTermFactory(days=2))
    fields = {"due_on": today(7), "due_suggested": today(7)}

    response = hand_out(desk, borrower=borrower.pk, items=["LAP1", short.tag], **fields, look="1")

    assert response.context["taking"].answer.refusal == ""
    assert 'name="due_on" value=""' in response.content.decode()
    assert {entry.due_at.date().isoformat() for entry in response.context["taking"].entries} == {today(7), today(2)}


def test_without_a_due_date_where_the_affiliation_allows_it(desk, borrower, asset):
    free = PersonFactory(affiliation=AffiliationFactory(due_date_required=False))

    refused = hand_out(desk, borrower=borrower.pk, items=["LAP1"], open_ended="on", assign="1")
    assert "borrows with a due date. Give one." in text_of(refused)

    hand_out(desk, borrower=free.pk, items=["LAP1"], open_ended="on", due_on=today(7), assign="1")
    assert Assignment.objects.get().due_at is None


def test_what_happened_earlier_keeps_both_moments(desk, borrower, asset):
    earlier = timezone.localtime() - DAY

    hand_out(desk, borrower=borrower.pk, items=["LAP1"], out_at=f"{earlier:%Y-%m-%dT%H:%M}", assign="1")

    row = Assignment.objects.get()
    assert row.out_at == earlier.replace(second=0, microsecond=0)
    assert row.out_recorded_at > row.out_at


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("out_at", "yesterday", "This is not a moment."),
        ("out_at", "2999-01-01T10:00", "That moment is still to come."),
        ("due_on", "soon", "This is not a day."),
        ("due_on", "2020-01-01", "is past."),
        ("note", "x" * 501, "at most 500 characters"),
        ("term", "99999", "Select a valid choice."),
    ],
)
def test_what_is_typed_wrongly_gets_a_sentence(desk, borrower, asset, field, value, sentence):
    response = hand_out(desk, borrower=borrower.pk, items=["LAP1"], assign="1", **{field: value})

    assert sentence in text_of(response)
    assert not Assignment.objects.exists()


def test_a_space_instead_of_a_person(desk, asset):
    space = SpaceFactory(building__code="PH", number="101")

    shown = hand_out(desk, place="PH 101", items=["LAP1"], look="1")
    assert shown.context["taking"].place_taken == space
    response = hand_out(desk, space=space.pk, items=["LAP1"], assign="1")

    assert (Assignment.objects.get().space, Assignment.objects.get().due_at) == (space, None)
    assert "LAP1 Put up" in text_of(desk.get(response.url))


def test_of_several_spaces_one_is_chosen(desk):
    spaces = [SpaceFactory(number="101"), SpaceFactory(number="101")]

    response = hand_out(desk, place="101", look="1")

    page = response.content.decode()
    assert all(f'type="radio" name="space" value="{space.pk}"' in page for space in spaces)
    assert "No space is found for “nowhere”." in text_of(hand_out(desk, place="nowhere", look="1"))


def test_without_a_taker_nothing_goes_out(desk, asset):
    response = hand_out(desk, items=["LAP1"], assign="1")

    assert problems_of(response) == ["Say who takes it, or in which space it is put up."]


def test_the_clerk_sees_what_somebody_has_and_what_is_in_the_way(desk, borrower):
    row = AssignmentFactory(person=borrower)
    borrower.blocked_at, borrower.blocked_reason = timezone.now(), "owes a lens"
    borrower.save()

    response = hand_out(desk, person="borrower@example.edu", look="1")

    assert "is blocked from borrowing." in text_of(response)
    assert f"Has: {row.asset}" in text_of(response)
    assert f'href="{DESK}?everything={borrower.pk}"' in response.content.decode()


def test_a_line_and_the_taker_can_be_taken_out_again(desk, borrower, asset):
    other = AssetFactory()

    fewer = hand_out(desk, borrower=borrower.pk, items=["LAP1", other.tag], remove="LAP1")
    assert basket_of(fewer, "taking") == [(other, "")]

    nobody = hand_out(desk, borrower=borrower.pk, items=["LAP1"], other="1")
    assert nobody.context["taking"].taker is None


def test_a_new_person_is_added_without_losing_the_scans(desk, asset):
    new = {"new-email": "new@example.edu", "new-first_name": "Nela", "new-last_name": "Novak", "new-identifier": ""}

    response = hand_out(desk, items=["LAP1"], register="1", **new, **{"new-affiliation": AffiliationFactory().pk})

    assert response.context["taking"].taker == Person.objects.get(email="new@example.edu")
    assert basket_of(response, "taking") == [(asset, "")]


def test_a_kit_shows_its_list_with_nothing_checked(desk, borrower, kit):
    first, second, battery, case = things_of(kit)

    response = hand_out(desk, borrower=borrower.pk, items=["camera 1"], look="1")

    assert basket_of(response, "taking") == [(kit, "")]
    assert boxes_of(response) == {box(first): False, box(second): False, box(case): False}
    assert f'name="there-{box(battery)}" min="0" max="2"' in response.content.decode()


def test_a_kit_that_is_checked_off_goes_out_at_once(desk, borrower, kit):
    first, second, battery, case = things_of(kit)
    there = {"there": [box(first), box(second), box(case)], f"there-{box(battery)}": "2"}

    response = hand_out(desk, borrower=borrower.pk, items=[kit.public_code], assign="1", **there)

    assert response.status_code == 302
    whole = Assignment.objects.get(kit=kit)
    assert whole.members.count() == 2
    assert "Camera 1 Out until" in text_of(desk.get(response.url))


def test_what_is_not_checked_off_is_named_and_stays_when_the_clerk_says_so(desk, borrower, kit):
    first, second, battery, case = things_of(kit)
    sent = {"borrower": borrower.pk, "items": [kit.public_code], "there": [box(first), box(case)]}
    sent |= {f"there-{box(battery)}": "1"}

    asked = hand_out(desk, **sent, assign="1")
    assert f"Not checked off: {second}, 1 × Battery. Check off what goes out. The rest stays here." in text_of(asked)
    assert not Assignment.objects.exists()
    agreement = asked.context["taking"].agreement
    assert hand_out(desk, **sent | {"there": [box(case)]}, agreed=agreement).status_code == 200

    assert hand_out(desk, **sent, agreed=agreement).status_code == 302
    whole = Assignment.objects.get(kit=kit)
    assert [row.asset for row in whole.members.all()] == [first]
    assert [str(part) for part in whole.parts.all()] == ["Battery", "Case"]


def test_everything_is_there_with_one_button(desk, borrower, kit):
    response = hand_out(desk, borrower=borrower.pk, items=[kit.public_code], all_there=kit.pk)

    assert all(boxes_of(response).values())
    assert response.context["taking"].unchecked == []


def test_a_scanned_member_is_checked_off_on_the_list_of_its_kit(desk, borrower, kit):
    first, second, *_parts = things_of(kit)

    response = hand_out(desk, borrower=borrower.pk, items=[kit.public_code, first.tag], look="1")

    assert basket_of(response, "taking") == [(kit, "")]
    assert (boxes_of(response)[box(first)], boxes_of(response)[box(second)]) == (True, False)


def test_a_member_alone_offers_the_whole_kit(desk, borrower, kit):
    first, *_others = things_of(kit)

    alone = hand_out(desk, borrower=borrower.pk, items=[first.tag], look="1")
    assert "belongs to the kit “Camera 1”. Hand out the whole kit." in text_of(alone)
    assert f'value="{kit.public_code}:{first.tag}"' in alone.content.decode()

    whole = hand_out(desk, borrower=borrower.pk, items=[first.tag], whole=f"{kit.public_code}:{first.tag}")
    assert basket_of(whole, "taking") == [(kit, "")]


def test_a_member_that_may_not_go_says_so_on_the_list(desk, borrower, kit):
    bad = KitMemberFactory(kit=kit, asset=AssetFactory(lendable=False)).asset
    sent = {"borrower": borrower.pk, "items": [kit.public_code]}

    looked = hand_out(desk, **sent, look="1")
    assert f"{bad} is not lent to people." in text_of(looked)
    assert basket_of(looked, "taking") == [(kit, "")]

    refused = hand_out(desk, **sent, all_there=kit.pk)
    assert "Something in the kit “Camera 1” cannot go out." in basket_of(refused, "taking")[0][1]


@pytest.mark.parametrize("typed", ["-1", "x", "99999999", "\x00", "²"])
def test_an_odd_number_of_parts_counts_as_none_or_all(desk, borrower, kit, typed):
    *_things, battery, _case = things_of(kit)

    response = hand_out(desk, borrower=borrower.pk, items=[kit.public_code], **{f"there-{box(battery)}": typed})

    assert response.status_code == 200


def test_the_same_post_twice_makes_one_assignment(desk, borrower, asset):
    once = desk.get(DESK).context["taking"]["once"].value()
    fields = {"borrower": borrower.pk, "items": ["LAP1"], "assign": "1", "once": once}

    assert len({desk.post(ASSIGN, fields).url for _time in range(3)}) == 1
    assert Assignment.objects.count() == 1


def test_a_scan_with_htmx_answers_with_the_part_only(desk, asset):
    headers = {"HX-Request": "true", "HX-Target": "asset-assign"}

    page = desk.post(ASSIGN, {"items": ["LAP1"], "look": "1", "once": "x"}, headers=headers).content.decode()

    assert page.lstrip().startswith('<div id="asset-assign">')


def scanned(desk, borrower, assets, button):
    once = desk.get(DESK).context["taking"]["once"].value()
    return {"borrower": borrower.pk, "items": [asset.tag for asset in assets], button: "1", "once": once}


@pytest.mark.parametrize(("count", "promised", "cost"), [(1, 0, 19), (3, 0, 19), (1, 1, 21), (1, 3, 21), (3, 3, 21)])
def test_query_budget_of_the_deed(desk, borrower, count, promised, cost):
    assets = AssetFactory.create_batch(count + promised, model=AssetModelFactory())
    ReservationFactory.create_batch(promised, model=assets[0].model)
    fields = scanned(desk, borrower, assets[:count], "assign")

    with queries(cost):
        assert desk.post(ASSIGN, fields).status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_a_scan(desk, borrower, count):
    assets = AssetFactory.create_batch(count)
    AssignmentFactory.create_batch(count, person=borrower)
    fields = scanned(desk, borrower, assets, "look")

    with queries(12):
        response = desk.post(ASSIGN, fields, headers={"HX-Request": "true", "HX-Target": "asset-assign"})

    assert response.status_code == 200
