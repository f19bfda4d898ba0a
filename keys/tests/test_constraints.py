"""What can never be true of keys and loans: the database refuses it, whoever asks."""

from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from assets.models import Space
from keys.models import (
    Approval,
    ApprovedDoor,
    CuttingJob,
    Delegation,
    KeyRequest,
    KeySymbol,
    Loan,
    Proposal,
    ProposedKey,
    Reminder,
    Renewal,
    RequestItem,
    RequestMessage,
)
from keys.tests.factories import (
    BuildingFactory,
    CabinetFactory,
    DoorFactory,
    HoldFactory,
    HookFactory,
    KeyFactory,
    KeysetFactory,
    KeySymbolFactory,
    KeySystemFactory,
    LoanExceptionFactory,
    LoanFactory,
    OperatesFactory,
    PinningFactory,
)
from keysite.tests.constraints import constraints_of, refused_by

NOW = timezone.now()
HOUR = timedelta(hours=1)
LOST = {"lost_at": NOW, "loss": "lost"}
PAID = {"paid_on": NOW.date(), "paid_amount": 5, "paid_note": "R1"}
BACK = {"returned_at": NOW, "condition": "good"}


def paid(**fields):
    return LoanFactory(**(LOST | PAID | {"paid_by": PersonFactory()} | fields))


def twice(factory, **fields):
    """Two rows that share what the fields make; made once."""
    shared = {name: value() if callable(value) else value for name, value in fields.items()}
    return [factory(**shared) for _number in range(2)]


def two_keysets(*designations):
    own = KeySymbolFactory()
    return [KeysetFactory(own=own, designation=designation) for designation in designations]


def plain_without_own():
    return KeysetFactory(own=None, system=KeySystemFactory(), designation="X1X")


def two_doors(*labels):
    building = BuildingFactory()
    return [DoorFactory(building=building, label=label) for label in labels]


def operates_twice():
    return twice(OperatesFactory, keyset=KeysetFactory)


def door_into_itself():
    space = Space.objects.create(building=BuildingFactory(), number="1")
    return DoorFactory(building=space.building, space_to=space, space_from=space)


def pinned_twice():
    return twice(PinningFactory, door=DoorFactory)


def pinned_at_the_same_time():
    before = PinningFactory(since=NOW - 3 * HOUR, until=NOW - HOUR)
    return PinningFactory(door=before.door, since=NOW - 2 * HOUR, until=NOW)


def asked(**fields):
    person = fields.pop("person", None) or PersonFactory()
    return KeyRequest.objects.create(**{"person": person, "asked_by": person, "made_at": NOW} | fields)


def sent(**fields):
    days = {"needed_from": NOW.date(), "needed_until": NOW.date()}
    return asked(**{"status": "submitted", "submitted_at": NOW, "purpose": "Office"} | days | fields)


def two_drafts():
    person = PersonFactory()
    return [asked(person=person) for _number in range(2)]


def item(**fields):
    return RequestItem.objects.create(request=asked(), **fields)


def the_same_item_twice():
    request, door = asked(), DoorFactory()
    return [RequestItem.objects.create(request=request, door=door) for _number in range(2)]


def proposal(request=None, **fields):
    policy = {"order": "least_access", "highest_level": 1, "proven": True}
    return Proposal.objects.create(**{"request": request or sent(), "made_at": NOW} | policy | fields)


def line(**fields):
    fields = {"symbol": fields.get("symbol") or KeySymbolFactory(), "part": "hand_out"} | fields
    return ProposedKey.objects.create(**{"proposal": fields.pop("proposal", None) or proposal()} | fields)


def the_same_symbol_twice():
    shared = {"proposal": proposal(), "symbol": KeySymbolFactory()}
    return [line(**shared) for _number in range(2)]


def job(**fields):
    return CuttingJob.objects.create(line=line(), queued_at=NOW, **fields)


def step(request=None, **fields):
    moments = {"asked_at": NOW, "due_at": NOW}
    return Approval.objects.create(**{"request": request or sent(), "kind": "office"} | moments | fields)


def the_same_step_twice():
    request = sent()
    return [step(request) for _number in range(2)]


def the_same_door_twice():
    return twice(ApprovedDoor.objects.create, approval=step, door=DoorFactory)


def delegation(**fields):
    person = PersonFactory()
    days = {"since": NOW.date(), "until": NOW.date()}
    return Delegation.objects.create(**{"person": person, "deputy": PersonFactory()} | days | fields)


def to_oneself():
    person = PersonFactory()
    return delegation(person=person, deputy=person)


def done_and_cancelled():
    person = PersonFactory()
    done = {"cut_at": NOW, "cut_by": person, "checked_at": NOW, "checked_by": person, "done_at": NOW}
    return job(key=KeyFactory(), cancelled_at=NOW, **done)


def two_symbols(*symbols):
    system = KeySystemFactory()
    return [KeySymbolFactory(system=system, symbol=symbol) for symbol in symbols]


def two_hooks(*labels):
    cabinet = CabinetFactory()
    return [HookFactory(cabinet=cabinet, label=label) for label in labels]


def reminded_twice():
    loan = LoanFactory()
    return [Reminder.objects.create(loan=loan, due_at=loan.due_at, step=1, at=NOW) for _number in range(2)]


def renewed(**fields):
    return Renewal.objects.create(loan=LoanFactory(), at=NOW, by=PersonFactory(), trust=3, **fields)


REFUSED = [
    ("cabinet_one_per_name", lambda: [CabinetFactory(name=name) for name in ("Desk", "DESK")]),
    ("hook_one_per_cabinet_label", lambda: two_hooks("a1", "A1")),
    ("keysystem_one_per_code", lambda: [KeySystemFactory(code=code) for code in ("ab", "AB")]),
    ("keysystem_has_code", lambda: KeySystemFactory(code="")),
    ("keysymbol_one_per_system_symbol", lambda: two_symbols("aa1", "AA1")),
    ("keysymbol_has_symbol", lambda: KeySymbolFactory(symbol="")),
    ("keysymbol_never_for_a_typed_address", lambda: KeySymbolFactory(least_trust=0)),
    ("keysymbol_never_for_a_typed_address", lambda: KeySymbolFactory(least_trust=4)),
    ("keysymbol_retired_with_reason", lambda: KeySymbolFactory(retired_at=NOW)),
    ("keysymbol_retired_with_reason", lambda: KeySymbolFactory(retired_reason="Rekeyed")),
    ("keysymbol_retired_with_reason", lambda: KeySymbolFactory(retired_by=PersonFactory())),
    (
        "keysymbol_not_own_parent",
        lambda: KeySymbol.objects.filter(pk=KeySymbolFactory().pk).update(parent=F("id")),
    ),
    ("keysymbol_level_is_known", lambda: KeySymbolFactory(level=0)),
    ("keyset_one_per_system_designation", lambda: two_keysets("AA1", "aa1")),
    ("keyset_has_designation", lambda: KeysetFactory(designation="")),
    ("keyset_kind_is_known", lambda: KeysetFactory(kind="odd")),
    (
        "keyset_without_own_symbol_is_crossed",
        lambda: KeysetFactory(own=None, system=KeySystemFactory(), designation="X"),
    ),
    ("operates_once_now", operates_twice),
    ("operates_ends_after_it_begins", lambda: OperatesFactory(since=NOW, until=NOW)),
    ("operates_source_is_known", lambda: OperatesFactory(source="odd")),
    ("door_one_per_building_label", lambda: two_doors("a1", "A1")),
    ("door_has_label", lambda: DoorFactory(label="")),
    ("door_criticality_one_to_five", lambda: DoorFactory(criticality=0)),
    ("door_criticality_one_to_five", lambda: DoorFactory(criticality=6)),
    ("door_retired_with_reason", lambda: DoorFactory(retired_at=NOW)),
    ("door_retired_with_reason", lambda: DoorFactory(retired_reason="Wall")),
    ("door_between_two_spaces", door_into_itself),
    ("pinning_ends_after_it_begins", lambda: PinningFactory(since=NOW, until=NOW - HOUR)),
    ("pinning_one_now_per_door", pinned_twice),
    ("pinning_one_at_a_time", pinned_at_the_same_time),
    ("keyrequest_one_draft", two_drafts),
    ("keyrequest_ended_at_a_moment", lambda: sent(status="odd")),
    ("keyrequest_until_after_from", lambda: asked(needed_from=NOW.date(), needed_until=NOW.date() - 24 * HOUR)),
    ("keyrequest_sent_with_purpose_and_days", lambda: sent(purpose="")),
    ("keyrequest_sent_with_purpose_and_days", lambda: sent(needed_until=None)),
    ("keyrequest_sent_with_purpose_and_days", lambda: asked(submitted_at=NOW)),
    ("keyrequest_approved_at_a_moment", lambda: sent(status="approved")),
    ("keyrequest_ended_at_a_moment", lambda: sent(status="withdrawn")),
    ("keyrequest_ended_at_a_moment", lambda: sent(ended_at=NOW)),
    ("keyrequest_rejected_with_reason", lambda: sent(status="rejected", ended_at=NOW)),
    ("requestitem_of_one_thing", item),
    ("requestitem_of_one_thing", lambda: item(door=DoorFactory(), symbol=KeySymbolFactory())),
    ("requestitem_once", the_same_item_twice),
    ("requestmessage_has_text", lambda: RequestMessage.objects.create(request=sent(), by=PersonFactory(), at=NOW)),
    ("proposal_one_current", lambda: twice(proposal, request=sent)),
    ("proposal_chosen_with_reason", lambda: proposal(chosen_by=PersonFactory())),
    ("proposal_chosen_with_reason", lambda: proposal(reason="Better")),
    ("proposedkey_once_per_proposal", the_same_symbol_twice),
    ("proposedkey_part_is_known", lambda: line(part="odd")),
    ("proposedkey_only_what_is_handed_out_is_held", lambda: line(part="keep", hold=HoldFactory())),
    ("cuttingjob_cut_by_someone", lambda: job(cut_at=NOW)),
    ("cuttingjob_checked_by_someone", lambda: job(checked_at=NOW, checked_by=PersonFactory())),
    ("cuttingjob_done_with_a_key", lambda: job(done_at=NOW)),
    ("cuttingjob_done_or_cancelled", done_and_cancelled),
    ("approval_one_per_step", the_same_step_twice),
    ("approval_of_its_kind", lambda: step(kind="manager")),
    ("approval_of_its_kind", lambda: step(building=BuildingFactory())),
    ("approval_decided_by_someone", lambda: step(decided_at=NOW, approved=True)),
    ("approval_rejected_with_reason", lambda: step(decided_at=NOW, approved=False, decided_by=PersonFactory())),
    ("approveddoor_once", the_same_door_twice),
    ("delegation_until_after_since", lambda: delegation(until=NOW.date() - 24 * HOUR)),
    ("delegation_to_another", to_oneself),
    ("key_one_per_symbol_serial", lambda: twice(KeyFactory, symbol=KeySymbolFactory, serial=1)),
    ("key_serial_in_range", lambda: KeyFactory(serial=0)),
    ("key_serial_in_range", lambda: KeyFactory(serial=1_000_000)),
    ("key_retired_with_kind_and_reason", lambda: KeyFactory(retired_at=NOW, retirement="lost")),
    ("key_retired_with_kind_and_reason", lambda: KeyFactory(retired_at=NOW, retired_reason="Gone")),
    ("key_retired_with_kind_and_reason", lambda: KeyFactory(retirement="lost")),
    (
        "key_retired_with_kind_and_reason",
        lambda: KeyFactory(retired_at=NOW, retired_reason="Gone", retirement="eaten"),
    ),
    (
        "exception_one_live_per_person_and_symbol",
        lambda: twice(LoanExceptionFactory, person=PersonFactory, symbol=KeySymbolFactory),
    ),
    ("exception_limit_two_to_hundred", lambda: LoanExceptionFactory(limit=1)),
    ("exception_limit_two_to_hundred", lambda: LoanExceptionFactory(limit=101)),
    ("exception_says_why", lambda: LoanExceptionFactory(why="")),
    ("exception_ended_at_a_moment", lambda: LoanExceptionFactory(ended_by=PersonFactory())),
    ("hold_one_live_per_key", lambda: twice(HoldFactory, key=KeyFactory)),
    ("hold_ends_after_it_begins", lambda: HoldFactory(held_at=NOW, until=NOW)),
    ("renewal_makes_it_later", lambda: renewed(old_due_at=NOW, new_due_at=NOW)),
    ("reminder_once_per_due_date_and_step", reminded_twice),
    ("loan_one_open_per_key", lambda: twice(LoanFactory, key=KeyFactory)),
    ("loan_due_after_out", lambda: LoanFactory(out_at=NOW, due_at=NOW)),
    ("loan_returned_after_out", lambda: LoanFactory(out_at=NOW, **BACK | {"returned_at": NOW - HOUR})),
    ("loan_returned_in_a_condition", lambda: LoanFactory(returned_at=NOW)),
    ("loan_returned_in_a_condition", lambda: LoanFactory(condition="good")),
    ("loan_returned_in_a_condition", lambda: LoanFactory(returned_by=PersonFactory())),
    ("loan_returned_in_a_condition", lambda: LoanFactory(returned_at=NOW, condition="rusty")),
    ("loan_undone_is_returned", lambda: LoanFactory(undone_at=NOW)),
    ("loan_undone_is_returned", lambda: LoanFactory(**BACK, undone_at=NOW - HOUR)),
    ("loan_claimed_by_someone", lambda: LoanFactory(claimed_at=NOW)),
    ("loan_claimed_by_someone", lambda: LoanFactory(claimed_by=PersonFactory())),
    ("loan_lost_of_a_kind", lambda: LoanFactory(lost_at=NOW)),
    ("loan_lost_of_a_kind", lambda: LoanFactory(lost_at=NOW, loss="eaten")),
    ("loan_lost_of_a_kind", lambda: LoanFactory(loss="lost")),
    ("loan_lost_of_a_kind", lambda: LoanFactory(lost_by=PersonFactory())),
    ("loan_lost_or_returned_unless_found", lambda: LoanFactory(**LOST, **BACK)),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(paid_note="")),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(paid_amount=None)),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(paid_amount=-1)),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(paid_by=None)),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(paid_on=None)),
    ("loan_paid_lost_with_amount_and_note", lambda: paid(lost_at=None, loss="")),
    ("loan_found_after_lost", lambda: LoanFactory(found_at=NOW)),
    ("loan_found_after_lost", lambda: LoanFactory(found_by=PersonFactory())),
    ("loan_found_after_lost", lambda: LoanFactory(**LOST, found_at=NOW - HOUR)),
    ("loan_found_after_lost", lambda: LoanFactory(**LOST, found_by=PersonFactory())),
    ("loan_paid_is_found_by_its_return", lambda: paid(found_at=NOW)),
    ("loan_trust_is_known", lambda: LoanFactory(trust=4)),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_every_constraint_is_tried():
    """In this file or in one beside it, ``test_constraints_<noun>.py``, each with its own table."""
    files = Path(__file__).parent.glob("test_constraints*.py")
    tables = [import_module(f"keys.tests.{path.stem}").REFUSED for path in files]

    assert {name for table in tables for name, _write in table} == constraints_of("keys")


def test_what_is_over_may_be_again(db):
    key, person, symbol = KeyFactory(), PersonFactory(), KeySymbolFactory()
    for _number in range(2):
        LoanFactory(key=key, **BACK)
        HoldFactory(key=key, ended_at=NOW)
        LoanExceptionFactory(person=person, symbol=symbol, ended_at=NOW)
        paid(**BACK, found_at=NOW)

    assert Loan.objects.count() == 4
