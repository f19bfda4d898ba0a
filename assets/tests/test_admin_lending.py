"""Assignments, kits, reservations, stock-takes and imports in the console; each deed by its button."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.tests.factories import PersonFactory
from assets.models import Asset, Assignment, AssignmentPart, Count, Extension, ImportBatch, Kit, Reservation, StockTake
from assets.operations import count, extend, open_stock_take, report_asset_lost, take_back, take_back_kit
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    KitFactory,
    KitMemberFactory,
    KitPartFactory,
    ReservationFactory,
    SpaceFactory,
)
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send

BOOK = "/admin/assets/assignment/"


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def row(db):
    return AssignmentFactory(asset__tag="L1", person__last_name="Thal", person__email="kim@example.edu")


def page(row, name="change"):
    return reverse(f"admin:assets_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(response):
    return response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def press(client, row, deed, **typed):
    return client.post(page(row, deed), form_of(client.get(page(row, deed))) | typed)


def act(client, deed, *rows, **typed):
    chosen = {"action": deed, "_selected_action": [row.pk for row in rows], "index": "0"}
    asked = client.post(f"{BOOK}?show=all", form_of(client.get(f"{BOOK}?show=all"), "changelist-form") | chosen)
    if asked.status_code == 302:
        return client.get(asked.url)
    return client.post(f"{BOOK}?show=all", form_of(asked) | typed, follow=True)


DONE = {
    "take_back": ({"condition": "worn"}, "taken back (staff)"),
    "extend": ({"why": "Thesis"}, "extended: Thesis (staff)"),
    "confirm_assignment": ({}, "confirmed (staff)"),
    "report_asset_lost": ({}, "reported lost (staff)"),
    "report_asset_found": ({}, "found (staff)"),
}


def prepare(row, deed):
    if deed == "report_asset_found":
        report_asset_lost(assignment=row, by=PersonFactory())
    if deed == "extend":
        Assignment.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(hours=1))


@pytest.mark.parametrize("deed", DONE)
def test_the_button_does_the_deed(desk, clerk, row, deed):
    typed, reason = DONE[deed]
    prepare(row, deed)
    shown = text_of(desk.get(page(row)))

    response = press(desk, row, deed, **typed)

    assert page(row, deed) in shown
    assert response.url == page(row)
    assert last_version(row) == (clerk, reason)
    assert Notice.objects.filter(person=row.person, requested_by=clerk).exists()


@pytest.mark.parametrize("deed", DONE)
def test_the_action_does_the_deed_to_each(desk, clerk, row, deed):
    typed, reason = DONE[deed]
    rows = [row, AssignmentFactory()]
    for one in rows:
        prepare(one, deed)

    response = act(desk, deed, *rows, **typed)

    assert "2 done." in text_of(response)
    assert [last_version(one) for one in rows] == [(clerk, reason)] * 2


@pytest.mark.parametrize(
    ("deed", "typed", "sentence"),
    [
        ("take_back", {"condition": "good"}, "L1 Laptop is not assigned"),
        ("extend", {"due_on": "2099-01-01"}, "L1 Laptop"),
        ("confirm_assignment", {}, "L1 Laptop"),
        ("report_asset_lost", {}, "L1 Laptop is already back."),
        ("report_asset_found", {}, "L1 Laptop is not reported lost."),
        ("report_asset_damaged", {"note": "Screen"}, "L1 Laptop"),
        ("transfer_assignment", {"note": "x"}, "Choose either a person or a space."),
    ],
)
def test_a_refused_button_says_why_and_keeps_what_was_typed(desk, clerk, row, deed, typed, sentence):
    take_back(assets=[row.asset], by=clerk)
    versions = row.history.count()

    response = press(desk, row, deed, **typed)

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert row.history.count() == versions
    for name in {"due_on", "note"} & set(typed):
        assert form_of(response)[name] == typed[name]


def test_a_transfer_ends_one_and_begins_the_next(desk, row):
    room = SpaceFactory()

    press(desk, row, "transfer_assignment", space=room.pk)

    following = Assignment.objects.get(follows=row)
    assert following.space == room
    assert page(following) in text_of(desk.get(page(row)))


def test_one_click_leads_to_each_kind_of_assignment(desk, clerk, kit_out):
    now = timezone.now()
    member = kit_out.members.first()
    take_back_kit(assignment=kit_out, by=clerk, missing_assets=[member.asset])
    rows = {
        "overdue": AssignmentFactory(out_at=now - timedelta(days=9), due_at=now - timedelta(days=2)),
        "undated": AssignmentFactory(due_at=None),
        "placed": AssignmentFactory(person=None, space=SpaceFactory(), due_at=None, term=None),
        "lost": AssignmentFactory(lost_at=now, loss="lost"),
        "missing": member,
        "returned": kit_out,
        "week": AssignmentFactory(due_at=now + timedelta(days=5)),
    }
    found = {}
    for tab in [*rows, "open", "all"]:
        shown = text_of(desk.get(f"{BOOK}?show={tab}"))
        found[tab] = {name for name, row in rows.items() if page(row) in shown}

    assert found.pop("all") == set(rows)
    assert found.pop("open") == set(rows) - {"returned", "missing"}
    assert found.pop("lost") == {"lost", "missing"}
    assert found == {tab: {tab} for tab in found}


@pytest.mark.parametrize("words", ["Thal", "kim@", "L1"])
def test_the_book_finds_by_person_and_asset(desk, row, words):
    other = AssignmentFactory()

    shown = text_of(desk.get(BOOK, {"q": words}))

    assert page(row) in shown
    assert page(other) not in shown


def test_only_the_note_can_be_edited(desk, clerk, row):
    values = form_of(desk.get(page(row)), "assignment_form")
    more = {"person": PersonFactory().pk, "due_at_0": "2099-01-01", "due_at_1": "00:00", "returned_at_0": "2026-01-01"}

    desk.post(page(row), values | more | {"note": "With charger", "_save": "1"})

    saved = Assignment.objects.get(pk=row.pk)
    assert (saved.note, saved.person, saved.is_open) == ("With charger", row.person, True)
    assert last_version(row) == (clerk, "changed: note")
    assert set(values) == {"csrfmiddlewaretoken", "console_once", "console_version", "note"}


def test_nobody_adds_an_assignment_or_an_extension_by_hand(client, administrator, row):
    client.force_login(administrator)

    assert [client.post(f"/admin/assets/{name}/add/").status_code for name in ("assignment", "extension")] == [403, 403]


def test_extensions_stand_on_the_page_and_in_their_list(desk, clerk, row):
    prepare(row, "extend")
    extend(assignment=row, by=clerk, trust=3, why="Thesis")

    assert page(Extension.objects.get()) in text_of(desk.get(page(row)))
    assert "Thesis" in text_of(desk.get("/admin/assets/extension/", {"q": "Thal"}))


def test_a_kit_comes_back_less_what_is_missing(desk, clerk, kit_out):
    cable, missing = kit_out.parts.get(), kit_out.members.get(asset__tag="K1")
    shown = text_of(desk.get(page(kit_out, "take_back_kit")))
    typed = {"condition": "good", "missing_assets": [missing.asset_id], f"missing_{cable.pk}": "1"}

    press(desk, kit_out, "take_back_kit", **typed)

    assert "K1 Laptop" in shown
    assert "Missing of 2 × Cable" in shown
    saved = Assignment.objects.get(pk=missing.pk)
    assert (saved.loss, saved.is_open) == ("missing", True)
    assert not Assignment.objects.get(pk=kit_out.pk).is_open
    assert AssignmentPart.objects.get().missing == 1

    press(desk, kit_out, "part_found", part=cable.pk, quantity="1")
    assert AssignmentPart.objects.get().missing == 0


@pytest.mark.parametrize("typed", [{"missing": "3"}, {"missing": "x"}, {"missing": "-1"}, {"asset": "999"}])
def test_odd_answers_about_a_kit_have_a_sentence(desk, kit_out, typed):
    cable = kit_out.parts.get()
    asked = {"condition": "good", f"missing_{cable.pk}": typed.get("missing", "0")}
    asked |= {"missing_assets": typed["asset"]} if "asset" in typed else {}

    response = press(desk, kit_out, "take_back_kit", **asked)

    assert response.status_code == 200
    assert Assignment.objects.get(pk=kit_out.pk).is_open


def test_kits_and_assets_come_back_in_one_basket(desk, row, kit_out):
    response = act(desk, "take_back", row, kit_out, condition="good")

    assert "2 done." in text_of(response)
    assert not Assignment.objects.open().exists()


def test_a_kit_is_filled_assigned_and_dissolved_by_buttons(client, administrator):
    client.force_login(administrator)
    kit, asset, person = KitFactory(name="Camera"), AssetFactory(), PersonFactory()
    parts = {"parts-TOTAL_FORMS": "1", "parts-0-name": "Cable", "parts-0-quantity": "2", "parts-0-kit": kit.pk}
    send(client, page(kit), "kit_form", **parts, _save="1")
    press(client, kit, "add_to_kit", asset=asset.pk)
    again = press(client, kit, "add_to_kit", asset=asset.pk)
    press(client, kit, "assign_kit", person=person.pk)
    refused = press(client, kit, "dissolve_kit")

    whole = Assignment.objects.get(kit=kit)
    assert "1 done." not in text_of(again)
    assert "kit" in text_of(again)
    assert (whole.person, whole.parts.get().quantity, whole.members.get().asset) == (person, 2, asset)
    assert "is assigned. Take it back first." in text_of(refused)
    assert page(whole) in text_of(client.get(page(kit)))

    press(client, whole, "take_back_kit", condition="good", **{f"missing_{whole.parts.get().pk}": "0"})
    press(client, kit, "remove_from_kit", assets=[asset.pk])
    press(client, kit, "dissolve_kit")
    assert Kit.objects.get().dissolved_at
    assert not hasattr(Asset.objects.get(), "membership")


def test_kits_are_listed_by_where_they_are(desk, clerk, kit_out):
    there = KitMemberFactory().kit
    KitPartFactory(kit=there)

    out, all_of_them = (text_of(desk.get(f"/admin/assets/kit/?show={tab}")) for tab in ("out", "all"))
    assert (page(kit_out.kit) in out, page(there) in out) == (True, False)
    assert (page(kit_out.kit) in all_of_them, page(there) in all_of_them) == (True, True)
    assert there.public_code in text_of(desk.get(page(there, "tag")))


def reservation_of(**typed):
    day = timezone.localdate() + timedelta(days=7)
    day += timedelta(days=(7 - day.weekday()) % 7)  # a Monday
    moments = {"starts_at_0": day.isoformat(), "starts_at_1": "10:00"}
    moments |= {"ends_at_0": (day + timedelta(days=1)).isoformat(), "ends_at_1": "10:00"}
    return moments | {"purpose": "Field trip", "_save": "1"} | typed


def test_a_reservation_is_made_by_its_deed(desk, clerk):
    asset, person = AssetFactory(), PersonFactory()
    values = reservation_of(model=asset.model.pk, person=person.pk)

    response = send(desk, "/admin/assets/reservation/add/", "reservation_form", **values)

    made = Reservation.objects.get()
    assert response.status_code == 302
    assert (made.model, made.person, made.confirmed_by) == (asset.model, person, clerk)
    assert last_version(made) == (clerk, "reserved (staff)")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"model": ""}, "Choose either one asset, or a model of which any will do."),
        ({"asset": "{asset}"}, "Choose either one asset, or a model of which any will do."),
        ({"person": ""}, "This field is required."),
        ({"starts_at_0": "2020-01-01"}, "past"),
        ({"ends_at_0": "2020-01-01"}, ""),
        ({"ends_at_0": "9999-12-31"}, ""),
        ({"starts_at_0": "0001-01-01"}, ""),
        ({"starts_at_0": "x"}, "Enter a valid date."),
        ({"purpose": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_reservation_that_cannot_be_has_a_sentence_and_stays_typed(desk, typed, sentence):
    asset = AssetFactory()
    typed = {name: asset.pk if value == "{asset}" else value for name, value in typed.items()}
    values = reservation_of(model=asset.model.pk, person=PersonFactory().pk) | typed

    response = send(desk, "/admin/assets/reservation/add/", "reservation_form", **values)

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert "errornote" in text_of(response)
    assert "violated" not in text_of(response)
    assert form_of(response, "reservation_form")["purpose"] == values["purpose"]
    assert not Reservation.objects.exists()


def test_what_people_ask_for_is_confirmed_rejected_and_cancelled(desk, clerk):
    first, second, third = (ReservationFactory(confirmed_at=None) for _n in range(3))
    waiting = text_of(desk.get("/admin/assets/reservation/?show=waiting"))

    press(desk, first, "confirm_reservation")
    press(desk, second, "reject_reservation", reason="Too long")
    press(desk, third, "cancel_reservation", reason="As agreed")
    again = press(desk, second, "confirm_reservation")

    assert all(page(row) in waiting for row in (first, second, third))
    assert [Reservation.objects.get(pk=row.pk).outcome for row in (first, second, third)] == [
        "",
        "rejected",
        "cancelled",
    ]
    assert last_version(first) == (clerk, "confirmed")
    assert again.status_code == 200
    assert page(first) in text_of(desk.get("/admin/assets/reservation/?show=upcoming"))
    assert page(second) in text_of(desk.get("/admin/assets/reservation/?show=ended"))


def test_a_reservation_is_not_changed_by_a_form(desk):
    row = ReservationFactory()

    assert desk.post(page(row), {"purpose": "x", "_save": "1"}).status_code == 403


def test_a_stock_take_is_opened_looked_at_and_closed(desk, clerk):
    room = SpaceFactory()
    here, missing = AssetFactory(home=room), AssetFactory(home=room)
    values = {"name": "Spring", "building": room.building.pk, "_save": "1"}

    send(desk, "/admin/assets/stocktake/add/", "stocktake_form", **values)
    take = StockTake.objects.get()
    count(stock_take=take, code=here.tag, space=room, by=clerk)
    shown = text_of(desk.get(page(take)))
    lines = text_of(desk.get(f"/admin/assets/count/?show=missing&stock_take={take.pk}"))
    press(desk, take, "close_stock_take")

    assert last_version(take) == (clerk, "closed")
    assert f"show=missing&amp;stock_take={take.pk}" in shown
    assert (missing.tag in lines, f">{here}<" in lines) == (True, False)


def test_what_was_found_elsewhere_belongs_there_from_now_on(desk, clerk):
    home, found = SpaceFactory(), SpaceFactory()
    asset = AssetFactory(home=home)
    take = open_stock_take(name="Spring", by=clerk)
    count(stock_take=take, code=asset.tag, space=found, by=clerk)

    press(desk, Count.objects.get(), "move_to_found")

    assert Asset.objects.get().home == found


def test_a_list_is_imported_after_a_look_and_undone(client, administrator, tmp_path):
    client.force_login(administrator)
    file = tmp_path / "list.csv"
    file.write_text("Asset Tag,Name,Category,Model\nT77,Beamer,Projector,EB-1\nT78,,,\n")
    with file.open("rb") as data:
        shown = client.post("/admin/assets/asset/import/", {"file": data})
    seen = Asset.objects.count()
    client.post("/admin/assets/asset/process_import/", form_of(shown))
    batch = ImportBatch.objects.get()

    assert seen == 0
    assert Asset.objects.filter(tag="T77", model__type__name="Projector").exists()
    press(client, batch, "undo_import")
    again = press(client, batch, "undo_import")
    assert not Asset.objects.exists()
    assert "This import is undone already." in text_of(again)


def test_a_person_page_shows_what_they_have_and_takes_it_all_back(desk, clerk, row):
    person = reverse("admin:accounts_person_change", args=[row.person.pk])
    returned = reverse("admin:accounts_person_take_back_all", args=[row.person.pk])
    shown = text_of(desk.get(person))

    desk.post(returned, form_of(desk.get(returned)) | {"condition": "good"})

    assert page(row) in shown
    assert returned in shown
    assert not Assignment.objects.open().exists()
    assert returned not in text_of(desk.get(person))
