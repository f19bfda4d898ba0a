"""Who is charged may ask once, in writing, that it be waived; the answer is a waiver or a reason."""

import pytest
from django.utils import timezone

from accounts.models import Notice
from accounts.operations import send_notices
from accounts.tests.factories import PersonFactory
from keys.models import Charge
from keys.operations import appeal_charge, pay_charge, reject_appeal, waive_charge
from keys.tests.factories import ChargeFactory
from keysite.tasks import CONTENTS
from keysite.tests.history import last_version, refused

WORDS = "The bag with the key was stolen.\nPolice: 4711"
PAID = "The fee for AA1 1 (50.00 EUR) has been paid."


@pytest.fixture
def charge(loan):
    return ChargeFactory(loan=loan)


@pytest.fixture
def appealed(charge, borrower):
    appeal_charge(charge=charge, by=borrower, text=WORDS)
    return charge


def mails(mailoutbox):
    send_notices(contents=CONTENTS, at=timezone.now())
    return {(mail.to[0], mail.subject): mail.body for mail in mailoutbox}


def test_an_appeal_is_kept_in_words_and_told(charge, borrower, administrator, mailoutbox):
    appeal_charge(charge=charge, by=borrower, text=f"  {WORDS} ")

    assert (charge.appeal, charge.status, charge.is_appealed) == (WORDS, "Under appeal", True)
    assert list(Charge.objects.appealed()) == [charge]
    assert last_version(charge) == (borrower, "appealed (proved)")
    sent = mails(mailoutbox)
    assert "not-me" in sent[borrower.email, "Your appeal about key AA1 1 has arrived"]
    assert WORDS in sent[administrator.email, "An appeal waits: 50.00 EUR for key AA1 1"]
    assert len(sent) == 2


def test_nobody_judges_themselves(loan, administrator):
    charge = ChargeFactory(loan=loan, person=administrator)

    appeal_charge(charge=charge, by=administrator, text=WORDS)

    assert not Notice.objects.filter(kind="appeal").exists()


@pytest.mark.parametrize("deed", [reject_appeal, waive_charge])
def test_not_even_with_the_permission(appealed, borrower, deed):
    with refused("The fee for AA1 1 is your own. Ask somebody else who may do this."):
        deed(charge=appealed, by=borrower, reason="I was right")


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_appeal_says_why(charge, borrower, text):
    with refused("Say why the fee should be waived."):
        appeal_charge(charge=charge, by=borrower, text=text)


def test_only_who_is_charged_appeals(charge, clerk):
    with refused("Only whoever is charged can appeal."):
        appeal_charge(charge=charge, by=clerk, text=WORDS)


def test_there_is_one_appeal(appealed, borrower, administrator):
    with refused("You appealed already, and nobody has answered yet."):
        appeal_charge(charge=Charge.objects.get(), by=borrower, text="Please!")
    reject_appeal(charge=appealed, by=administrator, reason="No report to the police")
    with refused("Your appeal was answered already. Is there something new? Tell the key desk."):
        appeal_charge(charge=Charge.objects.get(), by=borrower, text="Please!")


def test_what_is_paid_is_not_appealed(charge, borrower, clerk):
    stale = Charge.objects.get()
    pay_charge(charge=charge, by=clerk, note="R1")

    with refused(PAID):
        appeal_charge(charge=stale, by=borrower, text=WORDS)


def test_a_rejected_appeal_has_a_reason_that_is_told(appealed, borrower, administrator, mailoutbox):
    reject_appeal(charge=appealed, by=administrator, reason="No report to the police")

    assert (appealed.status, appealed.appeal_answer, appealed.is_appealed) == (
        "Charged",
        "No report to the police",
        False,
    )
    assert last_version(appealed) == (administrator, "appeal rejected: No report to the police")
    body = mails(mailoutbox)[borrower.email, "Your appeal about key AA1 1: the fee stands"]
    assert "No report to the police" in body
    assert not [subject for _to, subject in mails(mailoutbox) if subject.startswith("An appeal waits")]


def test_only_an_appeal_that_waits_is_rejected(charge, borrower, administrator):
    with refused("No appeal waits for an answer here."):
        reject_appeal(charge=charge, by=administrator, reason="No")
    appeal_charge(charge=charge, by=borrower, text=WORDS)
    with refused("Say why: the person reads this."):
        reject_appeal(charge=charge, by=administrator, reason="")
    stale = Charge.objects.get()
    waive_charge(charge=charge, by=administrator, reason="Stolen")
    with refused("The fee for AA1 1 (50.00 EUR) has been waived."):
        reject_appeal(charge=stale, by=administrator, reason="No")


def test_a_waiver_answers_an_appeal(appealed, borrower, administrator, mailoutbox):
    waive_charge(charge=appealed, by=administrator, reason="Stolen, with a report")

    assert (appealed.status, appealed.waived_by, appealed.is_open) == ("Waived", administrator, False)
    assert last_version(appealed) == (administrator, "waived: Stolen, with a report")
    assert "Stolen, with a report" in mails(mailoutbox)[borrower.email, "The fee for key AA1 1 is waived"]
    assert not Charge.objects.appealed().exists()


def test_a_waiver_has_a_reason_and_comes_before_the_payment(charge, administrator):
    stale = Charge.objects.get()
    with refused("Say why: the person reads this."):
        waive_charge(charge=charge, by=administrator, reason="")
    pay_charge(charge=charge, by=administrator, note="R1")
    with refused(PAID):
        waive_charge(charge=stale, by=administrator, reason="Stolen")


def test_who_sees_which_fee(charge, borrower, clerk, building_manager):
    other = PersonFactory()

    seen = [Charge.objects.visible_to(person).count() for person in (borrower, clerk, other, building_manager)]

    assert seen == [1, 1, 0, 0]
