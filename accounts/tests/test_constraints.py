"""What can never be true of people, terms, kiosks and messages: the database refuses it, whoever asks."""

from datetime import date, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import ClosedDay, EmailCode, Kiosk, LoanTerm, Notice, Person, TermDate
from accounts.tests.factories import (
    AffiliationFactory,
    DepartmentFactory,
    InvitationFactory,
    LoanTermFactory,
    PersonFactory,
)
from keysite.tests.constraints import constraints_of, refused_by

NOW, DAY = timezone.now(), date(2026, 3, 2)


def notice(**fields):
    return Notice.objects.create(**({"kind": "plain", "next_try_at": NOW, "dedupe_key": "k"} | fields))


def rejected(**fields):
    return DepartmentFactory(**({"accepted_at": None, "rejected_at": NOW} | fields))


REFUSED = [
    ("affiliation_one_per_name", lambda: [AffiliationFactory(name=name) for name in ("Staff", "STAFF")]),
    ("affiliation_level_is_known", lambda: AffiliationFactory(highest_level=6)),
    ("affiliation_key_order_is_known", lambda: AffiliationFactory(key_order="odd")),
    ("department_one_per_name", lambda: [DepartmentFactory(name=name) for name in ("Physics", "physics")]),
    ("department_one_per_code", lambda: [DepartmentFactory(code=code) for code in ("PHY", "phy")]),
    (
        "department_not_accepted_and_rejected",
        lambda: rejected(accepted_at=NOW, rejected_by=PersonFactory(), rejected_reason="No"),
    ),
    ("department_accepted_at_a_moment", lambda: DepartmentFactory(accepted_at=None, accepted_by=PersonFactory())),
    ("department_rejected_with_reason_by_someone", lambda: rejected(rejected_by=PersonFactory())),
    ("department_rejected_with_reason_by_someone", lambda: rejected(rejected_reason="No")),
    ("department_rejected_with_reason_by_someone", lambda: DepartmentFactory(rejected_reason="No")),
    ("notice_to_a_person_or_an_address", lambda: notice()),
    ("notice_to_a_person_or_an_address", lambda: notice(person=PersonFactory(), address="a@example.edu")),
    ("notice_sent_or_not", lambda: notice(address="a@example.edu", sent_at=NOW, failed_at=NOW)),
    ("notice_sent_or_not", lambda: notice(address="a@example.edu", sent_at=NOW, cancelled_at=NOW)),
    ("person_one_per_address", lambda: [PersonFactory(email=email) for email in ("a@example.edu", "A@Example.EDU")]),
    ("person_one_per_identifier", lambda: [PersonFactory(identifier=number) for number in ("s1", "S1")]),
    ("person_one_per_pin", lambda: [PersonFactory(pin_digest="d") for _number in range(2)]),
    ("person_address_trimmed", lambda: PersonFactory(email=" a@example.edu")),
    ("person_address_trimmed", lambda: PersonFactory(email="")),
    ("person_blocked_with_reason", lambda: PersonFactory(blocked_at=NOW)),
    ("person_blocked_with_reason", lambda: PersonFactory(blocked_reason="Lost five")),
    ("person_blocked_with_reason", lambda: PersonFactory(blocked_by=PersonFactory())),
    ("person_active_unless_deactivated", lambda: PersonFactory(is_active=False)),
    ("person_active_unless_deactivated", lambda: PersonFactory(deactivated_at=NOW)),
    ("person_anonymised_is_inactive", lambda: PersonFactory(anonymised_at=NOW)),
    ("person_not_own_sponsor", lambda: Person.objects.filter(pk=PersonFactory().pk).update(sponsor=F("id"))),
    ("emailcode_five_tries", lambda: EmailCode.objects.create(address="a@example.edu", expires_at=NOW, tries=6)),
    (
        "invitation_one_standing_per_address",
        lambda: [InvitationFactory(email=email) for email in ("a@example.edu", "A@Example.EDU")],
    ),
    ("invitation_address_trimmed", lambda: InvitationFactory(email=" a@example.edu")),
    ("invitation_address_trimmed", lambda: InvitationFactory(email="")),
    ("invitation_ends_after_it_began", lambda: InvitationFactory(until=NOW - timedelta(days=1))),
    ("invitation_accepted_by_someone", lambda: InvitationFactory(accepted_at=NOW)),
    ("invitation_accepted_by_someone", lambda: InvitationFactory(person=PersonFactory())),
    (
        "invitation_not_accepted_and_withdrawn",
        lambda: InvitationFactory(accepted_at=NOW, person=PersonFactory(), withdrawn_at=NOW),
    ),
    ("kiosk_one_per_name", lambda: [Kiosk.objects.create(name="Gatehouse") for _number in range(2)]),
    ("kiosk_one_per_token", lambda: [Kiosk.objects.create(name=name, token_digest="d") for name in ("A", "B")]),
    ("kiosk_asks_for_known_proof", lambda: Kiosk.objects.create(name="A", asks="")),
    ("kiosk_revoked_has_no_token", lambda: Kiosk.objects.create(name="A", token_digest="d", revoked_at=NOW)),
    ("loanterm_one_per_name", lambda: [LoanTermFactory(name=name) for name in ("Week", "week")]),
    ("loanterm_days_for_so_many_days_only", lambda: LoanTermFactory(days=None)),
    ("loanterm_days_for_so_many_days_only", lambda: LoanTermFactory(days=0)),
    ("loanterm_days_for_so_many_days_only", lambda: LoanTermFactory(days=3661)),
    ("loanterm_days_for_so_many_days_only", lambda: LoanTermFactory(kind=LoanTerm.Kind.CLOSING_TIME)),
    ("loanterm_days_for_so_many_days_only", lambda: LoanTermFactory(kind="for ever", days=None)),
    (
        "termdate_once_per_term",
        lambda: TermDate.objects.bulk_create([TermDate(term=term, on=DAY) for term in [LoanTermFactory()] * 2]),
    ),
    ("closedday_once", lambda: [ClosedDay.objects.create(on=DAY) for _number in range(2)]),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_every_constraint_is_tried():
    assert {name for name, _write in REFUSED} == constraints_of("accounts")


def test_what_is_empty_may_be_so_twice(db):
    for _number in range(2):
        PersonFactory(identifier="", pin_digest="")
        DepartmentFactory(code="")
    rejected(name="Rhetoric", rejected_by=PersonFactory(), rejected_reason="No")
    rejected(name="Rhetoric", rejected_by=PersonFactory(), rejected_reason="No")
    Kiosk.objects.create(name="A", revoked_at=NOW - timedelta(days=1))
    Kiosk.objects.create(name="B")
