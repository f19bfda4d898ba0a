"""Assets in the console: registered, found, moved, serviced, disposed of; each deed by its button."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from assets.models import Asset, Assignment, KitMember
from assets.operations import dispose, take_out_of_service
from assets.tests.factories import (
    AssetFactory,
    AssetModelFactory,
    AssignmentFactory,
    DisposalTypeFactory,
    KitFactory,
    KitMemberFactory,
    SpaceFactory,
)
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send

LIST = "/admin/assets/asset/"
ADD = f"{LIST}add/"


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def asset(db):
    return AssetFactory(tag="L1", name="Laptop")


def page(row, name="change"):
    return reverse(f"admin:assets_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(response):
    return response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def press(client, row, deed, **typed):
    return client.post(page(row, deed), form_of(client.get(page(row, deed))) | typed)


def act(client, deed, *rows, **typed):
    """What the action of the list sends, the question in between answered."""
    chosen = {"action": deed, "_selected_action": [row.pk for row in rows], "index": "0"}
    asked = client.post(f"{LIST}?show=all", chosen)
    return client.post(f"{LIST}?show=all", form_of(asked) | typed, follow=True)


def test_an_asset_is_registered_by_its_deed_and_gets_a_number(desk, clerk):
    response = send(desk, ADD, "asset_form", name="Laptop", mac="00-1A-2B-3C-4D-5E", _save="1")

    asset = Asset.objects.get()
    assert response.status_code == 302
    assert asset.tag.startswith("A")
    assert asset.mac == "00:1a:2b:3c:4d:5e"
    assert last_version(asset) == (clerk, "registered")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"tag": "l1"}, "There is an asset of this tag already."),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"mac": "zz"}, "MAC address"),
        ({"price": "-1"}, "A price is not negative."),
        ({"price": "x"}, "Enter a number."),
        ({"model": "999999"}, "That choice is not one of the available choices."),
        ({"home": "x"}, "That choice is not one of the available choices."),
        ({"purchased_on": "yesterday"}, "Enter a valid date."),
    ],
)
def test_an_asset_that_cannot_be_has_a_sentence_and_stays_typed(desk, asset, typed, sentence):
    response = send(desk, ADD, "asset_form", **{"name": "Beamer"} | typed, _save="1")

    (name,) = typed
    assert sentence in text_of(response)
    assert form_of(response, "asset_form")[name] == (typed[name] if typed[name] != "999999" and name != "home" else "")
    assert Asset.objects.count() == 1


def test_what_a_deed_changes_is_not_changed_by_the_form(desk, clerk, asset):
    other = SpaceFactory()
    more = {"home": other.pk, "parent": AssetFactory().pk, "disposed_on": "2026-01-01", "service_due_on": "2030-01-01"}

    send(desk, page(asset), "asset_form", **more, colour="red", _save="1")

    saved = Asset.objects.get(pk=asset.pk)
    assert (saved.colour, saved.home, saved.parent, saved.disposed_on) == ("red", None, None, None)
    assert saved.service_due_on is None
    assert last_version(asset) == (clerk, "changed: colour")


def test_an_asset_keeps_a_tag(desk, asset):
    response = send(desk, page(asset), "asset_form", tag="", _save="1")

    assert "An asset keeps a tag. Type one." in text_of(response)
    assert Asset.objects.get().tag == "L1"


def test_a_page_that_is_out_of_date_does_not_write_over_what_came_since(desk, asset):
    shown = form_of(desk.get(page(asset)), "asset_form")
    send(desk, page(asset), "asset_form", colour="red", _save="1")

    response = desk.post(page(asset), shown | {"colour": "blue", "_save": "1"})

    assert "Somebody has changed this since you opened the page." in text_of(response)
    assert form_of(response, "asset_form")["colour"] == "blue"
    assert Asset.objects.get().colour == "red"


@pytest.fixture
def one_of_each(clerk):
    now, today = timezone.now(), timezone.localdate()
    late = {"out_at": now - timedelta(days=9), "due_at": now - timedelta(days=2)}
    rows = {
        "there": AssetFactory(),
        "with_somebody": AssignmentFactory().asset,
        "overdue": AssignmentFactory(**late).asset,
        "placed": AssignmentFactory(person=None, space=SpaceFactory(), due_at=None, term=None).asset,
        "lost": AssignmentFactory(lost_at=now, loss="lost").asset,
        "out_of_service": AssetFactory(),
        "high_value": AssetFactory(price=5000),
        "warranty": AssetFactory(warranty_until=today + timedelta(days=3)),
        "service": AssetFactory(service_due_on=today),
        "awaiting_approval": AssetFactory(high_value=True),
        "disposed": AssetFactory(),
    }
    take_out_of_service(asset=rows["out_of_service"], by=clerk, reason="Lamp")
    for name in ("awaiting_approval", "disposed"):
        dispose(asset=rows[name], by=clerk, type=DisposalTypeFactory(), reason="Old")
    return rows


def test_one_click_leads_to_each_kind_of_asset(desk, one_of_each):
    found = {}
    for tab in [*one_of_each, "owned", "all"]:
        shown = text_of(desk.get(f"{LIST}?show={tab}"))
        found[tab] = {name for name, row in one_of_each.items() if page(row) in shown}

    everything = set(one_of_each)
    assert found.pop("all") == everything
    assert found.pop("owned") == everything - {"disposed"}
    assert found.pop("with_somebody") == {"with_somebody", "overdue"}
    assert found.pop("high_value") == {"high_value", "awaiting_approval"}
    in_use = {"there", "high_value", "warranty", "service", "awaiting_approval"}
    assert found.pop("there") == in_use
    assert found == {tab: {tab} for tab in found}


@pytest.mark.parametrize("words", ["l1", "Laptop", "SN99", "thinkpad", "00:1a"])
def test_an_asset_is_found_by_what_is_on_it(desk, asset, words):
    asset.serial, asset.mac, asset.model = "SN99", "00:1a:2b:3c:4d:5e", AssetModelFactory(name="ThinkPad X1")
    asset.save()
    other = AssetFactory(tag="T99", name="Beamer")

    shown = text_of(desk.get(LIST, {"q": words}))

    assert page(asset) in shown
    assert page(other) not in shown


def test_the_list_is_narrowed_by_what_leads_to_it(desk, asset):
    room = SpaceFactory()
    asset.home = room
    asset.save()
    placed = AssignmentFactory(person=None, space=room, due_at=None, term=None).asset
    out = AssignmentFactory(asset__home=room).asset
    other = AssetFactory()

    for query, found in {
        f"space={room.pk}": [asset, placed],
        f"building={room.building.pk}": [asset, out],
        f"model={asset.model.pk}": [asset],
        f"type={asset.model.type.pk}": [asset],
    }.items():
        shown = text_of(desk.get(f"{LIST}?{query}"))
        assert [row for row in (asset, placed, out, other) if page(row) in shown] == found, query


# What is typed, and how the history calls it.
DONE = {
    "take_out_of_service": ({"reason": "Lamp"}, "out of service: Lamp"),
    "put_in_service": ({"condition": "worn"}, "back in service"),
    "record_service": ({"note": "Cleaned"}, "serviced: Cleaned"),
    "move": ({"home": "{space}"}, "moved"),
    "set_parent": ({"parent": "{other}"}, "component of PARENT"),
    "dispose": ({"type": "{type}", "reason": "Old"}, "disposed of: Old"),
    "restore": ({"reason": "Mistake"}, "restored: Mistake"),
    "approve_disposal": ({}, "disposal approved"),
    "reject_disposal": ({"reason": "Still good"}, "disposal rejected: Still good"),
}


def prepare(asset, deed):
    """Bring the asset to where the deed is allowed."""
    somebody = PersonFactory()
    if deed == "put_in_service":
        take_out_of_service(asset=asset, by=somebody, reason="Lamp")
    if deed in {"approve_disposal", "reject_disposal"}:
        Asset.objects.filter(pk=asset.pk).update(high_value=True)
    if deed in {"restore", "approve_disposal", "reject_disposal"}:
        dispose(asset=Asset.objects.get(pk=asset.pk), by=somebody, type=DisposalTypeFactory(), reason="Old")


@pytest.mark.parametrize("deed", DONE)
def test_the_button_does_the_deed(console, administrator, asset, deed):
    typed, reason = DONE[deed]
    prepare(asset, deed)
    rows = {"{space}": SpaceFactory(), "{other}": AssetFactory(tag="PARENT"), "{type}": DisposalTypeFactory()}
    typed = {name: rows[value].pk if value in rows else value for name, value in typed.items()}

    shown, response = console.get(page(asset)), press(console, asset, deed, **typed)

    assert f"{page(asset, deed)}" in text_of(shown)
    assert response.url == page(asset)
    assert last_version(asset) == (administrator, reason)


def test_buttons_are_there_when_they_would_work(console, asset):
    names = [*DONE, "assign", "take_back", "add_to_kit", "remove_asset"]
    there = {"take_out_of_service", "record_service", "move", "set_parent", "dispose", "assign", "add_to_kit"}

    shown = text_of(console.get(page(asset)))

    assert {name for name in names if page(asset, name) in shown} == there | {"remove_asset"}


@pytest.mark.parametrize(
    ("deed", "typed", "sentence"),
    [
        ("take_back", {"condition": "good"}, "L1 Laptop is not assigned: nobody has to bring it back."),
        ("assign", {}, "Choose either a person or a space."),
        ("assign", {"person": "999999"}, "That choice is not one of the available choices."),
        ("put_in_service", {}, "L1 Laptop is in service."),
        ("take_out_of_service", {"reason": "Lamp", "until": "2020-01-01"}, "is past."),
        ("take_out_of_service", {"reason": ""}, "This field is required."),
        ("record_service", {"note": "x", "next_on": "2020-01-01"}, "is not to come."),
        ("restore", {"reason": "x"}, "L1 Laptop"),
        ("approve_disposal", {}, "L1 Laptop"),
        ("dispose", {"type": "", "reason": "Old"}, "This field is required."),
        ("dispose", {"type": "{type}", "reason": "Old", "on": "2099-01-01"}, "is still to come."),
    ],
)
def test_a_refused_button_says_why_and_changes_nothing(console, asset, deed, typed, sentence):
    typed = {name: DisposalTypeFactory().pk if value == "{type}" else value for name, value in typed.items()}
    versions = asset.history.count()

    response = press(console, asset, deed, **typed)

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert asset.history.count() == versions
    for name in {"reason", "note", "until", "on"} & set(typed):
        assert form_of(response)[name] == typed[name]


def test_an_asset_is_assigned_and_taken_back_by_buttons(desk, clerk, asset):
    person = PersonFactory()

    press(desk, asset, "assign", person=person.pk, note="With charger")
    assignment = Assignment.objects.get()
    press(desk, asset, "take_back", condition="worn")

    assert (assignment.person, assignment.out_by, assignment.note) == (person, clerk, "With charger")
    assert last_version(assignment) == (clerk, "taken back (staff)")
    assert Asset.objects.get().condition == "worn"


def test_a_basket_is_taken_back_with_one_receipt_and_what_is_refused_is_named(desk, asset, borrower):
    rows = [AssignmentFactory(person=borrower) for _n in range(2)]

    response = act(desk, "take_back", asset, *(row.asset for row in rows), condition="good")

    assert "L1 Laptop is not assigned" in text_of(response)
    assert "2 done." in text_of(response)
    assert not Assignment.objects.open().exists()
    assert Notice.objects.filter(person=borrower, kind="asset_receipt").count() == 1


def test_assets_join_a_kit_by_an_action(desk, asset):
    kit, taken = KitFactory(), KitMemberFactory().asset

    response = act(desk, "add_to_kit", asset, taken, kit=kit.pk)

    assert KitMember.objects.get(kit=kit).asset == asset
    assert "1 done." in text_of(response)
    assert page(kit) in text_of(desk.get(page(asset)))


def test_what_was_registered_by_mistake_is_removed_and_leads_to_the_list(console, asset):
    response = press(console, asset, "remove_asset", reason="Twice")

    assert response.url == LIST
    assert not Asset.objects.exists()
    assert Asset.history.first().history_change_reason == "removed: Twice"


def test_what_is_worth_much_is_disposed_of_by_two(client, clerk, administrator, asset):
    Asset.objects.filter(pk=asset.pk).update(price=5000)
    client.force_login(clerk)
    press(client, asset, "dispose", type=DisposalTypeFactory().pk, reason="Old")
    asked = Asset.objects.get()
    client.force_login(administrator)
    press(client, asset, "approve_disposal")

    done = Asset.objects.get()
    assert (asked.disposed_on, asked.disposal_asked_by) == (None, clerk)
    assert (done.disposed_by, done.disposal_approved_by) == (clerk, administrator)


def test_the_page_shows_who_had_it_and_what_belongs_to_it(desk, asset):
    row = AssignmentFactory(asset=asset, person__last_name="Thal")
    part = AssetFactory(parent=asset, name="Dock")

    shown = text_of(desk.get(page(asset)))

    assert page(row) in shown
    assert "Thal" in shown
    assert page(part) in shown
    assert asset.public_code in shown
    assert "<svg" in text_of(desk.get(page(asset, "tag")))
