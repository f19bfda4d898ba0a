"""What can never be true of tickets: the database refuses it, whoever asks."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import Trust
from accounts.tests.factories import PersonFactory
from assets.tests.factories import AssetFactory
from keysite.tests.constraints import constraints_of, refused_by
from tickets.models import (
    Attachment,
    Category,
    CategoryCheck,
    Check,
    Comment,
    Helper,
    Link,
    NoticePreference,
    Occurrence,
    Outage,
    ParkedMail,
    SavedView,
    Schedule,
    TeamMember,
    TrackingLink,
    Watcher,
    WorkEntry,
)
from tickets.tests.factories import CategoryFactory, TeamFactory, TicketFactory

NOW = timezone.now()
TODAY = NOW.date()
DONE = {"resolved_at": NOW, "resolution": "new lamp"}
MOMENT = {"since": NOW}


def ticket(**fields):
    return TicketFactory(category=fields.pop("category", None) or CategoryFactory(), **fields)


def resolved(**fields):
    return ticket(**{"status": "resolved", "resolved_by": PersonFactory()} | DONE | fields)


def each(make, *variants, **shared):
    """Rows that share what is made once, and differ in ``variants``."""
    made = {name: value() if callable(value) else value for name, value in shared.items()}
    return [make(**made, **variant) for variant in variants]


def twice(make, **shared):
    return each(make, {}, {}, **shared)


def said(**fields):
    values = {"text": "Hello", "internal": True, "at": NOW, "trust": Trust.STAFF}
    return Comment.objects.create(**values | {"ticket": TicketFactory()} | fields)


def worked(**fields):
    return WorkEntry.objects.create(**{"ticket": TicketFactory(), "person": PersonFactory(), "at": NOW} | fields)


def scheduled(**fields):
    values = {"title": "Look at the lift", "rule": "FREQ=MONTHLY", "starts_on": TODAY}
    return Schedule.objects.create(**values | {"category": CategoryFactory()} | fields)


def parked(**fields):
    return ParkedMail.objects.create(message_id="<1@x>", sender="a@b.edu", why="unknown", received_at=NOW, **fields)


def linked(**fields):
    return Link.objects.create(**{"ticket": TicketFactory(), "other": TicketFactory(), "kind": "related"} | fields)


def linked_with_itself():
    row = TicketFactory()
    linked(ticket=row, other=row)


def part_of_itself():
    Category.objects.filter(pk=CategoryFactory().pk).update(parent=F("id"))


def tracked_twice():
    shared = {"ticket": TicketFactory(), "person": PersonFactory(), "made_at": NOW}
    each(TrackingLink.objects.create, {"token_digest": "a"}, {"token_digest": "b"}, **shared)


REFUSED = [
    ("team_one_per_name", lambda: each(TeamFactory, {"name": "Locks"}, {"name": "LOCKS"})),
    ("team_has_name", lambda: TeamFactory(name="")),
    ("teammember_once_per_team", lambda: twice(TeamMember.objects.create, team=TeamFactory, person=PersonFactory)),
    ("category_one_per_name", lambda: each(CategoryFactory, {"name": "Light"}, {"name": "LIGHT"})),
    ("category_has_name", lambda: CategoryFactory(name="")),
    ("category_not_its_own_part", part_of_itself),
    ("category_priority_is_known", lambda: CategoryFactory(priority=9)),
    ("categorycheck_has_text", lambda: CategoryCheck.objects.create(category=CategoryFactory(), text="")),
    ("ticket_has_title", lambda: ticket(title="")),
    ("ticket_status_is_known", lambda: ticket(status="eaten")),
    ("ticket_priority_is_known", lambda: ticket(priority=0)),
    ("ticket_trust_is_known", lambda: ticket(trust=9)),
    ("ticket_rejected_or_stalled_with_reason", lambda: ticket(status="rejected")),
    ("ticket_rejected_or_stalled_with_reason", lambda: ticket(status="stalled", wake_on=TODAY)),
    ("ticket_stalled_until_a_day", lambda: ticket(status="stalled", reason="waits")),
    ("ticket_stalled_until_a_day", lambda: ticket(wake_on=TODAY)),
    ("ticket_resolved_with_a_note", lambda: resolved(resolution="")),
    ("ticket_resolved_with_a_note", lambda: resolved(resolved_by=None)),
    ("ticket_resolved_with_a_note", lambda: resolved(resolved_at=None)),
    ("ticket_resolved_with_a_note", lambda: resolved(status="in_progress")),
    ("ticket_resolved_with_a_note", lambda: resolved(status="duplicate")),
    ("ticket_confirmed_at_a_moment", lambda: resolved(status="confirmed")),
    ("ticket_confirmed_at_a_moment", lambda: resolved(confirmed_at=NOW)),
    ("ticket_confirmed_at_a_moment", lambda: resolved(confirmed_by=PersonFactory())),
    ("ticket_accepted_with_a_category", lambda: TicketFactory(status="accepted")),
    ("ticket_deleted_with_reason", lambda: ticket(deleted_at=NOW)),
    ("ticket_deleted_with_reason", lambda: ticket(deleted_reason="spam")),
    ("ticket_deleted_with_reason", lambda: ticket(deleted_by=PersonFactory())),
    ("comment_has_text", lambda: said(text="")),
    ("comment_trust_is_known", lambda: said(trust=9)),
    ("comment_once_per_message", lambda: twice(said, message_id="<1@x>")),
    (
        "watcher_once_per_ticket",
        lambda: twice(Watcher.objects.create, ticket=TicketFactory, person=PersonFactory, **MOMENT),
    ),
    ("trackinglink_one_in_use", tracked_twice),
    ("workentry_minutes_of_a_month", lambda: worked(minutes=60 * 24 * 31 + 1)),
    ("workentry_cost_not_negative", lambda: worked(minutes=1, cost=-1)),
    ("check_done_by_someone", lambda: Check.objects.create(ticket=TicketFactory(), text="Power", done_at=NOW)),
    ("check_done_by_someone", lambda: Check.objects.create(ticket=TicketFactory(), text="x", done_by=PersonFactory())),
    ("helper_once_per_ticket", lambda: twice(Helper.objects.create, ticket=TicketFactory, person=PersonFactory)),
    ("link_once_per_pair_and_kind", lambda: twice(linked, ticket=TicketFactory, other=TicketFactory)),
    ("link_duplicate_of_one", lambda: twice(linked, ticket=TicketFactory, kind="duplicate")),
    ("link_to_another", linked_with_itself),
    ("link_kind_is_known", lambda: linked(kind="friend")),
    (
        "outage_of_one_ticket",
        lambda: twice(Outage.objects.create, ticket=TicketFactory, asset=AssetFactory, out_at=NOW),
    ),
    ("parkedmail_decided_by_someone", lambda: parked(decided_at=NOW)),
    ("parkedmail_decided_by_someone", lambda: parked(decided_by=PersonFactory())),
    ("parkedmail_decided_by_someone", lambda: parked(ticket=TicketFactory())),
    ("attachment_of_something", lambda: Attachment.objects.create(file="x", size=1, added_at=NOW)),
    ("schedule_has_title", lambda: scheduled(title="")),
    ("schedule_has_rule", lambda: scheduled(rule="")),
    ("schedule_basis_is_known", lambda: scheduled(basis="mood")),
    ("occurrence_once_per_day", lambda: twice(Occurrence.objects.create, schedule=scheduled, on=TODAY, at=NOW)),
    (
        "savedview_one_per_name",
        lambda: each(SavedView.objects.create, {"name": "Mine"}, {"name": "MINE"}, person=PersonFactory),
    ),
    ("savedview_has_name", lambda: SavedView.objects.create(person=PersonFactory(), name="")),
    (
        "noticepreference_channel_with_address",
        lambda: NoticePreference.objects.create(person=PersonFactory(), channel="sms"),
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("constraint", "write"), REFUSED, ids=[name for name, _write in REFUSED])
def test_the_database_refuses(constraint, write):
    with refused_by(constraint):
        write()


def test_every_constraint_is_tried():
    assert {name for name, _write in REFUSED} == constraints_of("tickets")


def test_what_is_over_may_be_again(db):
    row, person, asset = TicketFactory(), PersonFactory(), AssetFactory()
    for number in range(2):
        Watcher.objects.create(ticket=row, person=person, since=NOW, ended_at=NOW)
        TrackingLink.objects.create(ticket=row, person=person, made_at=NOW, token_digest=number, revoked_at=NOW)
        Outage.objects.create(ticket=row, asset=asset, out_at=NOW + timedelta(days=number))
        said(ticket=row)
    linked(ticket=row, other=linked(ticket=row).other, kind="duplicate")

    assert (row.watchers.count(), row.comments.count(), row.links.count()) == (2, 2, 2)
