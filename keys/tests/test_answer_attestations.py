"""“Do you still have this key?”: who answers, and what follows from it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import DepartmentFactory, PersonFactory
from assets.models import BuildingManager
from keys.models import Attestation, Delegation, Loan, LossReport
from keys.operations import (
    answer_attestation,
    answer_attestations,
    claim_return,
    close_campaign,
    report_found,
    report_lost,
    return_key,
)
from keys.tests.factories import AttestationFactory, CampaignFactory, LoanFactory, opening
from keysite.ledger import BasketRefusal
from keysite.tests.history import last_version, refused
from keysite.tests.queries import queries
from keysite.tests.races import at_once, one_after_other

Answer = Attestation.Answer


@pytest.fixture
def line(loan):
    """Asked of the borrower, about the key AA1 1."""
    return AttestationFactory(loan=loan)


@pytest.fixture
def manager(line):
    """In charge of the building of the door that the key opens."""
    door = opening(line.loan.key.symbol)
    return BuildingManager.objects.create(building=door.building, person=PersonFactory(), since="2020-01-01").person


def say(line, answer, by, trust=Trust.PROVED):
    answer_attestation(attestation=line, answer=answer, by=by, trust=trust)
    line.refresh_from_db()
    return line


def at(line, stage):
    Attestation.objects.filter(pk=line.pk).update(stage=stage)


def test_having_it_is_written_down_with_who_and_how_sure(line, borrower):
    say(line, Answer.HAVE, borrower)

    assert (line.answer, line.answered_by, line.answered_at <= timezone.now()) == ("have", borrower, True)
    assert last_version(line) == (borrower, "answered (proved)")


def test_a_lost_one_becomes_a_loss_report_of_the_campaign(line, borrower):
    """P46: what is found out becomes a loss report."""
    say(line, Answer.LOST, borrower)

    report = LossReport.objects.get()
    assert (report.source, report.loan, report.reported_by) == ("campaign", line.loan, borrower)
    assert report.circumstances == "Keys 2026"
    assert Loan.objects.get().is_lost


def test_one_that_is_said_to_be_back_waits_for_the_desk(line, borrower):
    say(line, Answer.RETURNED, borrower)

    assert (Loan.objects.get().is_open, Loan.objects.get().claimed_by) == (True, borrower)


def test_it_ends_the_loan_where_the_symbol_lets_it(line, borrower, symbol):
    symbol.claim_closes = True
    symbol.save()

    say(line, Answer.RETURNED, borrower)

    assert not Loan.objects.get().is_open


def test_one_that_was_never_had_is_for_the_desk_to_look_into(line, borrower):
    say(line, Answer.NEVER, borrower)

    assert Loan.objects.get().is_running
    assert list(Attestation.objects.wrong()) == [line]


@pytest.mark.parametrize("first", Answer)
@pytest.mark.parametrize("then", Answer)
def test_an_answer_may_be_corrected_while_the_campaign_is_open(line, borrower, first, then):
    say(line, first, borrower)

    say(line, then, borrower)

    loan = Loan.objects.get()
    was_lost = Answer.LOST in {first, then}
    assert line.answer == then
    assert loan.is_lost == (then == Answer.LOST or (first, then) == (Answer.LOST, Answer.NEVER))
    assert (loan.claimed_at is not None) == (then == Answer.RETURNED)
    assert LossReport.objects.exists() == was_lost
    assert LossReport.objects.open().exists() == loan.is_lost


def test_the_same_answer_again_changes_nothing(line, borrower):
    say(line, Answer.HAVE, borrower)
    before = line.answered_at

    say(line, Answer.HAVE, borrower)

    assert line.answered_at == before
    assert line.history.count() == 2


def test_of_several_keys_all_or_none_are_answered(line, borrower):
    other = AttestationFactory(campaign=line.campaign, loan__borrower=borrower)
    strange = AttestationFactory(campaign=line.campaign)

    with pytest.raises(BasketRefusal) as refusal:
        answer_attestations(answers={line: Answer.HAVE, strange: Answer.HAVE}, by=borrower, trust=Trust.PROVED)
    number = answer_attestations(answers={line: Answer.HAVE, other: Answer.LOST}, by=borrower, trust=Trust.PROVED)

    assert refusal.value.lines == {strange: f"You are not asked about key {strange.loan.key}."}
    assert number == 2
    assert Attestation.objects.unanswered().get() == strange


@pytest.mark.parametrize("number", [1, 3])
def test_the_statements_do_not_depend_on_how_many_are_there(borrower, number):
    campaign = CampaignFactory()
    lines = [AttestationFactory(campaign=campaign, loan__borrower=borrower) for _n in range(number)]

    with queries(exactly=6):
        answer_attestations(answers=dict.fromkeys(lines, Answer.HAVE), by=borrower, trust=Trust.PROVED)


STAGES = {  # who is asked at which stages
    "holder": {"holder", "manager", "contact"},
    "manager": {"manager", "contact"},
    "stand-in": {"manager", "contact"},
    "contact": {"contact"},
    "former manager": set(),
    "manager elsewhere": set(),
    "head": set(),
    "stranger": set(),
    "desk": {"holder", "manager", "contact"},
    "key shop": {"holder", "manager", "contact"},
    "auditor": set(),
}


@pytest.fixture
def people(line, manager, borrower, clerk, key_shop, auditor):
    """Everybody who might want to answer, by what they are."""
    today = timezone.localdate()
    department = DepartmentFactory(contact_email="Contact@Example.edu", head=PersonFactory())
    borrower.department = department
    borrower.save()
    deputy, former = PersonFactory(), PersonFactory()
    Delegation.objects.create(person=manager, deputy=deputy, since=today, until=today)
    there = manager.managed_buildings.get().building
    BuildingManager.objects.create(building=there, person=former, since="2020-01-01", until=today - timedelta(days=1))
    elsewhere = BuildingManager.objects.create(
        building=opening(LoanFactory().key.symbol).building, person=PersonFactory(), since="2020-01-01"
    )
    return {
        "holder": borrower,
        "manager": manager,
        "stand-in": deputy,
        "contact": PersonFactory(email="contact@example.edu"),
        "former manager": former,
        "manager elsewhere": elsewhere.person,
        "head": department.head,
        "stranger": PersonFactory(),
        "desk": clerk,
        "key shop": key_shop,
        "auditor": auditor,
    }


@pytest.mark.parametrize("stage", Attestation.Stage)
def test_who_may_answer_at_which_stage(line, people, stage):
    """P42: the holder, then who is in charge of the doors, then the department; staff always; nobody else."""
    at(line, stage)

    may = {
        name
        for name, person in people.items()
        if Attestation.objects.answerable_by(person, trust=Trust.STAFF if person.is_staff else Trust.PROVED).exists()
    }

    assert may == {name for name, stages in STAGES.items() if stage in stages}


def test_nobody_answers_whose_address_is_only_typed_nor_staff_without_their_sign_in(line, borrower, clerk):
    for person, trust in ((borrower, Trust.TYPED), (clerk, Trust.PROVED)):
        with refused("You are not asked about key AA1 1."):
            say(line, Answer.HAVE, person, trust)


def test_a_manager_loses_the_say_with_the_appointment(line, manager):
    at(line, "manager")
    BuildingManager.objects.update(until=timezone.localdate() - timedelta(days=1))

    with refused("You are not asked about key AA1 1."):
        say(line, Answer.HAVE, manager)


@pytest.mark.parametrize("first", Answer)
def test_a_manager_replaces_no_answer_of_the_holder(line, manager, borrower, first):
    at(line, "manager")
    say(line, first, borrower)
    before = Loan.objects.get()

    for answer in set(Answer) - {first}:
        with refused("Somebody else has answered for key AA1 1. If that is wrong, tell the holder or the desk."):
            say(line, answer, manager)

    assert Attestation.objects.get().answer == first
    assert Loan.objects.get().history.count() == before.history.count()
    assert LossReport.objects.open().exists() == (first == Answer.LOST)


def test_a_manager_corrects_what_they_said_themselves_and_the_holder_and_the_desk_correct_it_too(
    line, manager, borrower, clerk
):
    at(line, "manager")

    say(line, Answer.LOST, manager)
    say(line, Answer.HAVE, manager)
    say(line, Answer.NEVER, borrower)
    say(line, Answer.HAVE, clerk, Trust.STAFF)

    assert line.answered_by == clerk
    assert not LossReport.objects.open().exists()


def test_a_manager_ends_no_loan_of_another_where_the_symbol_lets_its_holder(line, manager, symbol):
    symbol.claim_closes = True
    symbol.save()
    at(line, "manager")

    say(line, Answer.RETURNED, manager)

    assert (Loan.objects.get().is_open, Loan.objects.get().claimed_by) == (True, manager)


def test_a_key_that_somebody_has_is_not_said_to_be_back_any_more(line, borrower):
    claim_return(loan=line.loan, by=borrower)

    say(line, Answer.HAVE, borrower)

    assert Loan.objects.get().claimed_at is None
    assert last_version(Loan.objects.get()) == (borrower, "not back after all (proved)")


def test_a_manager_takes_no_claim_of_the_holder_back(line, manager, borrower):
    at(line, "manager")
    claim_return(loan=line.loan, by=borrower)

    say(line, Answer.HAVE, manager)

    assert Loan.objects.get().claimed_by == borrower


def test_is_refused_without_an_answer(borrower):
    with refused("Choose an answer for at least one key."):
        answer_attestations(answers={}, by=borrower)


def test_is_refused_for_what_is_no_answer(line, borrower):
    with refused("Choose one of the answers for key AA1 1."):
        say(line, "maybe", borrower)


def test_is_refused_in_a_closed_campaign(line, borrower, key_shop):
    close_campaign(campaign=line.campaign, by=key_shop)

    with refused("“Keys 2026” is closed: nothing is answered in it any more. Tell the desk."):
        say(line, Answer.HAVE, borrower)


def test_is_refused_for_a_key_that_is_back(line, borrower, clerk):
    return_key(loan=line.loan, by=clerk)

    with refused("Key AA1 1 is back at the desk by now: nothing has to be answered."):
        say(line, Answer.HAVE, borrower)
    assert not Attestation.objects.live().exists()


def test_is_refused_for_a_key_that_was_reported_lost_until_it_is_found(line, borrower):
    report_lost(loan=line.loan, by=borrower)
    assert not Attestation.objects.live().exists()

    with refused("Key AA1 1 was reported lost meanwhile. Report it found first."):
        say(line, Answer.HAVE, borrower)
    report_found(loan=line.loan, by=borrower)
    assert say(line, Answer.HAVE, borrower).answer == "have"


@pytest.mark.slow
def test_two_answers_at_once_leave_one_loss_report(transactional_db):
    line = AttestationFactory()
    person = line.loan.borrower
    copies = [Attestation.objects.get() for _n in range(2)]

    at_once(*(lambda copy=copy: say(copy, Answer.LOST, person) for copy in copies))

    assert LossReport.objects.count() == 1
    assert Attestation.objects.get().history.filter(answer="lost").count() == 1


@pytest.mark.slow
def test_an_answer_waits_for_the_desk_that_takes_the_key_back(transactional_db):
    line, clerk = AttestationFactory(), PersonFactory()

    _back, refusal = one_after_other(
        lambda: return_key(loan=Loan.objects.get(), by=clerk),
        lambda: say(line, Answer.HAVE, line.loan.borrower),
    )

    assert "is back at the desk by now" in str(refusal)


@pytest.mark.slow
def test_an_answer_waits_for_the_campaign_that_closes(transactional_db):
    line, clerk = AttestationFactory(), PersonFactory()

    _closed, refusal = one_after_other(
        lambda: close_campaign(campaign=type(line.campaign).objects.get(), by=clerk),
        lambda: say(line, Answer.HAVE, line.loan.borrower),
    )

    assert "is closed" in str(refusal)
