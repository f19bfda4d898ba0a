"""What can never be true of people who leave, and of what is cut for whom."""

import pytest
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import CuttingJob, Separation
from keys.tests.factories import separation_of
from keysite.tests.constraints import refused_by

NOW = timezone.now()


def leaves_twice():
    separation_of(separation_of(PersonFactory()).person)


def cleared(**values):
    row = {"person": PersonFactory(), "leaves_on": NOW.date(), "begun_at": NOW}
    Separation.objects.create(**row | values)


REFUSED = [
    ("separation_one_open_per_person", leaves_twice),
    ("separation_cleared_by_someone", lambda: cleared(cleared_at=NOW)),
    ("separation_cleared_by_someone", lambda: cleared(cleared_by=PersonFactory())),
    ("separation_cleared_by_someone", lambda: cleared(waived_reason="moved")),
    ("cuttingjob_for_a_request_or_a_swap", lambda: CuttingJob.objects.create(queued_at=NOW)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()
