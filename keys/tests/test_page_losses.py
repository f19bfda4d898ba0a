"""The pages of lost keys: what waits for one's word, what is at risk, and the decision."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import KeyLevel
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import LossReport
from keys.models.approvals import today
from keys.operations import decide_loss, report_found, report_lost
from keys.tests.factories import KeyFactory, LoanFactory, LossReportFactory, opening
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

LIST = reverse("loss_list")
DAY = timedelta(days=1)


@pytest.fixture
def door(symbol):
    return opening(symbol, kind="office", building__code="N")


@pytest.fixture
def manager(client, door):
    """Signed in by a code, as people without a role are."""
    person = PersonFactory()
    BuildingManager.objects.create(building=door.building, person=person, since=today() - DAY)
    client.force_login(person)
    return person


@pytest.fixture
def report(loan, door):
    report_lost(loan=loan, by=loan.borrower, words="Left on the bus", police="7/26")
    return LossReport.objects.get()


def page(report):
    return reverse("loss", args=[report.pk])


def send(client, report, **values):
    once = client.get(page(report)).context["form"]["once"].value()
    return client.post(page(report), {"once": once} | values, follow=True)


def test_the_page_says_what_is_at_risk(client, manager, report, symbol):
    LoanFactory(key=KeyFactory(symbol=symbol))
    KeyFactory(symbol=symbol)

    text = text_of(client.get(page(report)))

    assert "Lost key AA1 1 Waits for a decision" in text
    assert "1 of 2 issued keys AA1 is lost: 50 %." in text
    assert "From 5 % on, doors of the kind “Office” are rekeyed. That is reached." in text
    assert "It opens 1 door" in text
    assert "Left on the bus" in text
    assert "All doors, new keys for everybody below 1 2 56 EUR 0 doors" in text


def test_names_and_the_police_are_for_a_staff_sign_in(client, manager, administrator, report, symbol):
    holder = LoanFactory(key=KeyFactory(symbol=symbol)).borrower
    personal = [holder.name, report.loan.borrower.name, "7/26"]

    text = text_of(client.get(page(report)))
    assert [word for word in personal if word in text] == []

    client.force_login(administrator)
    text = text_of(client.get(page(report)))
    assert [word for word in personal if word in text] == personal


def test_what_one_lost_oneself_is_not_listed_beside_it(client, manager, report, symbol):
    loan = LoanFactory(key=KeyFactory(symbol=symbol), borrower=manager)
    report_lost(loan=loan, by=manager)

    assert "Also lost" not in text_of(client.get(page(report)))


def test_who_came_by_a_code_sees_it_until_it_is_over(client, manager, report, clerk):
    decide_loss(report=report, by=manager, trust=1, decision="rekey", reason="Archive")
    assert "it may be decided otherwise" in text_of(client.get(page(report)))

    report_found(loan=report.loan, by=clerk)

    assert client.get(page(report)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "level", "sentence"),
    [
        ({"kind": "residence"}, KeyLevel.CHANGE, "For doors of the kind “Residence” one is enough to rekey."),
        ({"kind": "lab", "criticality": 4}, KeyLevel.CHANGE, "For a critical door one is enough to rekey."),
        ({"kind": "lab"}, KeyLevel.MASTER, "For a key of the level “Master key” one is enough to rekey."),
    ],
)
def test_where_one_key_is_enough_it_says_so(client, administrator, kind, level, sentence):
    report = LossReportFactory(key__symbol__level=level)
    opening(report.key.symbol, **kind)
    client.force_login(administrator)

    assert sentence in text_of(client.get(page(report)))


def test_a_key_that_opens_nothing_says_so(client, administrator):
    client.force_login(administrator)

    text = text_of(client.get(page(LossReportFactory())))

    assert "Nothing that is on file" in text
    assert "rekeyed" not in text


def test_with_critical_doors_only_it_lists_what_stays_open(client, administrator, report, symbol):
    opening(symbol, criticality=5, building__code="S")
    client.force_login(administrator)

    assert "these stay open to whoever finds the key: 1 door in N." in text_of(client.get(page(report)))


def test_the_manager_decides(client, manager, report):
    answer = send(client, report, decision="rekey", reason="It opens the archive")

    assert "It is decided: To be rekeyed." in text_of(answer)
    assert "It opens the archive" in text_of(answer)
    report.refresh_from_db()
    assert report.decided_by == manager


def test_the_manager_accepts_the_risk_until_a_day(client, manager, report):
    send(client, report, decision="accept", until=str(today() + DAY), reason="Summer")

    report.refresh_from_db()
    assert (report.decision, report.accepted_until) == ("accept", today() + DAY)


def test_a_day_beside_a_rekeying_is_left_aside(client, manager, report):
    send(client, report, decision="rekey", until=str(today() - DAY), reason="Archive")

    report.refresh_from_db()
    assert (report.decision, report.accepted_until) == ("rekey", None)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"decision": "accept"}, "Say until which day the risk is accepted."),
        ({"decision": "accept", "until": "tomorrow"}, "This is not a day."),
        ({"decision": "accept", "until": "2001-01-01"}, "A risk is accepted until a day from"),
        ({"decision": ""}, "Say what is to be done: rekey, or accept the risk."),
        ({"decision": "found"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(client, manager, report, values, sentence):
    answer = send(client, report, reason="Because 😀", **values)

    assert sentence in text_of(answer)
    assert "Because 😀" in answer.content.decode()
    assert LossReport.objects.get().decision == ""


@pytest.mark.parametrize("reason", ["", "x\0y", "x" * 501])
def test_a_reason_that_cannot_be_kept_is_refused(client, manager, report, reason):
    assert send(client, report, decision="rekey", reason=reason).status_code == 200
    assert LossReport.objects.get().decision == ""


def test_a_double_click_decides_once(client, manager, report):
    once = client.get(page(report)).context["form"]["once"].value()
    values = {"once": once, "decision": "rekey", "reason": "Archive"}

    answers = [client.post(page(report), values) for _click in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert LossReport.objects.get().history.filter(history_change_reason__startswith="decided").count() == 1


def test_whoever_only_sees_it_is_offered_no_decision_and_refused_one(client, auditor, report):
    client.force_login(auditor)
    assert "whoever is in charge is asked" in text_of(client.get(page(report)))

    answer = send(client, report, decision="rekey", reason="Archive")

    assert "is not yours to decide about" in text_of(answer)


@pytest.mark.parametrize("who", ["borrower", "technician"])
def test_nobody_else_sees_it(client, report, request, who):
    client.force_login(request.getfixturevalue(who))

    assert client.get(page(report)).status_code == 404
    assert client.post(page(report), {"decision": "rekey", "reason": "Mine"}).status_code == 404


def test_what_was_decided_is_no_more_ones_own(client, manager, report):
    assert "AA1 1" in text_of(client.get(LIST))

    decide_loss(report=report, by=manager, trust=1, decision="rekey", reason="Archive")

    assert "Nothing waits for your decision." in text_of(client.get(LIST))


def test_staff_see_all_by_what_is_decided(client, administrator, report):
    client.force_login(administrator)
    for show, there in [
        ("mine", True),  # nobody manages the building
        ("open", True),
        ("undecided", True),
        ("accepted", False),
        ("to_rekey", False),
        ("past_threshold", True),
        ("closed", False),
    ]:
        assert ("AA1 1" in text_of(client.get(LIST, {"show": show}))) == there, show


def test_whoever_has_no_role_sees_their_own_only_whatever_the_address_asks(client, manager):
    LossReportFactory()

    text = text_of(client.get(LIST, {"show": "open"}))

    assert "Nothing waits for your decision." in text


@pytest.mark.parametrize("place", ["x", "eyJ9", "%00"])
def test_an_address_that_names_no_page_is_not_found(client, administrator, report, place):
    client.force_login(administrator)

    assert client.get(LIST, {"after": place}).status_code == 404
    assert client.get(page(report), {"after": place}).status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_often_however_long_it_is(client, administrator, number):
    for _more in range(number):
        LossReportFactory(loan__borrower__department=DepartmentFactory())
    client.force_login(administrator)

    with queries(exactly=5):
        client.get(LIST, {"show": "open"})


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_often_however_much_is_at_risk(client, administrator, symbol, number):
    report = LossReportFactory(key=KeyFactory(symbol=symbol))
    for _more in range(number):
        opening(symbol, criticality=5)
        LoanFactory(key=KeyFactory(symbol=symbol))
        LossReportFactory(key=KeyFactory(symbol=symbol))
    client.force_login(administrator)

    with queries(exactly=14):
        client.get(page(report))
