"""What can never be true of campaigns and what is answered in them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.tests.factories import BuildingFactory
from keys.models import Candidate
from keys.tests.factories import AttestationFactory, CampaignFactory, LoanFactory
from keysite.tests.constraints import refused_by

NOW = timezone.now()
SAMPLE = {"confidence": 95, "tolerated": 2, "seed": 1}


def days_before(*names):
    """A campaign on whose days those of these names are yesterday, all others today."""
    days = dict.fromkeys(("holders_until", "managers_until", "closes_on"), NOW.date())
    return CampaignFactory(**days | dict.fromkeys(names, NOW.date() - timedelta(days=1)))


def asked_twice():
    line = AttestationFactory()
    AttestationFactory(campaign=line.campaign, loan=line.loan)


def drawn_from_twice():
    campaign, loan = CampaignFactory(), LoanFactory()
    for _time in range(2):
        Candidate.objects.create(campaign=campaign, loan=loan)


REFUSED = [
    ("campaign_has_name", lambda: CampaignFactory(name="")),
    ("campaign_asks_one_after_the_other", lambda: days_before("managers_until")),
    ("campaign_asks_one_after_the_other", lambda: days_before("closes_on")),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(confidence=95)),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(tolerated=2)),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(**SAMPLE | {"seed": None})),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(**SAMPLE | {"confidence": 49})),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(**SAMPLE | {"confidence": 100})),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(**SAMPLE | {"tolerated": 0})),
    ("campaign_sample_with_confidence", lambda: CampaignFactory(**SAMPLE | {"tolerated": 51})),
    ("campaign_scope_is_named", lambda: CampaignFactory(scope="department")),
    ("campaign_scope_is_named", lambda: CampaignFactory(scope="building", department=DepartmentFactory())),
    ("campaign_scope_is_named", lambda: CampaignFactory(building=BuildingFactory())),
    ("campaign_scope_is_named", lambda: CampaignFactory(scope="attic")),
    ("candidate_once_per_campaign", drawn_from_twice),
    ("attestation_once_per_campaign", asked_twice),
    ("attestation_answered_by_someone", lambda: AttestationFactory(answer="have")),
    ("attestation_answered_by_someone", lambda: AttestationFactory(answer="have", answered_at=NOW)),
    ("attestation_answered_by_someone", lambda: AttestationFactory(answered_by=PersonFactory())),
    (
        "attestation_answered_by_someone",
        lambda: AttestationFactory(answer="maybe", answered_at=NOW, answered_by=PersonFactory()),
    ),
    ("attestation_stage_is_known", lambda: AttestationFactory(stage="dean")),
    ("attestation_stage_is_known", lambda: AttestationFactory(stratum="some")),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_a_key_may_be_asked_about_in_every_campaign(db):
    line = AttestationFactory()

    AttestationFactory(loan=line.loan)

    assert line.loan.attestations.count() == 2
