"""What is over for long is forgotten with everything that belongs to it; nothing else is."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import ForeignKey
from django.utils import timezone

from keysite import images
from keysite.ledger import record
from keysite.tests.races import at_once
from tickets.models import Attachment, Comment, Link, Occurrence, ParkedMail, Photo, Schedule, Status, Ticket, Watcher
from tickets.operations import (
    accept,
    add_helper,
    add_ticket_photos,
    add_work,
    comment,
    purge_tickets,
    report,
    retention,
    tick,
    watch,
)
from tickets.tests.factories import CategoryFactory, TicketFactory

KEPT = timedelta(days=3650)
DAY = timedelta(days=1)


def purge():
    purge_tickets(at=timezone.now())


def over(ticket, how, ago):
    """Make the ticket over so long ago."""
    moment = timezone.now() - ago
    facts = {
        "confirmed": {"status": "confirmed", "resolved_at": moment, "confirmed_at": moment, "resolution": "new lamp"},
        "rejected": {"status": "rejected", "reason": "no lamp"},
        "duplicate": {"status": "duplicate"},
        "deleted": {"deleted_at": moment, "deleted_reason": "spam"},
    }[how]
    for name, value in facts.items():
        setattr(ticket, name, value)
    ticket.moved_at = moment
    if how == "confirmed":
        ticket.resolved_by, ticket.category = ticket.reporter, CategoryFactory()
    ticket.save()


def rows_about_tickets():
    """How many rows there are of each model of the app but what is set up once, histories too."""
    set_up = {"Category", "CategoryCheck", "Team", "TeamMember", "Schedule", "Occurrence", "SavedView"}
    set_up |= {f"Historical{name}" for name in set_up}
    models = [model for model in apps.get_app_config("tickets").get_models() if model.__name__ not in set_up]
    return {model.__name__: count for model in models if (count := model._base_manager.count())}


@pytest.mark.parametrize("how", ["confirmed", "rejected", "duplicate", "deleted"])
def test_what_is_over_for_long_goes_and_what_is_not_stays(db, how):
    old, young = TicketFactory(), TicketFactory()
    over(old, how, KEPT + DAY)
    over(young, how, KEPT - DAY)

    purge()

    assert list(Ticket.objects.all()) == [young]
    assert not Ticket.history.filter(id=old.pk).exists()
    assert Ticket.history.filter(id=young.pk).exists()


@pytest.mark.parametrize("status", [Status.NEW, Status.ACCEPTED, Status.IN_PROGRESS])
def test_what_is_open_stays_however_old(db, status):
    long_ago = timezone.now() - 3 * KEPT
    TicketFactory(status=status, category=CategoryFactory(), moved_at=long_ago, touched_at=long_ago)

    purge()

    assert Ticket.objects.count() == 1


@pytest.fixture
def everything(technician, clerk, borrower, a_photo):
    """A ticket with one of all that can belong to one."""
    category = CategoryFactory(blocks_lending=False)
    category.checks.create(text="Cool?")
    picture = images.read(a_photo())
    ticket = report(title="Smoke", address="new@example.edu", place_in_words="Hall", pictures=[picture])
    accept(ticket=ticket, by=clerk, category=category, technician=technician)
    said = comment(ticket=ticket, by=clerk, text="Coming", internal=False)
    add_ticket_photos(ticket=ticket, pictures=[picture], by=technician, comment=said, internal=True)
    add_work(ticket=ticket, by=technician, minutes=5)
    tick(check=ticket.checks.get(), by=technician)
    watch(ticket=ticket, person=borrower, by=borrower)
    add_helper(ticket=ticket, person=clerk_who_mends(clerk), by=clerk)
    other = TicketFactory()
    record(Link(ticket=other, other=ticket, kind=Link.Kind.RELATED), by=clerk, reason="related")
    record(Watcher(ticket=other, person=borrower, since=timezone.now(), came_with=ticket), by=None, reason="came")
    parked = ParkedMail(message_id="<1@x>", sender="x@example.com", why="unknown", received_at=timezone.now())
    parked.decided_at, parked.decided_by, parked.ticket = timezone.now(), clerk, ticket
    record(parked, by=clerk, reason="decided")
    for belongs in ({"comment": said}, {"mail": parked}):
        file = Attachment(name="a.txt", size=1, added_at=timezone.now(), **belongs)
        file.file.save("secret", ContentFile(b"x"), save=False)
        record(file, by=None, reason="came")
    schedule = Schedule(title="Test", category=category, starts_on="2026-01-01", rule="FREQ=DAILY")
    record(schedule, by=clerk, reason="added")
    Occurrence.objects.create(schedule=schedule, on="2026-01-01", at=timezone.now(), ticket=ticket)
    return ticket


def clerk_who_mends(clerk):
    clerk.is_superuser = True
    clerk.save()
    return clerk


@pytest.mark.django_db(transaction=True)
def test_all_that_belongs_to_it_goes_and_its_files(roles, everything):
    names = [name for photo in Photo.objects.all() for name in images.files_of(photo)]
    names += [attachment.file.name for attachment in Attachment.objects.all()]
    assert len(names) == 6
    over(everything, "deleted", KEPT + DAY)

    purge()

    other = Ticket.objects.get()
    left = rows_about_tickets()
    assert left == {"Ticket": 1, "Watcher": 1, "HistoricalTicket": 1, "HistoricalWatcher": 1}
    assert (other.watchers.get().came_with, Occurrence.objects.get().ticket) == (None, None)
    assert not any(default_storage.exists(name) for name in names)


def test_every_model_that_points_to_a_ticket_is_thought_of():
    listed = {model for model, *_paths in retention.BELONGS} | {Occurrence}
    for target in (Ticket, Comment, ParkedMail):
        pointing = {
            field.model
            for model in apps.get_app_config("tickets").get_models()
            for field in model._meta.fields
            if isinstance(field, ForeignKey) and field.related_model is target and "Historical" not in model.__name__
        }
        assert pointing <= listed


def test_more_than_fit_a_chunk_all_go(db, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    for _number in range(5):
        over(TicketFactory(), "rejected", KEPT + DAY)

    purge()

    assert not Ticket.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twice_at_the_same_moment_is_harmless():
    for _number in range(5):
        over(TicketFactory(), "rejected", KEPT + DAY)

    at_once(purge, purge)

    assert not Ticket.objects.exists()
