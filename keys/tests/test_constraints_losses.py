"""What can never be true of lost keys and of counts: the database refuses it, whoever asks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.tests.factories import CabinetCountFactory, LossReportFactory, RekeyingFactory
from keysite.tests.constraints import refused_by

NOW = timezone.now()
LATER = NOW + timedelta(days=1)


def decided(decision="rekey", **fields):
    said = {"decided_at": NOW, "decided_by": PersonFactory(), "decision_reason": "Archive"}
    return LossReportFactory(decision=decision, **(said | fields))


def twice():
    report = LossReportFactory()
    return LossReportFactory(key=report.key, loan=None, reported_by=report.reported_by)


REFUSED = [
    ("cabinetcount_misses_what_it_expects", lambda: CabinetCountFactory(expected=1, missing=2)),
    ("lossreport_one_open_per_key", twice),
    ("lossreport_source_is_known", lambda: LossReportFactory(source="rumour")),
    ("lossreport_decided_by_someone_with_reason", lambda: decided(decision_reason="")),
    ("lossreport_decided_by_someone_with_reason", lambda: decided(decided_by=None)),
    ("lossreport_decided_by_someone_with_reason", lambda: decided(decided_at=None)),
    ("lossreport_decided_by_someone_with_reason", lambda: decided("nothing")),
    ("lossreport_decided_by_someone_with_reason", lambda: decided("")),
    ("lossreport_accepted_until_a_day", lambda: decided("accept")),
    ("lossreport_accepted_until_a_day", lambda: decided("rekey", accepted_until=NOW)),
    ("lossreport_rekeyed_by_decision", lambda: decided("accept", accepted_until=NOW, rekeying=RekeyingFactory())),
    ("lossreport_escalated_after_it_was_asked", lambda: LossReportFactory(escalated_at=NOW)),
    ("lossreport_closed_with_an_ending", lambda: LossReportFactory(closed_at=NOW)),
    ("lossreport_closed_with_an_ending", lambda: LossReportFactory(ending="found")),
    ("lossreport_closed_with_an_ending", lambda: LossReportFactory(closed_at=NOW, ending="forgotten")),
]


@pytest.mark.parametrize(("name", "write"), REFUSED)
def test_the_database_refuses_it(db, name, write):
    with refused_by(name):
        write()


def test_a_key_that_was_found_may_be_lost_again(db):
    back = {"loan__returned_at": LATER, "loan__condition": "good", "loan__found_at": LATER}
    key = LossReportFactory(closed_at=LATER, ending="found", **back).key

    assert LossReportFactory(key=key).is_open
