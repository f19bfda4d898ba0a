"""Asking about keys: everybody, or masters and a sample of the others."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import KeyLevel
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.tests.factories import BuildingFactory
from keys.models import Attestation, Campaign, Candidate, Loan
from keys.operations import close_campaign, open_campaign, report_found, report_lost, return_key, undo
from keys.sampling import sample_size
from keys.tests.factories import CampaignFactory, KeySymbolFactory, LoanFactory, opening
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries


def days(*numbers):
    names = ("holders_until", "managers_until", "closes_on")
    return {name: timezone.localdate() + timedelta(days=n) for name, n in zip(names, numbers, strict=True)}


def begin(by, **more):
    return open_campaign(**{"name": "Keys 2026", "scope": "all", "by": by} | days(10, 15, 20) | more)


def master():
    return LoanFactory(key__symbol=KeySymbolFactory(level=KeyLevel.MASTER))


def critical():
    loan = LoanFactory()
    opening(loan.key.symbol, criticality=4)
    return loan


def asked(campaign):
    return {line.loan: line.stratum for line in campaign.attestations.select_related("loan")}


def test_everybody_is_asked_about_what_is_out(key_shop):
    here, there = LoanFactory(), LoanFactory()
    LoanFactory(returned_at=timezone.now(), condition="good")
    LoanFactory(lost_at=timezone.now(), loss="lost")

    campaign = begin(key_shop, name="  Keys   2026 ")

    line = campaign.attestations.first()
    assert asked(campaign) == {here: "all", there: "all"}
    assert (campaign.name, campaign.population, campaign.seed) == ("Keys 2026", 2, None)
    assert (line.stage, line.answer) == ("holder", "")
    assert last_version(line) == (key_shop, "asked")
    assert last_version(campaign) == (key_shop, "list drawn up")


def test_masters_and_keys_to_critical_doors_may_be_asked_about_by_themselves(key_shop):
    """P43: what opens much or matters much is counted more often than the rest."""
    LoanFactory()
    sub = LoanFactory(key__symbol=KeySymbolFactory(level=KeyLevel.SUB_MASTER))
    opening(sub.key.symbol, criticality=3)
    wanted = {master(), critical()}

    assert set(asked(begin(key_shop, scope="masters"))) == wanted


def test_only_the_people_of_a_department(key_shop):
    department = DepartmentFactory()
    theirs = LoanFactory(borrower=PersonFactory(department=department))
    LoanFactory()

    assert set(asked(begin(key_shop, scope="department", department=department))) == {theirs}


def test_only_keys_to_a_building(key_shop):
    building, loan = BuildingFactory(), LoanFactory()
    opening(loan.key.symbol, building=building)
    opening(LoanFactory().key.symbol)

    assert set(asked(begin(key_shop, scope="building", building=building))) == {loan}


def test_of_a_sample_masters_are_all_asked_about_and_the_others_drawn(key_shop):
    always = {master(), critical()}
    others = {LoanFactory() for _n in range(30)}

    campaign = begin(key_shop, confidence=80, tolerated=20)

    lines = asked(campaign)
    drawn = {loan for loan, stratum in lines.items() if stratum == "sample"}
    assert {loan for loan, stratum in lines.items() if stratum == "all"} == always
    assert (len(drawn), campaign.population) == (7, 32)
    assert drawn < others
    assert set(Candidate.objects.values_list("loan", flat=True)) == {loan.pk for loan in others}


def test_anybody_can_draw_the_same_sample_again(key_shop):
    for _n in range(20):
        LoanFactory()
    campaign = begin(key_shop, confidence=80, tolerated=20)
    drawn = sorted(campaign.attestations.values_list("loan", flat=True))

    LoanFactory()  # what happens later changes nothing

    assert Campaign.objects.get().drawn(len(drawn)) == drawn
    assert 0 < campaign.seed < 2**62


def test_a_key_that_is_drawn_is_asked_about_though_it_comes_back_meanwhile(key_shop, monkeypatch):
    """Otherwise the sample would be smaller than what is claimed of it."""
    for _n in range(20):
        LoanFactory()

    def size(candidates, **claim):
        """As when the desk takes all keys back just then."""
        Loan.objects.update(returned_at=timezone.now(), condition="good")
        return sample_size(candidates, **claim)

    monkeypatch.setattr("keys.operations.campaigns.sample_size", size)
    campaign = begin(key_shop, confidence=80, tolerated=20)

    number = sample_size(20, confidence=80, tolerated=20)
    assert campaign.attestations.sampled().count() == number
    assert sorted(loan.pk for loan in asked(campaign)) == campaign.drawn(number)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("sample", [{}, {"confidence": 99, "tolerated": 1}])
def test_the_statements_do_not_depend_on_how_many_are_asked(key_shop, number, sample):
    for _n in range(number):
        LoanFactory()

    with queries(exactly=9 if sample else 5):
        begin(key_shop, **sample)

    assert Attestation.objects.count() == number


REFUSED = [
    ({"name": "  "}, "Name the campaign, such as Keys 2026."),
    (days(-1, 2, 3), "The last day for the holders is past. Give them some days from today on."),
    (days(3, 2, 4), "First the holders answer, then the managers, then the departments: put the days in order."),
    (days(3, 5, 4), "First the holders answer, then the managers, then the departments: put the days in order."),
    (days(3, 5, 400), "The last day is more than a year away. Choose an earlier one."),
    ({"scope": "attic"}, "Choose which keys the campaign is about."),
    ({"scope": "department"}, "Name the department or the building, and only with that scope."),
    ({"scope": "building"}, "Name the department or the building, and only with that scope."),
    ({"building": True}, "Name the department or the building, and only with that scope."),
    (
        {"confidence": 95},
        "A sample needs both: the confidence, and the share of wrong lines that must not stay hidden.",
    ),
    (
        {"tolerated": 2},
        "A sample needs both: the confidence, and the share of wrong lines that must not stay hidden.",
    ),
    (
        {"scope": "masters", "confidence": 95, "tolerated": 2},
        "Masters and keys to critical doors are always all asked about: leave the sample empty.",
    ),
    (
        {"confidence": 100, "tolerated": 2},
        "A sample has a confidence from 50 to 99 and a share above 0, at most 50.",
    ),
    ({"confidence": 95, "tolerated": 0}, "A sample has a confidence from 50 to 99 and a share above 0, at most 50."),
]


@pytest.mark.parametrize(("values", "sentence"), REFUSED)
def test_is_refused(key_shop, loan, values, sentence):
    if values.get("building"):
        values = {"building": BuildingFactory()}
    with refused(sentence):
        begin(key_shop, **values)
    assert not Campaign.objects.exists()


def test_is_refused_when_no_key_is_out(key_shop):
    with pytest.raises(Refusal, match="No key is out there: there is nobody to ask."):
        begin(key_shop)
    assert not Campaign.objects.exists()


def test_closing_ends_it_and_what_is_not_answered_stays_so(key_shop, loan):
    campaign = begin(key_shop)

    close_campaign(campaign=campaign, by=key_shop)

    assert (campaign.is_open, campaign.state) == (False, "Closed")
    assert last_version(campaign) == (key_shop, "closed")
    assert Attestation.objects.get().answer == ""


def test_closing_is_refused_when_it_is_closed_by_a_stale_copy_too(key_shop):
    campaign = CampaignFactory()
    stale = Campaign.objects.get()
    close_campaign(campaign=campaign, by=key_shop)

    with refused("“Keys 2026” is closed already."):
        close_campaign(campaign=stale, by=key_shop)


def test_what_it_came_to_stays_so_whatever_is_undone_or_found_after_it_was_closed(key_shop, clerk):
    back, lost, out = LoanFactory(), LoanFactory(), LoanFactory()
    campaign = begin(key_shop)
    return_key(loan=back, by=clerk)
    report_lost(loan=lost, by=clerk)
    close_campaign(campaign=campaign, by=key_shop)

    undo(loan=back, by=clerk)
    report_found(loan=lost, by=clerk)
    report_lost(loan=lost, by=clerk)
    report_lost(loan=out, by=clerk)

    came_to = dict(campaign.attestations.with_outcome().values_list("loan", "outcome"))
    assert came_to == {back.pk: "back", lost.pk: "lost", out.pk: "open"}
