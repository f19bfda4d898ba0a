"""The receipt: its page says the same as its mail, to whom the mail goes and to nobody else."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice
from accounts.notices import not_me_link
from accounts.operations import send_notices
from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys import operations
from keys.models import Loan
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.tasks import CONTENTS
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

pytestmark = pytest.mark.django_db


def sent(mailoutbox):
    """Send what waits and give back the only mail."""
    send_notices(contents=CONTENTS, at=timezone.now())
    [mail] = mailoutbox
    return mail


def page_of(client, notice):
    return client.get(reverse("receipt", args=[notice.public_id]))


def overdue_by(days, **fields):
    due = timezone.now() - timedelta(days=days)
    return LoanFactory(out_at=due - timedelta(days=7), due_at=due, **fields)


def test_page_and_mail_say_the_same(client, mailoutbox, borrower, loan):
    overdue_by(3, borrower=borrower, key__symbol__symbol="LATE", key__serial=2)
    operations.return_key(loan=loan, by=PersonFactory())
    client.force_login(borrower)

    page = text_of(page_of(client, Notice.objects.get()))
    mail = sent(mailoutbox)

    assert "Taken back: AA1 1. Thank you." in page
    assert mail.subject == "Receipt: Taken back: AA1 1. Thank you."
    assert mail.to == ["borrower@example.edu"]
    assert mail.reply_to == ["desk@localhost"]
    for words in (
        "Taken back: AA1 1. Thank you.",
        "This was done for you at the key desk.",
        "* LATE 2: 3 days overdue",
    ):
        assert words in mail.body
    assert "LATE 2 Overdue due" in page
    assert not_me_link(Notice.objects.get()) in mail.body
    assert "&#x27;" not in mail.body


def test_nothing_held_is_said(client, mailoutbox, borrower, loan):
    operations.return_key(loan=loan, by=borrower)
    client.force_login(borrower)

    assert "Nothing. Thank you." in text_of(page_of(client, Notice.objects.get()))
    mail = sent(mailoutbox)
    assert "You hold no keys now." in mail.body
    assert "This was done for you" not in mail.body


def test_a_receipt_says_what_was_true_then(client, borrower, loan):
    operations.report_lost(loan=loan, by=borrower)
    operations.report_found(loan=loan, by=borrower)
    found = Notice.objects.latest("pk")
    due = timezone.localtime(loan.due_at)
    Loan.objects.update(due_at=loan.due_at + timedelta(days=40))
    client.force_login(borrower)

    assert f"{due:%Y}." in text_of(page_of(client, found))
    assert f"{due.day}, {due:%Y}." in text_of(page_of(client, found))


def test_only_the_recipient_sees_it(client, clerk, borrower, loan):
    operations.report_lost(loan=loan, by=borrower)
    notice = Notice.objects.get()

    assert page_of(client, notice).url.startswith(reverse("sign_in"))
    for person in (PersonFactory(), clerk):
        client.force_login(person)
        assert page_of(client, notice).status_code == 404


def test_other_messages_have_no_such_page(client, borrower):
    client.force_login(borrower)
    other = Notice.objects.create(kind="loan_reminder", person=borrower, next_try_at=timezone.now(), dedupe_key="x")

    assert page_of(client, other).status_code == 404
    assert client.get(reverse("receipt", args=[uuid.uuid4()])).status_code == 404
    assert client.get("/receipts/nonsense/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget(client, borrower, count):
    loans = LoanFactory.create_batch(count, borrower=borrower)
    operations.take_back(keys=[loan.key for loan in loans], by=borrower)
    LoanFactory.create_batch(count, borrower=borrower)
    client.force_login(borrower)
    notice = Notice.objects.get()

    with queries(5):
        assert page_of(client, notice).status_code == 200


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "This is overdue. Please bring it back: others may be waiting for it."),
        (6, "This is overdue. Please bring it back: others may be waiting for it."),
        (7, "This has been overdue for a week or more. Please bring it back today"),
        (14, "This has been overdue for two weeks or more. Bring it back now"),
    ],
)
def test_a_reminder_grows_firmer(mailoutbox, borrower, days, words):
    overdue_by(days, borrower=borrower, key__symbol__symbol="LATE", key__serial=2)
    LoanFactory(borrower=borrower, key__symbol__symbol="SOON", key__serial=5, due_at=timezone.now() + timedelta(days=1))
    LoanFactory(borrower=borrower, key__symbol__symbol="NEXT", due_at=timezone.now() + timedelta(days=30))
    Loan.objects.update(out_at=timezone.now() - timedelta(days=40))
    Notice.objects.create(kind="loan_reminder", person=borrower, next_try_at=timezone.now(), dedupe_key="today")

    mail = sent(mailoutbox)

    assert mail.subject == "1 key is overdue"
    assert words in mail.body
    assert mail.body.index("* LATE 2:") < mail.body.index("This is due soon:") < mail.body.index("* SOON 5: due tom")
    assert "NEXT" not in mail.body


@pytest.mark.parametrize(("contact", "said"), [("contact@example.edu", True), ("", False)])
def test_that_the_contact_is_told_is_said_where_there_is_one(mailoutbox, borrower, contact, said):
    borrower.department = DepartmentFactory(contact_email=contact)
    borrower.save()
    overdue_by(14, borrower=borrower)
    Notice.objects.create(kind="loan_reminder", person=borrower, next_try_at=timezone.now(), dedupe_key="today")

    assert ("The contact of your department is told as well." in sent(mailoutbox).body) is said


def test_the_contact_of_a_department_reads_who_is_late(mailoutbox):
    department = DepartmentFactory(name="Botany & Zoology", contact_email="contact@example.edu")
    overdue_by(15, borrower__department=department, borrower__last_name="O'Neill", key__symbol__symbol="LATE")
    overdue_by(3, borrower__department=department, key__symbol__symbol="FRESH")
    overdue_by(20, key__symbol__symbol="OTHER")
    Notice.objects.create(
        kind="department_reminder",
        address="contact@example.edu",
        facts={"department": department.pk},
        next_try_at=timezone.now(),
        dedupe_key="today",
    )

    mail = sent(mailoutbox)

    assert mail.subject == "1 thing that your department has is long overdue"
    assert "You are the backup contact of Botany & Zoology." in mail.body
    assert "Robin O'Neill, 15 days overdue" in mail.body
    assert "FRESH" not in mail.body
    assert "OTHER" not in mail.body


def test_an_exception_says_how_many_until_when(mailoutbox, borrower, symbol):
    operations.grant_exception(
        person=borrower, symbol=symbol, limit=3, expires_on=date(2099, 1, 31), why="two offices", by=PersonFactory()
    )

    mail = sent(mailoutbox)

    assert mail.subject == "You may hold 3 keys AA1"
    assert "Until Jan. 31, 2099, that day included, you may hold up to 3 keys AA1 at the same time." in mail.body
    assert "two offices" not in mail.body


def test_nothing_that_somebody_typed_is_in_a_receipt(mailoutbox):
    person = PersonFactory(first_name="Visit http://bad.example", last_name="<b>now</b>")
    loan = LoanFactory(borrower=person, key=KeyFactory(symbol__symbol="AA1", serial=1))
    operations.report_lost(loan=loan, by=person)

    mail = sent(mailoutbox)

    html = mail.alternatives[0][0]
    assert "bad.example" not in mail.subject + mail.body + html
    assert "now</b>" not in html
