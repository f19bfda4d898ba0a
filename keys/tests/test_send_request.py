"""Somebody asks for keys: the basket, which keys it comes to, and who is asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KeyLevel, Notice
from accounts.operations import anonymise
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import Space
from keys.models import KeyRequest, Proposal, ProposedKey
from keys.operations import (
    add_to_request,
    preview_proposal,
    propose_waiting,
    remove_from_request,
    report_lost,
    retire_door,
    send_request,
    withdraw_request,
)
from keys.tests.factories import DoorFactory, LoanFactory, opening
from keys.tests.requests import Campus
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused

TODAY = timezone.localdate()


@pytest.fixture
def campus(db):
    return Campus()


def keys_of(request, part="hand_out"):
    return sorted(
        str(line.symbol) for line in ProposedKey.objects.current().filter(proposal__request=request, part=part)
    )


def asked(campus, request):
    return [str(step.building or step.department or step.get_kind_display()) for step in campus.steps(request)]


def test_the_least_access_that_opens_the_doors(campus):
    request = campus.ask("101", "102")

    assert keys_of(request) == ["AA1", "AA2"]
    assert asked(campus, request) == [str(campus.north)]
    assert request.status == KeyRequest.Status.SUBMITTED
    assert last_version(request) == (campus.person, "sent")
    proposal = Proposal.objects.get()
    assert (proposal.order, proposal.highest_level, proposal.proven) == ("least_access", KeyLevel.MASTER, True)
    assert [(len(way["hand_out"]), way["beyond"]) for way in proposal.ways] == [(1, 1), (2, 0)]


def test_the_fewest_keys_where_the_affiliation_says_so_and_everybody_whose_door_they_open_is_asked(db):
    campus = Campus(order="fewest_keys")
    request = campus.ask("101", "201")

    assert keys_of(request) == ["A"]
    assert asked(campus, request) == [
        str(campus.north),
        str(campus.south),
        str(campus.department),
        "Key office",
    ]


def test_a_room_stands_for_its_doors_and_a_symbol_for_itself(campus):
    room = Space.objects.create(building=campus.north, number="109")
    opening(campus.symbols["AA2"], room)
    add_to_request(by=campus.person, space=room)
    request = add_to_request(by=campus.person, symbol=campus.symbols["AB1"])

    campus.send(request)

    assert keys_of(request) == ["AA2", "AB1"]


def test_what_is_held_is_kept_and_what_is_not_needed_any_more_goes_back(campus):
    LoanFactory(borrower=campus.person, key=campus.key("AA1"))
    request = add_to_request(by=campus.person, symbol=campus.symbols["AA"])

    campus.send(request)

    assert (keys_of(request), keys_of(request, "keep"), keys_of(request, "give_back")) == (["AA"], [], ["AA1"])


def test_what_the_keys_in_hand_open_is_not_asked_for(campus):
    LoanFactory(borrower=campus.person, key=campus.key("AA"))

    with refused("The keys in your hands open all of this already."):
        campus.ask("101")


def test_what_no_key_opens_is_said(campus):
    for label, fields in [("301", {}), ("302", {"electronic_only": True})]:
        campus.doors[label] = DoorFactory(building=campus.north, label=label, **fields)

    with refused(
        "No key can be given for this. Doors without a key on file: 1; only with one of too high a level: 0; "
        "no more keys may be cut: 0; electronic only: 1."
    ):
        campus.ask("301", "302")
    request = campus.ask("101", "301")
    assert Proposal.objects.get().unmet == {
        "nothing": [campus.doors["301"].pk],
        "electronic": [campus.doors["302"].pk],
    }
    assert keys_of(request) == ["AA1"]


def test_the_level_is_capped_by_the_affiliation(db):
    campus = Campus(level=KeyLevel.CHANGE, order="fewest_keys")

    assert keys_of(campus.ask("101", "102")) == ["AA1", "AA2"]


def test_the_basket_shows_beforehand_what_it_comes_to(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])

    way, unmet, *_rest = preview_proposal(request)

    assert (way["hand_out"], way["beyond"]) == ([campus.symbols["AA1"].pk], 0)
    assert not any(unmet.values())
    assert not Proposal.objects.exists()


def test_a_thing_is_in_the_basket_once_and_is_taken_out(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    add_to_request(by=campus.person, door=campus.doors["101"])
    item = request.items.get()

    remove_from_request(item=item, by=campus.person)

    assert not request.items.exists()
    with refused("Say first which doors the keys are for."):
        campus.send(request)


def test_for_a_colleague_of_ones_department_only(campus):
    request = campus.ask("101", person=campus.colleague)

    assert (request.person, request.asked_by) == (campus.colleague, campus.person)
    stranger = PersonFactory(first_name="Ada", last_name="Cole", affiliation=campus.affiliation)
    with refused("Ada Cole is not of your department. Ask for people of yours, or let them ask."):
        add_to_request(by=campus.person, person=stranger, door=campus.doors["101"])


def test_a_retired_door_and_a_symbol_above_the_level_are_refused(db, key_shop):
    campus = Campus(level=KeyLevel.CHANGE)
    retire_door(door=campus.doors["101"], by=key_shop, reason="Wall")

    with refused("Door N 101 is retired."):
        add_to_request(by=campus.person, door=campus.doors["101"])
    with refused(f"AA (Sub-master key) is above what “{campus.affiliation}” may hold. Name the doors."):
        add_to_request(by=campus.person, symbol=campus.symbols["AA"])


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"purpose": " "}, "Say what the keys are for: whoever agrees reads it."),
        ({"needed_until": None}, "Give the first and the last day on which the keys are needed."),
        ({"needed_until": TODAY - timedelta(days=1)}, "Give the first and the last day on which the keys are needed."),
        (
            {"needed_from": TODAY - timedelta(days=9), "needed_until": TODAY - timedelta(days=1)},
            "The last day is past.",
        ),
        (
            {"needed_until": TODAY + timedelta(days=800)},
            "That is longer than two years. Ask for less, and again then.",
        ),
    ],
)
def test_days_and_purpose_make_sense(campus, facts, sentence):
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    facts = {"purpose": "My office", "needed_from": TODAY, "needed_until": TODAY} | facts

    with refused(sentence):
        send_request(request=request, by=campus.person, **facts)


def test_it_is_sent_once_and_by_nobody_else(campus):
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    stale = KeyRequest.objects.get()

    with refused(f"Request {request} is somebody else's."):
        campus.send(request, by=campus.colleague)
    campus.send(request)
    with refused(f"Request {request} is sent already."):
        campus.send(stale)


def test_who_asks_and_who_decides_get_a_mail(campus):
    campus.ask("101")

    told = {(notice.facts["event"], notice.person) for notice in Notice.objects.filter(kind="key_request")}
    assert told == {("sent", campus.person), ("wanted", campus.manager)}


def test_many_doors_are_seen_to_by_the_clock(campus):
    for n in range(21):
        campus.doors[f"9{n}"] = opening(campus.symbols["AA1"], building=campus.north, label=f"9{n}")

    request = campus.ask(*[f"9{n}" for n in range(21)])

    assert not request.proposals.exists()
    assert propose_waiting(at=timezone.now())
    assert keys_of(request) == ["AA1"]
    assert asked(campus, request) == [str(campus.north)]
    assert not propose_waiting(at=timezone.now())


def test_of_many_doors_that_no_key_opens_the_clock_says_so(campus):
    for n in range(21):
        campus.doors[f"9{n}"] = DoorFactory(building=campus.north, label=f"9{n}")
    request = campus.ask(*[f"9{n}" for n in range(21)])

    propose_waiting(at=timezone.now())

    request.refresh_from_db()
    assert request.status == "rejected"
    assert request.reason.startswith("No key can be given for this. Doors without a key on file: 21;")


def test_it_is_withdrawn_by_who_asked_once(campus):
    request = campus.ask("101")

    with refused(f"Request {request} is somebody else's."):
        withdraw_request(request=request, by=campus.manager)
    withdraw_request(request=request, by=campus.person)
    with refused(f"Request {request} is over."):
        withdraw_request(request=request, by=campus.person)
    assert campus.steps(request) == []


def test_what_the_keys_in_hand_open_is_not_counted_as_more(campus):
    LoanFactory(borrower=campus.person, key=campus.key("AA"))
    request = add_to_request(by=campus.person, symbol=campus.symbols["AB"])

    foreseen, *_rest = preview_proposal(request)
    campus.send(request)

    [way] = Proposal.objects.get().ways
    assert way == foreseen
    assert (way["beyond"], way["doors"]) == (1, [campus.doors["201"].pk])


def test_what_a_colleague_has_or_has_lost_is_not_said_to_who_asks_for_them(campus, clerk):
    loan = LoanFactory(borrower=campus.colleague, key=campus.key("AA1"))
    sentence = f"No keys can be given to {campus.colleague.name} for this now. Let them ask for themselves, or ask "

    with pytest.raises(Refusal) as has:
        campus.ask("101", person=campus.colleague)
    report_lost(loan=loan, by=clerk)
    with pytest.raises(Refusal) as has_lost:
        campus.ask("101", person=campus.colleague)
    with pytest.raises(Refusal, match="has lost a key AA1, and the loss is not settled"):
        campus.ask("101", by=campus.colleague)

    assert str(has.value).startswith(sentence)
    assert str(has_lost.value) == str(has.value)


def test_a_basket_for_a_colleague_who_has_moved_is_not_sent(campus):
    request = add_to_request(by=campus.person, person=campus.colleague, door=campus.doors["101"])
    campus.colleague.department = DepartmentFactory()
    campus.colleague.save()

    with pytest.raises(Refusal, match="is not of your department. Ask for people of yours, or let them ask."):
        campus.send(request)

    assert KeyRequest.objects.get().status == "draft"


def test_what_another_request_comes_to_is_said_by_its_name(campus):
    first = campus.ask("101")

    with refused(f"The keys in your hands, and those of {first}, open all of this already."):
        campus.ask("101")


def test_of_so_many_doors_that_the_clock_chooses_nothing_is_foreseen(campus):
    """A room may have any number of doors: what is counted are these."""
    room = Space.objects.create(building=campus.north, number="110", floor="1")
    for n in range(21):
        door = opening(campus.symbols["AA1"], building=campus.north, label=f"110-{n}")
        door.space_to = room
        door.save()

    assert preview_proposal(add_to_request(by=campus.person, space=room)) is None


def test_who_has_asked_for_keys_is_not_anonymised_and_baskets_are_emptied(campus, administrator):
    request = campus.ask("101")
    basket = add_to_request(by=campus.colleague, person=campus.person, door=campus.doors["102"])

    with refused(f"{campus.person} has asked for keys: have the request rejected or withdrawn first."):
        anonymise(person=campus.person, by=administrator)
    withdraw_request(request=request, by=campus.person)
    anonymise(person=campus.person, by=administrator)

    assert list(KeyRequest.objects.all()) == [request]
    assert KeyRequest.history.filter(id=basket.pk).latest().history_change_reason == "anonymised"
