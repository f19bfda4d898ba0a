"""The same thing asked for twice, at the same moment: it happens once."""

import time

from keys.models import Reminder
from keysite.tests.faults.deeds import SEND_TASK, overdue_borrowers, receipts
from keysite.tests.processes import wait_until

REMIND_TASK = "keys.tasks.remind_borrowers"


def once_each(people):
    return {person.email: 1 for person in people}


def test_the_same_task_delivered_twice(site):
    site.run("worker")
    site.mailbox.hold("MAIL")
    people = receipts(20)

    for _delivery in range(2):
        site.call(SEND_TASK, task_id="the-same")
    wait_until(site.mailbox.is_held, what="the first mail is being sent")
    site.mailbox.release()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)


def test_reminders_asked_for_twice(site):
    site.run("worker")
    people = overdue_borrowers(10)

    for _delivery in range(2):
        site.call(REMIND_TASK, task_id="the-same-again")
    wait_until(lambda: len(site.mailbox.mails) >= 10, what="the reminders arrive")
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)


def test_beat_started_twice(site):
    people = overdue_borrowers(10) + receipts(10)
    site.run("worker", "beat", "beat2")
    wait_until(lambda: len(site.mailbox.mails) >= 20, what="reminders and receipts arrive")
    ticks = site["beat"].text().count(REMIND_TASK)
    wait_until(lambda: site["beat"].text().count(REMIND_TASK) > ticks + 1, what="both have ticked again")
    assert REMIND_TASK in site["beat2"].text()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)
    assert Reminder.objects.filter(loan__borrower__in=people).count() == 10


def test_two_workers_on_one_outbox(site):
    site.run("worker", "worker2")
    site.mailbox.server.pause = 0.005
    people = receipts(40)

    for _call in range(8):
        site.call(SEND_TASK)
        time.sleep(0.05)
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)
    assert all("is sent" in site[name].text() for name in ("worker", "worker2"))
