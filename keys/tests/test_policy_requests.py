"""The rules of key control that a request is held to, P03, P15, P16 and P19, each with its reason in words."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Trust
from keys.models import LossReport, Pinning, Proposal
from keys.operations import (
    add_to_request,
    approve_request,
    check_out,
    choose_way,
    preview_proposal,
    record_payment,
    report_found,
    report_lost,
)
from keys.tests.factories import DoorFactory, LoanFactory, opening
from keys.tests.requests import Campus
from keysite.ledger import BasketRefusal
from keysite.tests.history import refused
from keysite.tests.reading import text_of


@pytest.fixture
def campus(db):
    return Campus()


def lost(campus, symbol="AA1"):
    loan = LoanFactory(borrower=campus.person, key=campus.key(symbol))
    report_lost(loan=loan, by=campus.person, trust=Trust.PROVED)
    return loan


def unsettled(campus, symbols="AA1"):
    return (
        f"{campus.person.name} has lost a key {symbols}, and the loss is not settled. Ask the key desk about it first."
    )


def test_p03_a_key_that_opens_nothing_new_is_warned_of(campus, client):
    """By name it may be had; but who asks and who decides read that the keys in hand open all of that."""
    LoanFactory(borrower=campus.person, key=campus.key("AA"))
    request = add_to_request(by=campus.person, symbol=campus.symbols["AA2"])
    way, _unmet, refusal, *_names = preview_proposal(request)
    assert (way["doubled"], refusal) == ([campus.symbols["AA2"].pk], "")

    client.force_login(campus.person)
    assert "Other keys in your hands open all that these open: AA2" in text_of(client.get(reverse("key_request_new")))
    campus.send(request)
    client.force_login(campus.manager)
    [step] = campus.steps(request)
    shown = text_of(client.get(reverse("approval", args=[step.pk])))
    assert "Other keys in their hands open all that these open: AA2" in shown


def test_p03_not_of_a_key_that_opens_one_door_more(campus):
    LoanFactory(borrower=campus.person, key=campus.key("AA1"))

    way, *_rest = preview_proposal(add_to_request(by=campus.person, symbol=campus.symbols["AA"]))

    assert way["doubled"] == []


def test_p15_agreeing_to_a_metal_key_of_an_electronic_door_is_written(campus, client):
    """The one in charge of the door says why; the page names the door beforehand."""
    door = opening(campus.symbols["AA1"], building=campus.north, label="108", electronic_only=True)
    request = campus.send(add_to_request(by=campus.person, symbol=campus.symbols["AA1"]))
    [step] = campus.steps(request)
    client.force_login(campus.manager)
    assert "108 electronic only" in text_of(client.get(reverse("approval", args=[step.pk])))

    with refused(f"By policy nobody gets a metal key to {door}. Write why somebody should, to agree."):
        approve_request(approval=step, by=campus.manager, comment=" ")
    approve_request(approval=step, by=campus.manager, comment="The reader is broken")

    request.refresh_from_db()
    assert request.status == "approved"


def test_p15_the_other_building_need_not_write_anything(campus):
    keyset = Pinning.objects.now().get(door=campus.doors["101"]).keyset
    door = DoorFactory(building=campus.south, label="208", electronic_only=True)
    Pinning.objects.create(door=door, keyset=keyset, since=timezone.now())
    request = campus.ask("101")

    campus.agree(next(step for step in campus.steps(request) if step.building == campus.north))
    with refused(f"By policy nobody gets a metal key to {door}. Write why somebody should, to agree."):
        campus.agree(next(step for step in campus.steps(request) if step.building == campus.south))


def test_p16_no_other_key_in_place_of_a_lost_one_before_the_loss_is_settled(campus, client):
    """Said while asking; and it is not a higher key that is handed out instead."""
    lost(campus)
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    client.force_login(campus.person)
    assert unsettled(campus) in text_of(client.get(reverse("key_request_new")))

    with refused(unsettled(campus)):
        campus.send(request)

    assert not Proposal.objects.exists()


def test_p16_nor_by_choosing_other_keys(campus):
    """Whoever decides cannot choose it either."""
    request = campus.ask("101", "102")
    proposal = Proposal.objects.get()
    one = next(n for n, way in enumerate(proposal.ways) if way["hand_out"] == [campus.symbols["AA"].pk])
    lost(campus, "AA")
    [step] = campus.steps(request)

    with refused(unsettled(campus, "AA")):
        choose_way(approval=step, by=campus.manager, way=one, reason="One key is enough")


@pytest.mark.parametrize("settle", ["paid", "found", "decided"])
def test_p16_when_it_is_settled_another_is_given(campus, clerk, settle):
    """Paid for, decided on, or found: then nobody needs another."""
    loan = lost(campus)
    second = campus.key("AA1", serial=2)
    with pytest.raises(BasketRefusal, match="holds a key AA1 already"):
        check_out(keys=[second], borrower=campus.person, by=clerk, trust=Trust.STAFF)

    if settle == "paid":
        record_payment(loan=loan, by=clerk, amount=50, note="Receipt 7")
    elif settle == "found":
        report_found(loan=loan, by=campus.person)
        with refused("The keys in your hands open all of this already."):
            campus.ask("101")
        return
    else:
        accepted = {"decision": "accept", "accepted_until": timezone.localdate() + timedelta(days=90)}
        LossReport.objects.update(
            **accepted, decided_at=timezone.now(), decided_by=campus.manager, decision_reason="A store room"
        )
    request = campus.approve_all(campus.ask("101"))
    check_out(keys=[second], borrower=campus.person, by=clerk, trust=Trust.STAFF)

    request.refresh_from_db()
    assert request.status == "done"


def test_p16_the_loss_of_somebody_else_is_in_nobodys_way(campus):
    report_lost(loan=LoanFactory(borrower=campus.colleague, key=campus.key("AA1")), by=campus.colleague)

    assert campus.ask("101").status == "submitted"


def test_p19_a_request_names_who_gets_the_keys(campus):
    campus.person.first_name = campus.person.last_name = ""
    campus.person.save()
    request = add_to_request(by=campus.person, door=campus.doors["101"])

    with refused(f"{campus.person.email} has no name in the profile yet. Add it first: it goes with the request."):
        campus.send(request)


def test_p19_a_request_comes_to_a_few_keys_only(campus, settings):
    settings.REQUEST_KEYS = 2
    request = add_to_request(by=campus.person, things=[campus.doors[label] for label in ("101", "102", "201")])
    sentence = "This comes to 3 keys, and a request may have 2. Take something out, and ask for it by itself."
    assert preview_proposal(request).refusal == sentence

    with refused(sentence):
        campus.send(request)
    settings.REQUEST_KEYS = 3
    campus.send(request)

    assert request.status == "submitted"
