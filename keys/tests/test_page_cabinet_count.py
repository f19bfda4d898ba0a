"""Counting a cabinet with a phone or a scanner: tick, look for the rest, and say what is missing."""

import pytest
from django.urls import reverse

from accounts.tests.factories import PersonFactory
from keys.models import CabinetCount, Key, LossReport
from keys.operations import count_cabinet
from keys.tests.factories import CabinetFactory, HookFactory, KeyFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

LIST = reverse("cabinet_list")


@pytest.fixture
def cabinet(db):
    return CabinetFactory(name="Cabinet 1")


@pytest.fixture
def keys(cabinet, symbol):
    """AA1 1 to AA1 3, which hang in the cabinet."""
    return [KeyFactory(symbol=symbol, serial=n, hook=HookFactory(cabinet=cabinet)) for n in (1, 2, 3)]


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def page(cabinet):
    return reverse("cabinet_count", args=[cabinet.pk])


def send(client, cabinet, **values):
    once = client.get(page(cabinet)).context["form"]["once"].value()
    values = {name: [key.pk for key in value] if isinstance(value, list) else value for name, value in values.items()}
    return client.post(page(cabinet), {"once": once} | values, follow=True)


def test_all_that_should_hang_there_is_to_be_ticked(desk, cabinet, keys):
    LoanFactory(key=keys[0])

    text = text_of(desk.get(page(cabinet)))

    assert "0 of 2 are there" in text
    assert "AA1 2" in text
    assert "AA1 1" not in text


@pytest.mark.parametrize("how", ["AA1 2", "aa1-2", "code", "address"])
def test_a_scan_ticks_a_key_and_says_so(desk, cabinet, keys, how):
    scan = {"code": keys[1].public_code, "address": f"https://x.test/k/{keys[1].public_code}/"}.get(how, how)

    answer = send(desk, cabinet, scan=scan, there=keys[:1], do="scan")

    assert "AA1 2 is there." in text_of(answer)
    assert "2 of 3 are there" in text_of(answer)
    assert answer.context["form"].ticked == set(keys[:2])


def test_enter_in_the_scan_field_never_ends_the_count(desk, cabinet, keys):
    send(desk, cabinet, scan="AA1 2", there=keys, missing=[], do="finish")

    assert not CabinetCount.objects.exists()


@pytest.mark.parametrize(
    ("scan", "sentence"),
    [
        ("AA1 9", "There is no key AA1 9."),
        ("door", "“door” is not a key."),
        ("AA1 0", "There is no key AA1 0."),
        ("AA1 1000000000000", "There is no key AA1 1000000000000."),
        ("😀", "is not a key."),
        ("x" * 300, "is not a key."),
        ("AA1 1", "AA1 1 is ticked already."),
    ],
)
def test_a_scan_that_ticks_nothing_says_why(desk, cabinet, keys, scan, sentence):
    answer = send(desk, cabinet, scan=scan, there=keys[:1], do="scan")

    assert sentence in text_of(answer)
    assert answer.context["form"].ticked == set(keys[:1])


@pytest.mark.parametrize("values", [{"scan": "x\0y"}, {"scan": "x" * 301}, {"there": "x"}, {"there": 2**70}])
def test_what_no_browser_sends_is_a_page_that_says_so(desk, cabinet, keys, values):
    assert desk.post(page(cabinet), values).status_code == 200
    assert not CabinetCount.objects.exists()


def test_a_key_that_does_not_belong_there_is_named(desk, cabinet, keys, symbol, clerk):
    KeyFactory(symbol=symbol, serial=4, hook=HookFactory(cabinet__name="Cabinet 2"))
    KeyFactory(symbol=symbol, serial=5)
    LoanFactory(key=keys[0])
    count_cabinet(cabinet=cabinet, there=keys[1:2], by=clerk)

    said = {n: text_of(send(desk, cabinet, scan=f"AA1 {n}", do="scan")) for n in (1, 3, 4, 5)}

    assert "AA1 1 is out, says the register. Take it back at the desk first." in said[1]
    assert "AA1 3 was retired as lost. Reinstate it in the console; then it hangs here again." in said[3]
    assert "AA1 4 belongs in Cabinet 2. Take it there." in said[4]
    assert "AA1 5 has no hook on file." in said[5]


def test_nothing_is_written_before_somebody_has_seen_what_is_missing(desk, cabinet, keys):
    answer = send(desk, cabinet, there=keys[:2], do="look")

    assert "1 key is missing" in text_of(answer)
    assert "Report it lost, and end the count" in text_of(answer)
    assert not CabinetCount.objects.exists()
    assert not LossReport.objects.exists()


def test_the_count_is_written_down(desk, cabinet, keys, clerk):
    answer = send(desk, cabinet, there=keys[:2], missing=keys[2:], do="finish")

    assert "Cabinet 1: 2 keys are there. 1 is reported lost." in text_of(answer)
    count = CabinetCount.objects.get()
    assert (count.counted_by, count.expected, count.missing) == (clerk, 3, 1)
    assert Key.objects.get(serial=3).retirement == "lost"


def test_a_form_that_says_nothing_is_missing_loses_nothing(desk, cabinet, keys):
    answer = send(desk, cabinet, there=keys[:1], do="finish")

    assert "2 more keys should hang there by now (AA1 2, AA1 3)." in text_of(answer)
    assert "2 keys are missing" in text_of(answer)
    assert answer.context["form"].ticked == set(keys[:1])
    assert not LossReport.objects.exists()


def test_a_double_click_counts_once(desk, cabinet, keys):
    once = desk.get(page(cabinet)).context["form"]["once"].value()
    values = {"once": once, "there": [key.pk for key in keys[:2]], "missing": [keys[2].pk], "do": "finish"}

    answers = [desk.post(page(cabinet), values) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert CabinetCount.objects.count() == 1


def test_P43_the_list_begins_with_what_nobody_has_counted(desk, cabinet, keys, clerk):
    CabinetFactory(name="Cabinet 2")
    count_cabinet(cabinet=cabinet, there=keys[1:], by=clerk)

    text = text_of(desk.get(LIST))

    assert text.index("Cabinet 2 Never counted") < text.index("Cabinet 1 Last counted on")
    assert "1 key was missing" in text


def test_an_empty_cabinet_and_none_at_all(desk, cabinet):
    assert "No key should hang here." in text_of(desk.get(page(cabinet)))
    cabinet.delete()
    assert "There is no cabinet yet." in text_of(desk.get(LIST))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_however_many_cabinets(desk, clerk, number):
    for _more in range(number):
        count_cabinet(cabinet=CabinetFactory(), there=[], by=PersonFactory())

    with queries(exactly=5):
        desk.get(LIST)


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_however_many_keys(desk, cabinet, keys, number):
    sent = {"there": [key.pk for key in keys[:number]], "scan": "AA1 1", "do": "scan"}

    with queries(exactly=8):
        desk.post(page(cabinet), sent)
