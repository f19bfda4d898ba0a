"""The pages of rekeyings: the plan for a lost key, and what is left of it."""

import re

import pytest
from django.urls import reverse

from keys.models import KeySymbol, LossReport, Rekeying
from keys.operations import cancel_rekeying, rekey_door
from keys.tests.factories import LoanFactory
from keys.tests.rekeyings import Shop, opens
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

LIST = reverse("rekeying_list")
WORDS = {"which": "all", "whose": "own", "reason": "Lost key", "stamp": ""}


@pytest.fixture
def shop(key_shop):
    return Shop(key_shop)


@pytest.fixture
def phone(client, key_shop):
    client.force_login(key_shop)
    return client


def plan(phone, report, do="plan", **values):
    here = reverse("loss_rekey", args=[report.pk])
    once = phone.get(here).context["form"]["once"].value()
    return phone.post(here, {"do": do, "once": once} | WORDS | values, follow=True)


def press(phone, rekeying, do, **values):
    here = reverse("rekeying", args=[rekeying.pk])
    once = phone.get(here).context["fresh"]["once"].value()
    return phone.post(here, {"do": do, "once": once} | values, follow=True)


def test_what_it_would_cost_is_said_before_it_is_planned(shop, phone):
    report = shop.report()

    seen = text_of(plan(phone, report, "look"))

    assert "1 new cylinder, 1 new symbol, 1 key to swap; about 48 EUR." in seen
    assert not Rekeying.objects.exists()
    assert "is planned. No door opens differently yet." in text_of(plan(phone, report))
    rekeying = Rekeying.objects.get()
    assert (rekeying.estimate, rekeying.losses.get()) == (48, report)


def test_a_plan_is_made_once_and_then_led_to(shop, phone):
    report = shop.report()
    here = reverse("loss_rekey", args=[report.pk])
    values = {"do": "plan", "once": phone.get(here).context["form"]["once"].value()} | WORDS

    first, second = (phone.post(here, values) for _n in range(2))

    rekeying = Rekeying.objects.get()
    assert first.url == second.url == phone.get(here).url == reverse("rekeying", args=[rekeying.pk])


def test_doors_and_buildings_are_ticked_and_everybody_below_replaced(shop, phone):
    report = shop.report(LoanFactory(key=shop.key("AA")))
    shop.doors["102"].criticality = 4
    shop.doors["102"].save()

    chosen = plan(phone, report, "look", which="chosen", doors=[shop.doors["101"].pk], whose="below")
    assert "1 new cylinder, 2 new symbols, 3 keys to swap" not in text_of(chosen)
    assert chosen.context["foreseen"]["symbols"] == 2
    assert plan(phone, report, "look", which="critical").context["foreseen"]["doors"] == 1
    assert plan(phone, report, "look", which="chosen", buildings=[shop.north.pk]).context["foreseen"]["doors"] == 3


def test_a_refused_plan_keeps_what_was_typed(shop, phone):
    report = shop.report()

    nothing = plan(phone, report, which="chosen", reason="Two lost")
    assert "Choose at least one door." in text_of(nothing)
    assert "Two lost" in nothing.content.decode()
    assert "The system has a symbol AA2 already. Give another." in text_of(plan(phone, report, stamp="AA2"))
    assert "Say why these doors are rekeyed." in text_of(plan(phone, report, reason=""))
    assert plan(phone, report, which="none").status_code == 200
    assert plan(phone, report, reason="x" * 501, stamp="\0").status_code == 200


def test_the_locksmith_says_door_by_door_what_is_done(shop, phone):
    rekeying = shop.plan("101", "102", "103", replaced=["AA1", "AA2", "AA3"])

    done = press(phone, rekeying, "door", row=shop.row(rekeying).pk)
    left = press(phone, rekeying, "leave", row=shop.row(rekeying, "102").pk)
    rest = press(phone, rekeying, "building", rows=[shop.row(rekeying, "103").pk])

    assert "N 101 is done: from now on the new keys open it." in text_of(done)
    assert "N 102 keeps its old cylinder." in text_of(left)
    assert "is done: from now on the new keys open its doors." in text_of(rest)
    assert opens(KeySymbol.objects.get(symbol="AA3-2")) == ["103"]
    assert "Door N 101 is done already." in text_of(press(phone, rekeying, "door", row=shop.row(rekeying).pk))


def test_all_doors_of_a_building_are_those_that_were_shown(shop, phone, monkeypatch):
    monkeypatch.setattr("keys.views.rekeyings.DOORS", 2)
    rekeying = shop.plan("101", "102", "103", replaced=["AA1", "AA2", "AA3"])
    page = phone.get(reverse("rekeying", args=[rekeying.pk])).content.decode()
    shown = re.findall(r'name="rows" value="(\d+)"', page)
    assert "The others appear as these are done." in page

    press(phone, rekeying, "building", rows=shown, row=shop.north.pk)

    assert [row.done_at is None for row in rekeying.doors.order_by("pk")] == [False, False, True]
    assert "Choose at least one door." in text_of(press(phone, rekeying, "building", rows=[], row=shop.north.pk))


def test_holders_and_their_keys_are_seen_to(shop, phone):
    shop.report()
    rekeying = shop.plan()
    assert "The new key is being cut." in text_of(phone.get(reverse("rekeying", args=[rekeying.pk])))
    assert f"AA1-2 {shop.system} · Change key {rekeying} for" in text_of(phone.get(reverse("cutting_list")))
    shop.make_ready(shop.swap(rekeying))
    assert "AA1-2 1 is kept ready until" in text_of(phone.get(reverse("rekeying", args=[rekeying.pk])))

    gone = press(phone, rekeying, "drop", row=shop.swap(rekeying).pk)

    assert "gets no new key." in text_of(gone)
    assert "Nobody any more." in text_of(gone)


def test_cost_and_calling_off(shop, phone):
    rekeying = shop.plan()

    assert "The cost is noted." in text_of(press(phone, rekeying, "cost", cost="51.50"))
    assert "Type an amount, such as 480 or 480.50." in text_of(press(phone, rekeying, "cost", cost="much"))
    assert "Say why nothing is rekeyed." in text_of(press(phone, rekeying, "cancel"))
    assert "Nothing is rekeyed." in text_of(press(phone, rekeying, "cancel", reason="Found"))
    assert "is over: nothing changes in it any more." in text_of(press(phone, rekeying, "cancel", reason="Found"))


@pytest.mark.parametrize(
    "values",
    [
        {"do": "building", "rows": ["x\0"]},
        {"do": "burn"},
        {"do": "door", "row": 10**8},
        {"do": "drop"},
        {"do": "building"},
    ],
)
def test_what_is_not_there_is_no_failure_of_ours(shop, phone, values):
    assert press(phone, shop.plan(), **values).status_code in (200, 404)


def test_a_lost_key_that_is_not_to_be_rekeyed_has_no_plan(shop, phone):
    report = shop.report()
    report.decision, report.decided_at, report.decided_by, report.decision_reason = "", None, None, ""
    report.save()

    assert phone.get(reverse("loss_rekey", args=[report.pk])).status_code == 404


def test_a_manager_sees_those_with_doors_of_hers_and_changes_nothing(shop, client, building_manager):
    shop.manages(shop.south)
    theirs, others = shop.plan("101"), shop.plan("201", replaced=["AB1"])
    shop.north.managers.create(person=building_manager, since="2020-01-01")
    client.force_login(building_manager)

    assert list(client.get(LIST).context["page"].rows) == [theirs]
    assert client.get(reverse("rekeying", args=[others.pk])).status_code == 404
    assert client.post(reverse("rekeying", args=[theirs.pk]), {"do": "door"}).status_code == 403


def test_of_other_buildings_a_manager_sees_how_much_there_is(shop, client, building_manager):
    report, loan = shop.report(), LoanFactory(key=shop.key("AB1"), borrower=shop.member())
    rekeying = shop.plan("101", "201", replaced=["AA1", "AB1"])
    LossReport.objects.update(rekeying=rekeying)
    shop.south.managers.create(person=building_manager, since="2020-01-01")
    client.force_login(building_manager)

    seen = text_of(client.get(reverse("rekeying", args=[rekeying.pk])))
    console = text_of(client.get(reverse("admin:keys_rekeying_change", args=[rekeying.pk])))

    assert "1 door is left in other buildings." in seen
    assert "1 holder of keys to other buildings." in seen
    assert "1 of other buildings" in seen
    for page in (seen, console):
        assert loan.borrower.name in page
        assert shop.colleague.name not in page
        assert "N 101" not in page
        assert str(report.key) not in page.replace(rekeying.reason, "")
    assert "Doors: 2 in all" in console


def test_the_list_shows_how_far_each_is(shop, phone):
    open_one, over = shop.plan("101", "102", replaced=["AA1", "AA2"]), shop.plan("103", replaced=["AA3"])
    rekey_door(rekeyed=shop.row(open_one), by=shop.by)
    cancel_rekeying(rekeying=over, by=shop.by, reason="Found")

    assert "2 doors, 1 left" in text_of(phone.get(LIST))
    assert list(phone.get(LIST, {"show": "cancelled"}).context["page"].rows) == [over]
    assert phone.get(LIST, {"show": "\0"}).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_however_much_is_left(shop, phone, rows):
    for serial in range(rows):
        LoanFactory(key=shop.key("AA1", 20 + serial))
    replaced = ["AA1", "AA2", "AA3"][:rows]
    rekeying = shop.plan(*["101", "102", "103"][:rows], replaced=replaced)

    with queries(exactly=10):
        phone.get(reverse("rekeying", args=[rekeying.pk]))
    with queries(exactly=5):
        phone.get(LIST)
