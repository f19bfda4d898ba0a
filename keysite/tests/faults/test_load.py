"""A short mixed load while the worker and the database are killed; ./dev load is the long one."""

from bench.load import Load


def test_nothing_acknowledged_is_lost_under_load(site):
    site.run("web", "worker", "beat")

    outcome = Load(site, rate=20, seconds=15).run()

    print(outcome)
    assert outcome.surprises == []
    assert (outcome.lost, outcome.doubled) == (0, 0)
    assert min(outcome.acknowledged.values()) > 10
    assert outcome.error_share < 0.25  # the database is away for a sixth of the time
    assert outcome.mails == sum(outcome.acknowledged.values())
    assert outcome.repeated <= 2  # one for each kill
