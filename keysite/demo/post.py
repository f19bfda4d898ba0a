"""What the invented university has written to its people in the last days."""

from datetime import timedelta

from django.conf import settings
from django.utils.formats import date_format

from accounts.models import Notice
from keys.notices import receipt_facts

DAYS = 12
NO_SUCH_USER = "{'%s': (550, b'5.1.1 No such user here')}"


def notices_of(people, desk, reviews, leaving):
    """Receipts, reminders, two that no server takes, some that wait for the mail server, some that were pointless."""
    world = desk.world
    since = world.at - timedelta(days=DAYS)
    notices = []
    for told in desk.loans:
        loan = told.row
        if loan.out_at > since:
            notices.append(_receipt(loan, "checked_out", loan.out_at, f"Checked out: {loan.key}, due on {_day(loan)}."))
        if loan.returned_at and loan.returned_at > since:
            notices.append(_receipt(loan, "returned", loan.returned_at, f"Taken back: {loan.key}. Thank you."))
        if loan.lost_at and loan.lost_at > since:
            words = f"Reported lost or broken: {loan.key}. The desk will tell you what it costs."
            notices.append(_receipt(loan, "lost", loan.lost_at, words))
    notices.sort(key=lambda notice: notice.created_at)
    for notice in notices[-3:]:
        _wait(notice, world.at)
    notices = notices[:-3] + _reminders(desk, since) + _asked(reviews) + _leaving(leaving) + notices[-3:]
    return notices + [_failed(person, world) for person in people.bounced]


def _receipt(loan, deed, at, words):
    subject = words.split(",")[0].rstrip(".")
    notice = _sent("loan_receipt", loan.borrower, at, subject, words, receipt_facts(deed, [loan]))
    notice.dedupe_key = f"demo:{deed}:{loan.pk}"
    return notice


def _reminders(desk, since):
    """One digest per person and day, of what had reached a step of the ladder."""
    days = {}
    for reminder in desk.reminders:
        if reminder.at > since:
            days.setdefault((reminder.at, reminder.loan.borrower.pk), []).append(reminder)
    notices = []
    for (at, _person), reminders in sorted(days.items(), key=lambda item: item[0]):
        loans = [reminder.loan for reminder in reminders]
        text = "\n".join(f"{loan.key}, due on {_day(loan)}" for loan in loans)
        notice = _sent("loan_reminder", loans[0].borrower, at, f"Keys due or overdue: {len(loans)}", text, {})
        day = at.astimezone(settings.INSTITUTION_ZONE).date()
        notice.dedupe_key = f"reminder:{day}:{loans[0].borrower.pk}"
        notices.append(notice)
    for notice in notices[::40]:  # the key came back before the mail went out
        notice.cancelled_at, notice.sent_at, notice.sent_to, notice.subject, notice.text = (
            notice.sent_at,
            None,
            "",
            "",
            "",
        )
    return notices


def _asked(reviews):
    """The mail of the campaign that is running, to each of its holders."""
    campaign = reviews.campaigns[-1].row
    at, words = campaign.opened_at + timedelta(minutes=8), f"Please confirm your keys by {campaign.holders_until}"
    holders = {told.row.loan.borrower for told in reviews.lines if told.row.campaign is campaign}
    notices = []
    for person in sorted(holders, key=lambda person: person.pk):
        notices.append(_sent("attestation", person, at, words, words, {"campaign": campaign.pk, "event": "asked"}))
        notices[-1].dedupe_key = f"campaign:{campaign.pk}:asked:{person.pk}"
    return notices


def _leaving(leaving):
    """To each who leaves, at each step that has been reached."""
    notices = []
    for separation, step, at in leaving.steps():
        words, facts = f"Your last day is {separation.leaves_on}", {"separation": separation.pk}
        notices.append(_sent("leaving", separation.person, at, words, words, facts))
        notices[-1].dedupe_key = f"leaving:{separation.pk}:{separation.leaves_on}:{step}"
    return notices


def _sent(kind, person, at, subject, text, facts):
    sent_at = at + timedelta(seconds=4)
    notice = Notice(kind=kind, person=person, facts=facts, next_try_at=at, tries=1, sent_at=sent_at)
    notice.sent_to, notice.subject, notice.created_at = person.email, subject, at
    notice.text = f"Hello {person.first_name},\n\n{text}\n\n{settings.SITE_NAME}, {settings.DESK_CONTACT}\n"
    return notice


def _wait(notice, at):
    """The mail server does not answer."""
    notice.sent_at, notice.sent_to, notice.subject, notice.text = None, "", "", ""
    notice.tries, notice.next_try_at = 4, at + timedelta(minutes=16)
    notice.last_error = "ConnectionRefusedError: [Errno 111] Connection refused"


def _failed(person, world):
    at = person.email_bounced_at
    notice = _sent("loan_reminder", person, at, "", "", {})
    notice.dedupe_key = f"reminder:{at.astimezone(settings.INSTITUTION_ZONE).date()}:{person.pk}"
    notice.sent_at, notice.sent_to, notice.text = None, "", ""
    notice.failed_at, notice.last_error = at + timedelta(seconds=2), NO_SUCH_USER % person.email
    return notice


def _day(loan):
    return date_format(loan.due_at.astimezone(settings.INSTITUTION_ZONE), "DATE_FORMAT")
