"""From the basket to the hand-over, as the person, the manager and the desk see it in their browsers."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Trust
from assets.models import BuildingManager, Space
from keys.models import Approval, Delegation, KeyRequest
from keys.operations import add_to_request, approve_request
from keys.tests.factories import BuildingFactory, DoorFactory, KeySymbolFactory, LoanFactory, opening
from keys.tests.requests import Campus
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

NEW = reverse("key_request_new")
TODAY = timezone.localdate().isoformat()
DAYS = {"purpose": "My office", "needed_from": TODAY, "needed_until": TODAY}


@pytest.fixture
def campus(db):
    campus = Campus()
    campus.room = Space.objects.create(building=campus.north, number="110", floor="1")
    opening(campus.symbols["AA1"], campus.room)
    return campus


@pytest.fixture
def asking(client, campus):
    client.force_login(campus.person)
    return client


def once_of(response):
    return re.search(r'name="once" value="([^"]+)"', response.content.decode()).group(1)


def send(client, address, **values):
    page = client.get(address)
    seen = {"seen": page.context["seen"]} if "seen" in page.context else {}
    return client.post(address, seen | values | {"once": once_of(page)}, follow=True)


def test_rooms_are_found_by_building_and_floor_without_a_script(asking, campus):
    for n in range(45):
        opening(campus.symbols["AA2"], Space.objects.create(building=campus.north, number=f"2{n:02}", floor="2"))
    assert "110" not in text_of(asking.get(NEW))

    floors = text_of(asking.get(NEW, {"building": campus.north.pk}))
    assert "Floor 1 1 to choose from Floor 2 45 to choose from Entrances and corridors 3 to choose from" in floors
    assert "110" not in floors
    first = text_of(asking.get(NEW, {"building": campus.north.pk, "floor": "1"}))
    assert ("110" in first, "201" in first) == (True, False)
    second = text_of(asking.get(NEW, {"building": campus.north.pk, "floor": "2"}))
    assert ("110" in second, "201" in second) == (False, True)
    doors = text_of(asking.get(NEW, {"building": campus.north.pk, "doors": "1"}))
    assert ("110" in doors, "101" in doors) == (False, True)


def test_of_a_small_building_all_is_shown_at_once(asking, campus):
    shown = text_of(asking.get(NEW, {"building": campus.north.pk}))

    assert "110" in shown
    assert "101" in shown  # a door that belongs to no room
    assert "No door of this building is in the register." in text_of(
        asking.get(NEW, {"building": BuildingFactory().pk})
    )


def test_a_long_floor_has_pages(asking, campus):
    for n in range(70):
        opening(campus.symbols["AA2"], Space.objects.create(building=campus.north, number=f"2{n:02}", floor="2"))
    here = {"building": campus.north.pk, "floor": "2"}

    assert "259" in text_of(asking.get(NEW, here))
    assert "260" not in text_of(asking.get(NEW, here))
    assert "260" in text_of(asking.get(NEW, here | {"page": "2"}))
    for nonsense in ("0", "x", "9" * 5000, "٣"):
        assert "Put into the request" in text_of(asking.get(NEW, here | {"page": nonsense}))


def test_nonsense_in_the_address_upsets_nothing(asking, campus):
    for nonsense in ("x", "999999999999", "-1", "\x00", "🔑"):
        assert asking.get(NEW, {"building": nonsense, "floor": nonsense, "q": nonsense}).status_code == 200
        assert asking.get(NEW, {"building": campus.north.pk, "floor": nonsense}).status_code == 200


def test_rooms_doors_and_keys_are_found_by_words(asking, campus):
    other = KeySymbolFactory(system__code="WEST", symbol="AA1")

    assert "N 110" in text_of(asking.get(NEW, {"q": "n 110"}))
    assert "N 103" in text_of(asking.get(NEW, {"q": "103"}))
    found = text_of(asking.get(NEW, {"q": " aa1 "}))
    assert ("AA1 MAIN" in found, "AA1 WEST" in found) == (True, True)
    assert "AA1 MAIN" not in text_of(asking.get(NEW, {"q": "west:AA1"}))
    assert "Nothing is called “AA”." not in text_of(asking.get(NEW, {"q": "AA"}))
    assert "Nothing is called “A1”." in text_of(asking.get(NEW, {"q": "A1"}))  # only as it is stamped
    other.retired_at, other.retired_reason = timezone.now(), "Old"
    other.save()
    assert "AA1 WEST" not in text_of(asking.get(NEW, {"q": "AA1"}))


def test_a_key_is_asked_for_by_its_name(asking, campus):
    answer = send(asking, f"{NEW}?q=AB1", do="add", symbols="MAIN:AB1")

    assert "✓ AB1 in it" in text_of(answer)
    assert KeyRequest.objects.get().items.get().symbol == campus.symbols["AB1"]
    assert "Select a valid choice." in text_of(send(asking, NEW, do="add", symbols="MAIN:ZZ9"))


def test_many_rooms_are_put_in_with_a_fixed_number_of_queries(asking, campus):
    rooms = [Space.objects.create(building=campus.north, number=f"3{n:02}", floor="3") for n in range(20)]
    for room in rooms:
        opening(campus.symbols["AA2"], room)
    once = once_of(asking.get(NEW, {"building": campus.north.pk}))

    with queries(exactly=13):
        asking.post(NEW, {"do": "add", "spaces": [room.pk for room in rooms], "once": once})

    assert KeyRequest.objects.get().items.count() == 20


def test_the_whole_way_from_the_basket_to_the_approval(asking, campus, client):
    here = f"{NEW}?building={campus.north.pk}"
    added = send(asking, here, do="add", spaces=campus.room.pk, doors=campus.doors["201"].pk)
    assert not problems_of(added)
    assert added.redirect_chain[-1][0] == here
    shown = text_of(asking.get(NEW))
    assert "You get 2 keys:" in shown
    answer = send(asking, NEW, do="send", **DAYS)

    assert "Key Requested" in text_of(answer)
    request = KeyRequest.objects.get()
    client.force_login(campus.manager)
    listed = client.get(reverse("approval_list"))
    step = Approval.objects.get(building=campus.north)
    assert reverse("approval", args=[step.pk]) in listed.content.decode()
    answer = send(client, reverse("approval", args=[step.pk]), do="approve", text="Fine")
    assert "You have agreed." in text_of(answer)
    client.force_login(campus.other_manager)
    send(client, reverse("approval", args=[request.approvals.get(building=campus.south).pk]), do="approve")
    request.refresh_from_db()
    assert request.status == "approved"


def test_what_is_missing_is_said_and_what_was_typed_stays(asking, campus):
    add_to_request(by=campus.person, door=campus.doors["101"])

    answer = send(asking, NEW, do="send", purpose="My office", needed_from=TODAY, needed_until="2020-01-01")

    assert problems_of(answer)
    assert "My office" in answer.content.decode()
    assert "Tick at least one room, door or key." in text_of(send(asking, NEW, do="add"))


def test_what_stays_closed_is_said_before_and_after_it_is_sent(asking, campus):
    closed = DoorFactory(building=campus.north, label="North gate")
    readers = DoorFactory(building=campus.north, label="Vault", electronic_only=True)
    add_to_request(by=campus.person, things=[campus.doors["101"], closed, readers])
    sentences = ["No key on file opens: N North gate", "By policy nobody gets a metal key to: N Vault"]

    before = text_of(asking.get(NEW))
    after = text_of(send(asking, NEW, do="send", **DAYS))

    assert [sentence for sentence in sentences if sentence not in before or sentence not in after] == []


def test_sent_twice_is_once(asking, campus):
    add_to_request(by=campus.person, door=campus.doors["101"])
    once = once_of(asking.get(NEW))
    values = DAYS | {"do": "send", "once": once}

    first, second = asking.post(NEW, values), asking.post(NEW, values)

    assert first.status_code == 302
    assert KeyRequest.objects.count() == 1
    assert second.status_code in {200, 302}


def test_for_a_colleague_of_the_department_only(asking, campus):
    address = f"{NEW}?colleague={campus.colleague.email}&building={campus.north.pk}"
    send(asking, address, do="add", doors=campus.doors["101"].pk)
    send(asking, address, do="send", **DAYS)

    assert KeyRequest.objects.get().person == campus.colleague
    assert "Nobody of your department has this address." in text_of(
        asking.get(f"{NEW}?colleague={campus.manager.email}&building=")
    )


def test_what_a_colleague_has_is_not_shown_to_who_asks_for_them(asking, campus, client):
    """Neither before nor after it is sent: else one could read what anybody of the department carries."""
    LoanFactory(borrower=campus.colleague, key=campus.key("AB1"))
    request = add_to_request(by=campus.person, person=campus.colleague, things=[campus.doors["101"]])
    theirs = add_to_request(by=campus.colleague, things=[campus.doors["101"]])

    foreseen = text_of(asking.get(NEW, {"colleague": campus.colleague.email}))
    assert ("You get 1 key: AA1" in foreseen, "You keep" in foreseen, "AB1" in foreseen) == (True, False, False)
    campus.send(request)
    sent = text_of(asking.get(reverse("key_request", args=[request.pk])))
    assert ("You get AA1" in sent, "You keep" in sent) == (True, False)
    client.force_login(campus.colleague)
    assert "You keep AB1" in text_of(client.get(reverse("key_request", args=[request.pk])))
    assert theirs.items.count() == 1


def test_who_only_reads_has_no_form_and_writes_nothing(campus, client, auditor):
    request = campus.ask("101")
    client.force_login(auditor)
    here = reverse("key_request", args=[request.pk])
    page = client.get(here)
    once = page.context["form"]["once"].value() or page.context["form"].initial.get("once")

    answer = client.post(here, {"do": "message", "text": "Hello", "once": once})

    assert (page.context["writes"], 'name="text"' in page.content.decode()) == (False, False)
    assert not request.messages.exists()
    assert f"You have no part in request {request}" in text_of(answer)


def test_who_decides_nothing_learns_no_addresses_by_delegating(asking, campus):
    here = reverse("approval_list")

    for address in (campus.manager.email, "nobody@example.edu"):
        answer = text_of(send(asking, here, deputy=address, since=TODAY, until=TODAY))
        assert "You are in charge of no building or department today: there is nothing to delegate." in answer
        assert "Nobody here has this address." not in answer


def test_messages_go_both_ways(asking, campus, client):
    request = campus.ask("101")
    client.force_login(campus.manager)
    step = Approval.objects.get()
    send(client, reverse("approval", args=[step.pk]), do="ask", text="What for?")
    client.force_login(campus.person)
    here = reverse("key_request", args=[request.pk])
    assert "What for?" in text_of(client.get(here))
    assert "waits for your answer" in text_of(client.get(here))
    assert "My desk" in text_of(send(client, here, do="message", text="My desk is there"))


def test_a_rejection_needs_a_reason_and_is_read(asking, campus, client):
    request = campus.ask("101")
    client.force_login(campus.manager)
    here = reverse("approval", args=[Approval.objects.get().pk])

    assert "Say why: whoever asked reads it." in text_of(send(client, here, do="reject", text=""))
    send(client, here, do="reject", text="Not your lab")

    client.force_login(campus.person)
    assert "Not your lab" in text_of(client.get(reverse("key_request", args=[request.pk])))


def test_other_keys_are_chosen_by_the_approver(asking, campus, client):
    campus.ask("101", "102")
    client.force_login(campus.manager)
    step = Approval.objects.get()
    here = reverse("approval", args=[step.pk])

    answer = send(client, here, do="way", way="0", text="One key is enough")

    assert answer.status_code == 200
    assert KeyRequest.objects.get().proposals.current().get().reason == "One key is enough"
    for way in ("", "99", "-1", "x"):
        assert send(client, here, do="way", way=way, text="x").status_code == 200


def test_a_request_is_seen_by_whom_it_concerns_only(asking, campus, client):
    request = campus.ask("101")
    addresses = [reverse("key_request", args=[request.pk]), reverse("approval", args=[Approval.objects.get().pk])]

    client.force_login(campus.other_manager)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    client.force_login(campus.person)
    assert [client.get(address).status_code for address in addresses] == [200, 404]
    client.force_login(campus.manager)
    assert [client.get(address).status_code for address in addresses] == [200, 200]


def test_it_is_withdrawn_by_its_page(asking, campus):
    request = campus.ask("101")

    send(asking, reverse("key_request", args=[request.pk]), do="withdraw", text="")

    assert KeyRequest.objects.get().status == "withdrawn"


def test_somebody_stands_in_from_the_page_and_stops(asking, campus, client):
    client.force_login(campus.manager)
    here = reverse("approval_list")
    send(client, here, deputy=campus.colleague.email, since=TODAY, until=TODAY)
    delegation = Delegation.objects.get()
    assert delegation.deputy == campus.colleague

    send(client, here, end=delegation.pk)

    assert Delegation.objects.get().ended_at
    assert "Nobody here has this address." in text_of(
        send(client, here, deputy="x@example.edu", since=TODAY, until=TODAY)
    )


def test_the_key_office_decides_with_a_staff_sign_in_only(asking, campus, administrator):
    campus.ask("101")
    BuildingManager.objects.all().delete()
    step = Approval.objects.get()

    with refused("You are not in charge of this today. Ask the key office to correct that."):
        approve_request(approval=step, by=administrator, trust=Trust.PROVED)
    approve_request(approval=step, by=administrator, trust=Trust.STAFF)

    assert last_version(step) == (administrator, "approved (staff)")


def test_a_get_decides_nothing(asking, campus, client):
    campus.ask("101")
    client.force_login(campus.manager)
    step = Approval.objects.get()

    client.get(reverse("approval", args=[step.pk]), {"do": "approve", "text": "x"})

    step.refresh_from_db()
    assert step.decided_at is None


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_as_often_however_much_they_show(asking, campus, client, rows):
    labels = ["101", "102", "103"][:rows]
    requests = [campus.ask(label) for label in labels]
    campus.person.refresh_from_db()

    with queries(exactly=4):
        asking.get(reverse("key_request_list"))
    with queries(exactly=9):
        asking.get(reverse("key_request", args=[requests[0].pk]))
    client.force_login(campus.manager)
    with queries(exactly=6):
        client.get(reverse("approval_list"))
    with queries(exactly=12):
        client.get(reverse("approval", args=[Approval.objects.filter(request=requests[0]).get().pk]))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_basket_asks_as_often_however_much_is_in_it(asking, campus, rows):
    for n in range(rows):
        opening(campus.symbols["AA2"], Space.objects.create(building=campus.north, number=f"4{n:02}", floor="4"))
    labels = ["101", "102", "201"][:rows]
    before = [campus.ask(label).pk for label in labels]  # what was asked for before counts, too
    KeyRequest.objects.filter(pk__in=before).update(status="approved", approved_at=timezone.now())
    LoanFactory(borrower=campus.person, key=campus.key("AB1"))
    add_to_request(by=campus.person, things=[*Space.objects.filter(floor="4"), campus.symbols["AA"]])
    asking.get(NEW)

    with queries(exactly=8):
        asking.get(NEW)
    with queries(exactly=10):
        asking.get(NEW, {"building": campus.north.pk, "floor": "4"})
    with queries(exactly=11):
        asking.get(NEW, {"q": "4"})
    with queries(exactly=11):
        asking.get(NEW, {"building": campus.north.pk})
    with queries(exactly=10):
        asking.get(NEW, {"building": campus.north.pk, "doors": "1"})


@pytest.mark.parametrize("rows", [1, 3])
def test_the_basket_for_a_colleague_asks_once_more_who_they_are(asking, campus, rows):
    closed = [DoorFactory(building=campus.north, label=f"Gate {n}") for n in range(rows)]
    add_to_request(by=campus.person, person=campus.colleague, things=[campus.doors["101"], *closed])
    here = {"colleague": campus.colleague.email}

    for place, asked in [({}, 9), ({"building": campus.north.pk}, 12), ({"q": "1"}, 12)]:
        with queries(exactly=asked):
            shown = asking.get(NEW, here | place)
        assert "No key on file opens: N Gate 0" in text_of(shown)


@pytest.mark.parametrize("labels", [["101"], ["101", "102", "201"]])
def test_sending_asks_as_often_however_many_are_asked(asking, campus, labels):
    add_to_request(by=campus.person, things=[campus.doors[label] for label in labels])
    once = once_of(asking.get(NEW))

    with queries(exactly=29):
        asking.post(NEW, DAYS | {"do": "send", "once": once})
