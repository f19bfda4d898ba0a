"""A short mixed load while the worker and the database are killed; ./dev load is the long one."""

from bench.load import Load
from keysite.tests.faults.site import SENDING_PROCESSES

KILLS = 2


def test_nothing_acknowledged_is_lost_under_load(site):
    site.run("web", "worker", "beat")

    outcome = Load(site, rate=20, seconds=15, borrowers=8).run()

    print(outcome)
    assert outcome.surprises == []
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert outcome.errors_without_cause == []
    assert min(outcome.acknowledged.values()) >= 8
    assert outcome.mails == sum(outcome.acknowledged.values())
    assert outcome.repeated <= KILLS * SENDING_PROCESSES
