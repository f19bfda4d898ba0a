"""Reminders of tickets that lie about, and the digest that carries them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail

from accounts.models import Notice
from accounts.operations import deactivate, send_notices
from accounts.tests.factories import PersonFactory
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.races import at_once
from tickets.models import Status, TeamMember, Ticket
from tickets.operations import comment, remind_of_tickets, set_notice_preference
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory

START = datetime(2026, 3, 2, 11, tzinfo=UTC)  # noon in Berlin
DAY = timedelta(days=1)
UNTOUCHED, LONG, REVIEWER = 3 * DAY, 14 * DAY, 7 * DAY


def at(moment):
    return time_machine.travel(moment, tick=False)


def remind(moment):
    with at(moment):
        remind_of_tickets(at=moment)


def send(moment):
    """Send what waits, at that moment; gives back the mails by who gets them."""
    mail.outbox.clear()
    with at(moment):
        send_notices(contents=CONTENTS, at=moment)
    return {message.to[0]: message for message in mail.outbox}


def morning(n):
    """Eight o'clock in Berlin, so many days after the start."""
    return datetime(2026, 3, 2, 7, tzinfo=UTC) + n * DAY


def run(*days):
    """Every day a tick at noon, and the mails of the next morning; gives back what was sent, by day and person."""
    sent = {}
    for n in days:
        remind(START + n * DAY)
        for address, message in send(morning(n + 1)).items():
            sent.setdefault(address, {})[n + 1] = message
    return sent


@pytest.fixture
def make():
    def ticket(**fields):
        return TicketFactory(reported_at=START, **fields)

    return ticket


@pytest.fixture
def accepted(make, technician):
    return make(status=Status.ACCEPTED, category=CategoryFactory(), technician=technician)


@pytest.fixture
def in_progress(make, technician):
    return make(status=Status.IN_PROGRESS, category=CategoryFactory(), technician=technician)


def test_nobody_is_reminded_before_it_is_time(accepted, in_progress):
    remind(START + UNTOUCHED)

    assert not Notice.objects.exists()


@pytest.mark.slow
def test_an_untouched_ticket_is_told_once_to_its_technician_and_later_to_the_reviewers(accepted, technician, clerk):
    sent = run(2, 3, 4, 5, 9, 10, 11, 12, 30)

    assert list(sent[technician.email]) == [4 + 1]  # the tick of the fourth day sees it, the next morning tells it
    assert list(sent[clerk.email]) == [11]  # a week later
    assert "Not begun for 3 days" in sent[technician.email][5].body
    assert f"#{accepted.number} The lamp flickers" in sent[technician.email][5].body
    assert "Nobody has begun" in sent[clerk.email][11].body


@pytest.mark.slow
def test_one_that_is_in_progress_for_long_likewise(in_progress, technician, clerk):
    sent = run(13, 14, 15, 16, 20, 21, 22, 40)

    assert (list(sent[technician.email]), list(sent[clerk.email])) == ([16], [22])
    assert "In progress for 14 days" in sent[technician.email][16].body


def test_once_it_was_touched_it_is_told_again(accepted, technician):
    run(3, 4, 5)
    with at(START + 10 * DAY):
        comment(ticket=accepted, by=technician, text="Tomorrow", internal=True)

    assert list(run(12, 13, 14, 15)[technician.email]) == [15]


def test_without_a_technician_the_team_is_told_and_without_both_the_reviewers(make, technician, clerk):
    team = TeamFactory()
    TeamMember.objects.create(team=team, person=technician)
    make(status=Status.ACCEPTED, category=CategoryFactory(), team=team)
    make(title="Nobody's")

    sent = run(*range(6))

    assert "Nobody's" not in sent[technician.email][5].body
    assert "Nobody has begun:" in sent[clerk.email][4].body
    assert "Nobody's" in sent[clerk.email][4].body


def test_ticks_are_doubled_and_missed_without_harm(accepted, technician):
    for n in (6, 6, 7):
        remind(START + n * DAY)
        remind(START + n * DAY + timedelta(hours=3))

    assert Notice.objects.filter(kind="ticket_event").count() == 1
    assert Notice.objects.filter(kind="ticket_digest", person=technician).count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_the_same_moment_write_once(roles, accepted, technician):
    at_once(*[lambda: remind_of_tickets(at=START + 6 * DAY)] * 2)

    assert Notice.objects.filter(person=technician).count() == 2  # the line, and its digest


def test_nobody_is_woken(accepted, technician, settings):
    remind(START + 4 * DAY)

    digest = Notice.objects.get(kind="ticket_digest", person=technician)
    assert digest.next_try_at.astimezone(settings.INSTITUTION_ZONE).time() == settings.REMINDERS_FROM


@pytest.mark.parametrize(
    ("tick", "goes_out"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 6, tzinfo=UTC)),  # the clocks go forward
        (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),  # and back
        (datetime(2026, 3, 10, 6, 50, tzinfo=UTC), datetime(2026, 3, 10, 7, tzinfo=UTC)),
        (datetime(2026, 3, 10, 6, 56, tzinfo=UTC), datetime(2026, 3, 11, 7, tzinfo=UTC)),  # too late for this one
    ],
)
def test_it_goes_out_at_eight_whatever_the_clocks_do(accepted, technician, tick, goes_out):
    Ticket.objects.update(touched_at=tick - 4 * DAY)

    remind(tick)

    assert Notice.objects.get(kind="ticket_digest", person=technician).next_try_at == goes_out


def test_whoever_is_inactive_or_has_nothing_to_do_with_it_any_more_gets_nothing(accepted, technician, administrator):
    remind(START + 4 * DAY)
    Ticket.objects.update(technician=administrator)
    assert technician.email not in send(morning(5))

    Ticket.objects.update(technician=technician, touched_at=START + DAY)
    deactivate(person=technician, by=administrator)
    remind(START + 8 * DAY)
    assert Notice.objects.filter(kind="ticket_event").count() == 1


def test_deleted_and_stalled_ones_are_left_alone(accepted, in_progress):
    Ticket.objects.filter(pk=accepted.pk).update(deleted_at=START, deleted_reason="spam")
    Ticket.objects.filter(pk=in_progress.pk).update(status="stalled", reason="parts", wake_on="2026-12-01")

    remind(START + 30 * DAY)

    assert not Notice.objects.exists()


def test_a_reviewer_reads_once_what_came_in_and_what_is_done(make, clerk, technician):
    make(title="Came in")
    done = {"status": Status.RESOLVED, "resolution": "new", "resolved_at": START, "resolved_by": technician}
    make(title="Done", category=CategoryFactory(), **done)

    sent = run(0, 1, 2)

    assert list(sent[clerk.email]) == [1]
    body = sent[clerk.email][1].body
    assert body.index("Reported, to be accepted or rejected") < body.index("Came in")
    assert body.index("Mended, to be confirmed") < body.index("Done")


def test_a_reviewer_who_wants_no_digest_gets_none(make, clerk):
    set_notice_preference(person=clerk, by=clerk, digest=False)
    make()

    assert clerk.email not in run(0, 1, 2)


def test_a_digest_that_failed_or_had_nothing_loses_nothing(make, clerk):
    run(0, 1, 2)
    make(title="After a quiet time")
    Ticket.objects.update(reported_at=START + 3 * DAY)
    remind(START + 3 * DAY)
    Notice.objects.filter(kind="ticket_digest").latest("pk")

    sent = send(morning(4) + timedelta(hours=5))  # the mail server was away till then

    assert "After a quiet time" in sent[clerk.email].body


@pytest.mark.parametrize("rows", [1, 3])
def test_the_statements_of_a_tick_do_not_depend_on_how_many_there_are(make, technician, rows):
    for _number in range(rows):
        make(status=Status.ACCEPTED, category=CategoryFactory(), technician=technician)

    with queries(exactly=9):
        remind_of_tickets(at=START + 4 * DAY)


@pytest.mark.parametrize("rows", [1, 3])
def test_neither_do_those_of_a_digest(make, administrator, rows):
    for n in range(rows):
        make(title=f"Number {n}")
        make(status=Status.ACCEPTED, category=CategoryFactory(), technician=administrator, team=TeamFactory())
    remind(START + 4 * DAY)
    digest = Notice.objects.select_related("person").get(person=administrator, kind="ticket_digest")

    with queries(exactly=11), at(morning(5)):
        CONTENTS["ticket_digest"](digest)


def test_long_lists_are_cut(make, clerk):
    for _number in range(32):
        make(reporter=PersonFactory() if not Ticket.objects.exists() else Ticket.objects.first().reporter)

    body = run(0)[clerk.email][1].body

    assert body.count("The lamp flickers") == 30
    assert "and 2 more" in body
