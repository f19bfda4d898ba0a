"""What the mails of the doors say: text and HTML, the same facts, for people to read."""

import re

import pytest

from accounts.models import Department
from accounts.notices import post
from accounts.operations import accept_department, ask_code, propose_department, reject_department
from accounts.tests.doors import newest_code, send_all

pytestmark = pytest.mark.django_db
NASTY = 'Bo & "Co" <b>'


@pytest.fixture
def sent(mailoutbox):
    """The last mail after everything has been sent."""

    def send():
        send_all()
        return mailoutbox[-1]

    return send


def html_of(mail):
    return next(part for part, kind in mail.alternatives if kind == "text/html")


def propose(by, name=NASTY):
    return propose_department(name=name, kind="outside", contact_name="Kai", contact_email="kai@b.edu", by=by)


def test_the_code_stands_in_the_subject(sent):
    ask_code(address="a@example.edu", purpose="sign-in", browser="b")

    mail = sent()

    assert mail.subject == f"Your code for keysite: {newest_code()}"
    assert f"\n{newest_code()}\n" in mail.body


def test_a_code_that_is_too_old_is_not_sent(mailoutbox):
    proof = ask_code(address="a@example.edu", purpose="sign-in", browser="b")
    proof.expires_at = proof.created_at
    proof.save()

    send_all()

    assert mailoutbox == []


def test_a_proposal_reaches_the_desk_as_it_was_typed(mailoutbox, borrower, settings):
    department = propose(borrower)

    send_all()

    mail, answer = mailoutbox
    assert (answer.to, answer.subject) == ([borrower.email], f"You proposed “{NASTY}”")
    assert mail.to == [settings.DESK_EMAIL]
    assert mail.subject == f"Proposed department: {NASTY}"
    assert f"/admin/accounts/department/{department.pk}/change/" in mail.body
    assert "kai@b.edu" in mail.body


def test_a_proposal_that_was_decided_meanwhile_is_not_sent(mailoutbox, borrower, clerk):
    department = propose(borrower)
    accept_department(department=department, by=clerk)

    send_all()

    assert [mail.to for mail in mailoutbox] == [[borrower.email]]


def test_whoever_proposed_reads_how_it_was_decided(sent, borrower, clerk):
    accept_department(department=propose(borrower, "Rhetoric"), by=clerk)
    accepted = sent()
    reject_department(department=propose(borrower, "Alchemy"), by=clerk, reason="We have Chemistry.")
    rejected = sent()

    assert accepted.subject == "“Rhetoric” is in the list now"
    assert rejected.subject == "“Alchemy” was not taken into the list"
    assert "The reason: We have Chemistry." in rejected.body
    assert Department.objects.accepted().count() == 1


@pytest.mark.parametrize("change", ["password_set", "totp_deactivated", "reset", "webauthn_added"])
def test_a_changed_sign_in_is_told_with_a_way_out(sent, borrower, change):
    post(kind="sign_in_changed", person=borrower, facts={"change": change})

    mail = sent()

    assert mail.subject == "How you sign in to keysite has changed"
    assert re.search(r"http://\S+/not-me/\S+/", mail.body)


def test_text_and_html_tell_the_same(sent, borrower):
    propose(borrower)

    mail = sent()
    html = html_of(mail)

    assert "Bo &amp; &quot;Co&quot; &lt;b&gt;" in html
    assert NASTY in mail.body
    assert not re.search(r"<img|<link|src=|@import", html)
    for link in re.findall(r"http://\S+", mail.body):
        assert f'href="{link}"' in html


def test_mail_is_marked_as_automatic_and_answered_by_people(sent, settings):
    ask_code(address="a@example.edu", purpose="sign-in", browser="b")

    mail = sent()

    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.reply_to == [settings.DESK_EMAIL]
