"""The same thing asked for twice, at the same moment: it happens once."""

from keys.models import Reminder
from keysite.tests.faults.deeds import SEND_TASK, once_each, overdue_borrowers, receipts
from keysite.tests.faults.site import SENDING_PROCESSES
from keysite.tests.processes import wait_until

REMIND_TASK = "keys.tasks.remind_borrowers"


def test_the_same_task_delivered_twice(site):
    site.run("worker")
    site.mailbox.hold("MAIL")
    people = receipts(20)

    for _delivery in range(2):
        site.call(SEND_TASK, task_id="the-same")
    wait_until(lambda: site.mailbox.held() == 2, what="both send a mail")
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
    ticks = {name: site[name].text().count(REMIND_TASK) for name in ("beat", "beat2")}
    for name, number in ticks.items():
        wait_until(lambda of=name, at=number: site[of].text().count(REMIND_TASK) > at + 1, what=f"{name} ticks again")
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)
    assert Reminder.objects.filter(loan__borrower__in=people).count() == 10


def test_two_workers_on_one_outbox(site):
    """One worker takes ten messages at the most, so that the other has to take some, too."""
    site.run("worker", "worker2")
    site.mailbox.hold("MAIL")
    people = receipts(40)

    for _call in range(20):
        site.call(SEND_TASK)
    wait_until(lambda: site.mailbox.held() > SENDING_PROCESSES, what="both send mail")
    site.mailbox.release()
    site.wait_until_sent()

    assert site.mailbox.receivers() == once_each(people)
    assert all("is sent" in site[name].text() for name in ("worker", "worker2"))
