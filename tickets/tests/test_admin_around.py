"""What stands around tickets in the console: categories, teams, schedules, parked mail, tracking links."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send
from tickets.models import Category, CategoryCheck, Occurrence, ParkedMail, Schedule, Team, TeamMember, Ticket
from tickets.tests.factories import (
    CategoryFactory,
    ParkedMailFactory,
    ScheduleFactory,
    TeamFactory,
    TicketFactory,
    follow,
)
from tickets.tokens import token_of


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


def page(row, name="change"):
    return reverse(f"admin:tickets_{row._meta.model_name}_{name}", args=[row.pk])


def add(model):
    return reverse(f"admin:tickets_{model._meta.model_name}_add")


def text_of(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def press(client, row, deed, **typed):
    return client.post(page(row, deed), form_of(client.get(page(row, deed))) | typed)


def test_a_category_with_its_checklist(console, administrator):
    parent = CategoryFactory(name="Heating")
    lines = {"checks-TOTAL_FORMS": "1", "checks-0-text": "Is it cold?", "checks-0-position": "1"}

    send(console, add(Category), "category_form", name="Radiator", parent=parent.pk, _save="1", **lines)

    category = Category.objects.get(name="Radiator")
    assert (category.parent, category.checks.get().text) == (parent, "Is it cold?")
    assert last_version(category) == (administrator, "added")
    shown = form_of(console.get(page(category)), "category_form")
    send(console, page(category), "category_form", **{"checks-0-DELETE": "on", "_save": "1"})
    assert "parent" not in shown
    assert not CategoryCheck.objects.exists()


def test_a_category_is_moved_retired_and_offered_again(console):
    heating, radiator = CategoryFactory(name="Heating"), CategoryFactory(name="Radiator")

    press(console, radiator, "move_category", parent=heating.pk)
    circle = press(console, heating, "move_category", parent=radiator.pk)
    early = press(console, heating, "retire_category")
    press(console, radiator, "retire_category")

    radiator.refresh_from_db()
    assert radiator.parent == heating
    assert "it cannot be the other way round, too" in text_of(circle)
    assert "retire or move them first" in text_of(early)
    assert radiator.retired_at is not None
    choices = text_of(console.get(reverse("admin:tickets_ticket_add")))
    assert ">Heating<" in choices
    assert "› Radiator<" not in choices
    console.post(page(radiator, "reinstate_category"), {"once": "x"})
    assert Category.objects.in_use().count() == 2


def test_a_team_with_its_members(console, administrator):
    person = PersonFactory()
    members = {"members-TOTAL_FORMS": "1", "members-0-person": person.pk}

    send(console, add(Team), "team_form", name="Locksmiths", _save="1", **members)

    member = TeamMember.objects.get()
    assert (member.team.name, member.person) == ("Locksmiths", person)
    assert last_version(member) == (administrator, "added")
    send(console, page(member.team), "team_form", **{"members-0-DELETE": "on", "_save": "1"})
    assert not TeamMember.objects.exists()


def test_a_schedule_is_added_changed_and_shows_its_next_days(console, administrator):
    typed = {"title": "Look at the lift", "category": CategoryFactory().pk, "rule": "FREQ=WEEKLY;BYDAY=MO"}
    typed |= {"starts_on": timezone.localdate().isoformat(), "_save": "1"}

    send(console, add(Schedule), "schedule_form", **typed)
    schedule = Schedule.objects.get()
    shown = text_of(console.get(page(schedule)))
    send(console, page(schedule), "schedule_form", rule="FREQ=WEEKLY;BYDAY=TU", _save="1")

    assert shown.count("Monday, ") == 5
    assert text_of(console.get(page(schedule))).count("Tuesday, ") == 5
    assert last_version(schedule) == (administrator, "changed")


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "nonsense", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31", "\0", "x" * 300])
def test_a_rule_that_is_none_has_a_sentence_and_keeps_what_was_typed(console, rule):
    typed = {"title": "Look at the lift", "category": CategoryFactory().pk, "rule": rule}

    response = send(console, add(Schedule), "schedule_form", starts_on="2026-11-23", _save="1", **typed)

    assert response.status_code == 200
    assert 'value="Look at the lift"' in response.content.decode()
    assert b"errornote" in response.content
    assert not Schedule.objects.exists()


def test_a_schedule_is_paused_and_resumed(console):
    schedule = ScheduleFactory()
    Occurrence.objects.create(schedule=schedule, on="2026-01-05", at=timezone.now())

    console.post(page(schedule, "pause_schedule"), {"once": "p"})
    shown = text_of(console.get(page(schedule)))
    console.post(page(schedule, "resume_schedule"), {"once": "r"})

    schedule.refresh_from_db()
    assert schedule.paused_at is None
    assert "The next days" not in shown
    assert "Left out" in shown


def test_a_parked_mail_becomes_a_ticket(console):
    mail = ParkedMailFactory()

    press(console, mail, "report_from_parked", place_in_words="Kitchen")

    mail.refresh_from_db()
    assert mail.ticket == Ticket.objects.get()
    assert mail.ticket.reporter.email == "stranger@example.org"


def test_the_files_of_a_parked_mail_are_only_downloaded(console):
    mail = ParkedMailFactory()
    file = mail.attachments.create(name="list.html", size=1200, file="tickets/files/x", added_at=timezone.now())

    shown = console.get(page(mail)).content.decode()

    assert f'href="{reverse("parked_file", args=[file.pk])}">list.html</a>' in shown


def test_a_parked_mail_is_added_to_a_ticket_as_a_note_or_thrown_away(console, administrator):
    mail, other, ticket = ParkedMailFactory(), ParkedMailFactory(), TicketFactory()

    form = form_of(console.get(page(mail, "add_parked_to")))
    console.post(page(mail, "add_parked_to"), form | {"ticket": ticket.pk})
    press(console, other, "discard_parked")

    assert form["internal"] == "on"
    assert ticket.comments.get().internal
    assert not ParkedMail.objects.waiting().exists()
    again = console.post(page(other, "discard_parked"), {"once": "x"})
    assert "Somebody has dealt with this mail already." in text_of(again)


def test_a_tracking_link_is_revoked_and_never_shown(console, client):
    link = follow(TicketFactory(), PersonFactory())
    address = reverse("ticket_follow", args=[token_of(link)])
    before = client.get(address).status_code

    shown = [console.get(page(link)), console.get(page(link, "history"))]
    shown.append(console.get(reverse("admin:tickets_trackinglink_changelist")))
    press(console, link, "revoke_tracking")

    assert (before, client.get(address).status_code) == (200, 404)
    for secret in (token_of(link), link.seed, link.token_digest):
        assert not [response for response in shown if secret in response.content.decode()]


def test_a_team_and_a_category_lead_to_their_tickets(console):
    team = TeamFactory()
    ticket = TicketFactory(team=team, category=CategoryFactory(), title="Ours")
    TicketFactory()

    for query in (f"team={team.pk}", f"show=all&category={ticket.category_id}"):
        shown = console.get(f"/admin/tickets/ticket/?{query}")
        assert [row.title for row in shown.context["cl"].result_list] == ["Ours"]
