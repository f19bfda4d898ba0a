"""Confirming keys on a phone, answering for others, and what a campaign has come to."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import KeyLevel
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Attestation, Campaign, Loan, LossReport
from keys.operations import answer_attestation, close_campaign, move_campaigns, open_campaign, return_key
from keys.tests.factories import AttestationFactory, CampaignFactory, KeySymbolFactory, LoanFactory, opening
from keysite.tests.pages import form_of
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

OWN = reverse("attestation_own")


@pytest.fixture
def campaign(db):
    return CampaignFactory()


@pytest.fixture
def line(campaign, loan):
    return AttestationFactory(campaign=campaign, loan=loan)


@pytest.fixture
def manager(line):
    """Asked about the key by now."""
    Attestation.objects.update(stage="manager")
    building = opening(line.loan.key.symbol).building
    return BuildingManager.objects.create(building=building, person=PersonFactory(), since="2020-01-01").person


def once_of(client, page):
    return re.search(r'name="once" value="([^"]+)"', client.get(page).content.decode())[1]


def post(client, page, **values):
    return client.post(page, {"once": once_of(client, page)} | values, follow=True)


def others(campaign):
    return reverse("attestation_others", args=[campaign.pk])


def test_all_keys_stand_on_one_page_with_four_answers_each(client, line, borrower):
    AttestationFactory(campaign=line.campaign, loan__borrower=borrower)
    AttestationFactory(campaign=line.campaign)
    client.force_login(borrower)

    response = client.get(OWN)

    assert "AA1 1" in text_of(response)
    assert response.content.decode().count('type="radio"') == 8
    assert "I never had it" in text_of(response)


def test_answers_are_sent_together_and_a_key_without_one_waits(client, line, borrower):
    lost, waits = (AttestationFactory(campaign=line.campaign, loan__borrower=borrower) for _n in range(2))
    client.force_login(borrower)

    response = post(client, OWN, **{f"line_{line.pk}": "have", f"line_{lost.pk}": "lost"})

    assert "Thank you: 2 answers are noted." in text_of(response)
    assert dict(Attestation.objects.values_list("pk", "answer")) == {line.pk: "have", lost.pk: "lost", waits.pk: ""}
    assert LossReport.objects.get().loan == lost.loan


def test_the_same_form_sent_twice_answers_once(client, line, borrower):
    client.force_login(borrower)
    values = {"once": once_of(client, OWN), f"line_{line.pk}": "lost"}

    for _time in range(2):
        assert client.post(OWN, values).status_code == 302

    assert LossReport.objects.count() == 1


def test_an_answer_is_shown_and_may_be_corrected(client, line, borrower):
    client.force_login(borrower)
    post(client, OWN, **{f"line_{line.pk}": "lost"})

    page = client.get(OWN)
    assert "You said so on" in text_of(page)
    assert "checked" in page.content.decode()
    post(client, OWN, **{f"line_{line.pk}": "have"})

    assert Attestation.objects.get().answer == "have"
    assert Loan.objects.get().is_running


def test_nothing_chosen_says_so(client, line, borrower):
    client.force_login(borrower)

    assert "Choose an answer for at least one key." in text_of(post(client, OWN))


def test_a_key_that_came_back_meanwhile_needs_no_answer(client, line, borrower, clerk):
    client.force_login(borrower)
    once = once_of(client, OWN)
    return_key(loan=line.loan, by=clerk)

    response = client.post(OWN, {"once": once, f"line_{line.pk}": "have"})

    assert response.status_code == 200
    assert "Nothing has to be confirmed." in text_of(response)


@pytest.mark.parametrize("value", ["maybe", "\0", "x" * 300, "🔑"])
def test_odd_answers_get_a_sentence(client, line, borrower, value):
    client.force_login(borrower)

    response = post(client, OWN, **{f"line_{line.pk}": value, "line_0": "have", f"line_{10**12}": "lost"})

    assert "Choose one of the answers." in text_of(response)
    assert Attestation.objects.get().answer == ""


def test_strangers_lines_are_not_on_it(client, line):
    client.force_login(PersonFactory())

    response = post(client, OWN, **{f"line_{line.pk}": "have"}) if b"once" in client.get(OWN).content else None

    assert response is None
    assert "Nothing has to be confirmed." in text_of(client.get(OWN))


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_for_three_keys_as_for_one(client, campaign, borrower, number):
    lines = [AttestationFactory(campaign=campaign, loan__borrower=borrower) for _n in range(number)]
    client.force_login(borrower)
    once = once_of(client, OWN)

    with queries(exactly=3):
        client.get(OWN)
    with queries(exactly=12):
        client.post(OWN, {"once": once} | {f"line_{line.pk}": "have" for line in lines})

    assert not Attestation.objects.unanswered().exists()


def test_the_first_page_leads_to_it_until_all_is_answered(client, line, borrower):
    client.force_login(borrower)
    assert f'href="{OWN}"' in client.get("/").content.decode()

    answer_attestation(attestation=line, answer="have", by=borrower)

    assert f'href="{OWN}"' not in client.get("/").content.decode()


def test_a_manager_confirms_several_at_once(client, line, manager, campaign):
    more = AttestationFactory(campaign=campaign, loan__key__symbol=line.loan.key.symbol, stage="manager")
    client.force_login(manager)

    response = post(client, others(campaign), ticked=[line.pk, more.pk], answer="have")

    assert "Thank you: 2 answers are noted." in text_of(response)
    assert "Nothing waits for you." in text_of(response)
    assert set(Attestation.objects.values_list("answered_by", flat=True)) == {manager.pk}
    assert "Has it" in text_of(client.get(others(campaign), {"show": "answered"}))


def test_a_manager_corrects_an_own_answer_and_none_of_the_holder(client, line, manager, borrower, campaign):
    more = AttestationFactory(campaign=campaign, loan__key__symbol=line.loan.key.symbol, stage="manager")
    answer_attestation(attestation=line, answer="lost", by=borrower)
    answer_attestation(attestation=more, answer="lost", by=manager)
    client.force_login(manager)

    page = f"{others(campaign)}?show=answered"
    refused = post(client, page, ticked=[line.pk], answer="have")
    post(client, page, ticked=[more.pk], answer="have")

    assert "Somebody else has answered for key AA1 1." in text_of(refused)
    assert LossReport.objects.open().get().loan == line.loan
    assert Attestation.objects.get(pk=more.pk).answer == "have"


def test_ones_own_keys_are_not_among_those_of_others(client, line, manager, campaign):
    Loan.objects.update(borrower=manager)
    client.force_login(manager)

    assert "Nothing waits for you." in text_of(client.get(others(campaign)))


def test_the_contact_of_the_department_sees_the_keys_of_its_people(client, line, campaign, borrower):
    borrower.department = DepartmentFactory(contact_email="contact@example.edu")
    borrower.save()
    contact = PersonFactory(email="contact@example.edu")
    client.force_login(contact)
    assert "Nothing waits for you." in text_of(client.get(others(campaign)))

    Attestation.objects.update(stage="contact")

    assert "AA1 1" in text_of(client.get(others(campaign)))


def test_a_stranger_sees_nothing_and_answers_nothing(client, line, campaign):
    client.force_login(PersonFactory())

    page = client.get(others(campaign))
    response = client.post(others(campaign), {"once": "k", "ticked": [line.pk], "answer": "have"})

    assert "AA1" not in text_of(page)
    assert "needs no answer of yours any more" in text_of(response)
    assert Attestation.objects.get().answer == ""


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Tick at least one key."),
        ({"answer": "have"}, "Tick at least one key."),
        ({"ticked": ["x"], "answer": "have"}, "Tick the keys in the list."),
        ({"ticked": [10**30], "answer": "have"}, "needs no answer of yours any more"),
        ({"ticked": ["\0"], "answer": "have"}, "Null characters are not allowed."),
        ({"ticked": True, "answer": "maybe"}, "Choose one of the answers."),
        ({"ticked": True}, "Choose an answer."),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence(client, line, manager, campaign, values, sentence):
    client.force_login(manager)
    values = values | ({"ticked": [line.pk]} if values.get("ticked") is True else {})

    response = post(client, others(campaign), **values)

    assert sentence in text_of(response)
    assert Attestation.objects.get().answer == ""
    assert b"checked" in response.content or values.get("ticked") != [line.pk]


def test_a_closed_campaign_says_so(client, line, manager, campaign, key_shop):
    close_campaign(campaign=campaign, by=key_shop)
    client.force_login(manager)

    assert "This is closed" in text_of(client.get(others(campaign)))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_others_asks_as_often_for_three_as_for_one(client, line, manager, campaign, number):
    for _n in range(number - 1):
        AttestationFactory(campaign=campaign, loan__key__symbol=line.loan.key.symbol, stage="manager")
    client.force_login(manager)

    with queries(exactly=4):
        client.get(others(campaign))


@pytest.mark.parametrize("query", ["after=x", "before=%00", "show=x", "after=" + "9" * 300])
def test_odd_addresses_of_the_list_are_no_error(client, line, manager, campaign, query):
    client.force_login(manager)

    assert client.get(f"{others(campaign)}?{query}").status_code in {200, 404}


def results(client, campaign, query=""):
    return client.get(reverse("campaign", args=[campaign.pk]) + query)


def test_results_say_what_was_answered_and_what_was_done(client, key_shop, line, campaign, borrower):
    said = {"lost": "Loss report : Waits", "returned": "Said to be back", "never": "To be looked into"}
    for answer in said:
        wrong = AttestationFactory(campaign=campaign, loan__borrower=borrower)
        answer_attestation(attestation=wrong, answer=answer, by=borrower)
    client.force_login(key_shop)

    page = text_of(results(client, campaign))

    assert "75 % of 4 questions are settled" in page
    assert all(words.split(" :")[0] in page for words in said.values())
    assert "Without a department" in page


def test_results_by_department_and_building_lead_to_a_summary_to_sign(client, key_shop, line, manager, borrower):
    borrower.department = DepartmentFactory(name="Physics")
    borrower.save()
    answer_attestation(attestation=line, answer="have", by=manager)
    client.force_login(key_shop)

    page = results(client, line.campaign)
    summary = client.get(reverse("campaign_summary", args=[line.campaign.pk]), {"department": borrower.department.pk})

    assert str(manager.managed_buildings.get().building) in text_of(page)
    assert f"?department={borrower.department.pk}" in page.content.decode()
    assert "AA1 1 Has it" in text_of(summary)
    assert "Signature" in text_of(summary)


@pytest.mark.parametrize("query", ["", "?department="])
def test_a_summary_may_be_of_the_people_without_a_department(client, key_shop, line, query):
    client.force_login(key_shop)

    response = client.get(reverse("campaign_summary", args=[line.campaign.pk]) + query)

    assert "AA1 1 No answer" in text_of(response)


@pytest.mark.parametrize("department", ["x", "%00", "0", "9" * 5, "9" * 30])
def test_there_is_no_summary_of_an_unknown_department(client, key_shop, line, department):
    client.force_login(key_shop)

    response = client.get(reverse("campaign_summary", args=[line.campaign.pk]) + f"?department={department}")

    assert response.status_code == 404


def test_a_sample_is_put_into_words_and_can_be_drawn_again(client, key_shop):
    """P47: how sure a sample makes is said with it."""
    for _n in range(20):
        LoanFactory()
    LoanFactory(key__symbol=KeySymbolFactory(level=KeyLevel.MASTER))
    today = timezone.localdate()
    days = {name: today + timedelta(days=3) for name in ("holders_until", "managers_until", "closes_on")}
    row = open_campaign(name="K", scope="all", by=key_shop, confidence=80, tolerated=20, **days)
    client.force_login(key_shop)

    waiting = text_of(results(client, row))
    Campaign.objects.update(closed_at=timezone.now())
    closed = text_of(results(client, row))
    Campaign.objects.update(closed_at=None)
    for drawn in row.attestations.sampled():
        answer_attestation(attestation=drawn, answer="have", by=drawn.loan.borrower)
    right = text_of(results(client, row, "?again=1"))
    answer_attestation(attestation=drawn, answer="never", by=drawn.loan.borrower)
    wrong = text_of(results(client, row))

    number = row.attestations.sampled().count()
    assert (
        f"{number} lines of the {number} drawn of 20 have no answer: nothing can be said of the others yet" in waiting
    )
    assert f"{number} lines of the {number} drawn of 20 had no answer: nothing can be said of the others." in closed
    assert f"No wrong line among {number} drawn of 20: with 80 % confidence less than 20 % are wrong." in right
    assert f"Drawn again with this seed: the same {number} keys." in right
    assert f"1 wrong line among {number} drawn of 20: 20 % or more may be wrong." in wrong


@pytest.mark.parametrize("number", [1, 3])
def test_results_ask_as_often_for_three_lines_as_for_one(client, key_shop, campaign, number):
    for _n in range(number):
        wrong = AttestationFactory(campaign=campaign)
        opening(wrong.loan.key.symbol)
        answer_attestation(attestation=wrong, answer="lost", by=wrong.loan.borrower)
    client.force_login(key_shop)

    with queries(exactly=11):
        results(client, campaign)


def test_a_campaign_is_opened_in_the_console_and_refusals_keep_what_was_typed(client, key_shop, loan):
    client.force_login(key_shop)
    address = reverse("admin:keys_campaign_add")
    values = form_of(client.get(address), "campaign_form") | {"name": "Keys 2026", "scope": "all", "confidence": "95"}
    day = timezone.localdate() + timedelta(days=3)
    values |= dict.fromkeys(("holders_until", "managers_until", "closes_on"), day.isoformat())

    refused = client.post(address, values)
    done = client.post(address, values | {"tolerated": "2"}, follow=True)

    assert "A sample needs both" in text_of(refused)
    assert 'value="Keys 2026"' in refused.content.decode()
    assert "was added" in text_of(done)
    assert Attestation.objects.count() == 1


def test_the_desk_answers_for_who_comes_to_it(client, clerk, line):
    client.force_login(clerk)
    address = reverse("admin:keys_attestation_answer_attestation", args=[line.pk])

    response = client.post(address, form_of(client.get(address)) | {"answer": "never"}, follow=True)

    assert "the answer is noted" in text_of(response)
    assert Attestation.objects.get().answered_by == clerk


def test_a_list_is_exported(client, key_shop, line):
    client.force_login(key_shop)

    address = reverse("admin:keys_attestation_export") + f"?show=all&campaign={line.campaign.pk}"
    lines = b"".join(client.get(address).streaming_content).decode().splitlines()

    assert lines[0].lstrip("\ufeff").startswith("campaign,key,serial,person")
    assert lines[1].startswith("Keys 2026,AA1,1,")


def test_the_whole_way_from_silence_to_the_manager(client, line, manager, campaign):
    Attestation.objects.update(stage="holder")
    move_campaigns(at=timezone.now() + timedelta(days=11))
    client.force_login(manager)

    assert "AA1 1" in text_of(client.get(others(campaign)))
