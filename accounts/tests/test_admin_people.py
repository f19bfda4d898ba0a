"""People in the console: found, corrected, blocked, given roles and forgotten."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Department, FormKey, Kiosk, Notice, Person
from accounts.operations import clerk_by_pin, propose_department
from accounts.tests.factories import AffiliationFactory, DepartmentFactory, PersonFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of, send

PEOPLE = "/admin/accounts/person/"


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def robin(db):
    return PersonFactory(first_name="Robin", last_name="Thal", email="robin@example.edu", identifier="K10")


def page(row, name="change"):
    return reverse(f"admin:accounts_{row._meta.model_name}_{name}", args=[row.pk])


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def press(client, row, deed, **typed):
    shown = client.get(page(row, deed))
    return client.post(page(row, deed), form_of(shown) | typed)


def test_a_person_is_added_without_a_password(desk, clerk):
    affiliation = AffiliationFactory()

    send(desk, f"{PEOPLE}add/", "person_form", email=" Kim@Example.edu ", affiliation=affiliation.pk, _save="1")

    person = Person.objects.with_address("kim@example.edu").get()
    assert not person.has_usable_password()
    assert (person.email, person.affiliation) == ("Kim@Example.edu", affiliation)
    assert last_version(person) == (clerk, "added")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "ROBIN@example.edu"}, "Somebody with this e-mail address is in the register already."),
        ({"email": "kim@example.edu", "identifier": "k10"}, "Somebody else has this identifier."),
        ({"email": ""}, "This field is required."),
        ({"email": "ki  m@example.edu"}, "Enter a valid email address."),
        ({"email": "kim@example.edu", "first_name": "x" * 101}, "at most 100 characters"),
        ({"email": "kim@example.edu", "time_zone": "Mars"}, "There is no time zone of this name."),
    ],
)
def test_a_person_that_cannot_be_added_has_a_sentence(desk, robin, typed, sentence):
    response = send(desk, f"{PEOPLE}add/", "person_form", **typed, _save="1")

    assert sentence in text_of(response)
    assert form_of(response, "person_form")["email"] == typed["email"]


def test_nobody_is_their_own_sponsor(desk, robin):
    response = send(desk, page(robin), "person_form", sponsor=robin.pk, _save="1")

    assert "Nobody is their own sponsor." in text_of(response)


@pytest.mark.parametrize(
    ("deed", "typed", "reason"),
    [
        ("block", {"reason": "Fees"}, "blocked: Fees"),
        ("change_address", {"email": "new@example.edu"}, "address changed"),
        ("deactivate", {}, "deactivated"),
        ("assign_roles", {"roles": ["desk"]}, "roles: desk"),
    ],
)
def test_a_button_does_its_deed_once(console, administrator, robin, deed, typed, reason):
    values = form_of(console.get(page(robin, deed))) | typed

    first, second = console.post(page(robin, deed), values), console.post(page(robin, deed), values)

    assert first.url == second.url == page(robin)
    assert last_version(robin) == (administrator, reason)
    assert robin.history.filter(history_change_reason=reason).count() == 1


@pytest.mark.parametrize(
    ("deed", "typed", "sentence"),
    [
        ("block", {"reason": "Fees"}, "is blocked already."),
        ("unblock", {}, "is not blocked."),
        ("reactivate", {}, "is active."),
        ("issue_pin", {}, "Only people who hand out keys have a PIN."),
        ("reset_second_factor", {}, "has no second factor."),
        ("change_address", {"email": "ROBIN@example.edu"}, "That is the address already."),
        (
            "change_address",
            {"email": "taken@example.edu"},
            "Somebody with this e-mail address is in the register already.",
        ),
        ("block", {"reason": ""}, "This field is required."),
        ("change_address", {"email": "no"}, "Enter a valid email address."),
        ("assign_roles", {"roles": ["king"]}, "Select a valid choice."),
    ],
)
def test_a_refused_button_says_why(console, administrator, robin, deed, typed, sentence):
    PersonFactory(email="taken@example.edu")
    if deed == "block" and typed["reason"]:
        press(console, robin, "block", reason="Before")
    versions = robin.history.count()

    response = press(console, robin, deed, **typed)

    assert sentence in text_of(response)
    assert robin.history.count() == versions


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        ("deactivate", "You cannot deactivate yourself."),
        ("anonymise", "You cannot anonymise yourself."),
        ("assign_roles", "nobody changes their own roles"),
    ],
)
def test_nobody_does_that_to_themselves(console, administrator, deed, sentence):
    assert sentence in text_of(press(console, administrator, deed))


def test_a_new_address_is_not_proved_and_the_old_one_is_told(desk, clerk, robin):
    press(desk, robin, "change_address", email="new@example.edu")

    robin.refresh_from_db()
    assert (robin.email, robin.email_proved_at) == ("new@example.edu", None)
    assert Notice.objects.get(kind="address_changed").address == "robin@example.edu"


def test_a_clerk_cannot_take_over_the_sign_in_of_a_colleague(desk, make_staff):
    chief = make_staff("administrator")

    response = press(desk, chief, "change_address", email="mine@example.edu")

    chief.refresh_from_db()
    assert "Only who gives roles changes the address of somebody with one." in text_of(response)
    assert chief.email == "administrator@example.edu"


def test_a_pin_is_shown_once_and_kept_nowhere(console, make_staff):
    clerk = make_staff("desk")

    first = press(console, clerk, "issue_pin")
    second = press(console, clerk, "issue_pin")

    pins = [re.search(r"console-secret\">(\d{6})<", text_of(response)).group(1) for response in (first, second)]
    assert clerk_by_pin(pin=pins[1]) == clerk
    assert "no-store" in first.headers["Cache-Control"]
    assert pins[1] not in str(list(clerk.history.values())) + str(list(FormKey.objects.values()))


def test_roles_are_shown_chosen_and_taken_away(console, make_staff):
    clerk = make_staff("desk")
    shown = form_of(console.get(page(clerk, "assign_roles")))

    press(console, clerk, "assign_roles", roles=[])

    assert shown["roles"] == "desk"
    clerk.refresh_from_db()
    assert not clerk.is_staff
    assert "Desk clerk" not in text_of(console.get(page(clerk)))


def test_anonymising_asks_first_and_leaves_no_name_in_the_console(console):
    robin = PersonFactory(first_name="Robinia", last_name="Thal")
    before = console.get(page(robin, "anonymise"))
    assert "This cannot be taken back." in text_of(before)
    robin.refresh_from_db()
    assert robin.first_name == "Robinia"

    press(console, robin, "anonymise")

    for name in ("change", "history"):
        shown = text_of(console.get(page(robin, name)))
        assert "Robinia" not in shown
        assert "Thal" not in shown
    assert console.post(page(robin), {"first_name": "Robinia", "_save": "1"}).status_code == 403


@pytest.mark.parametrize("tab", ["blocked", "left", "lacking_identifier", "bounced", "staff", "inactive"])
def test_one_click_leads_to_each_kind_of_person(console, tab):
    now = timezone.now()
    people = {
        "blocked": PersonFactory(blocked_at=now, blocked_reason="x"),
        "left": PersonFactory(leaves_on=timezone.localdate() - timedelta(days=1)),
        "lacking_identifier": PersonFactory(affiliation__identifier_required=True),
        "bounced": PersonFactory(email_bounced_at=now),
        "staff": PersonFactory(is_staff=True),
        "inactive": PersonFactory(is_active=False, deactivated_at=now),
    }

    shown = text_of(console.get(f"{PEOPLE}?show={tab}"))

    assert {name for name, person in people.items() if page(person) in shown} == {tab}


@pytest.mark.parametrize("words", ["rob", "thal rob", "K10", "robin@example.edu"])
def test_people_are_found_by_name_identifier_and_address(desk, robin, words):
    other = PersonFactory(first_name="Kim")

    shown = text_of(desk.get(PEOPLE, {"q": words}))

    assert page(robin) in shown
    assert page(other) not in shown


def test_a_proposed_department_is_accepted_or_rejected_once(desk, clerk, robin):
    said = {"kind": "department", "contact_name": "", "contact_email": "", "by": robin}
    good, bad = propose_department(name="Astronomy", **said), propose_department(name="Alchemy", **said)

    desk.post(page(good, "accept_department"), {"once": "a"})
    again = desk.post(page(good, "accept_department"), {"once": "b"})
    press(desk, bad, "reject_department", reason="No such thing")

    assert last_version(good) == (clerk, "accepted")
    assert "has been decided already" in text_of(again)
    assert last_version(bad) == (clerk, "rejected: No such thing")
    assert list(Department.objects.accepted()) == [good]


def test_a_department_that_staff_add_counts_at_once(desk, clerk):
    send(desk, "/admin/accounts/department/add/", "department_form", name="Physics", _save="1")

    department = Department.objects.get(name="Physics")
    assert department.accepted_by == clerk
    assert last_version(department) == (clerk, "added")


def test_a_department_of_the_same_name_is_refused(desk):
    DepartmentFactory(name="Physics")

    response = send(desk, "/admin/accounts/department/add/", "department_form", name="PHYSICS", _save="1")

    assert "There is a department of this name already." in text_of(response)


def test_a_kiosk_is_registered_by_a_link_that_is_shown_once(console, administrator):
    kiosk = Kiosk.objects.create(name="Hall", place="Main hall")

    response = press(console, kiosk, "register_kiosk")

    link = re.search(r"http[^<\s/]*//[^<\s/]+(/kiosk/register/[^<\s/]+/)", text_of(response)).group(1)
    assert last_version(kiosk) == (administrator, "registered")
    assert console.get(link).status_code == 200
    assert link not in text_of(console.get(page(kiosk)))

    press(console, kiosk, "revoke_kiosk")
    again = press(console, kiosk, "revoke_kiosk")
    assert last_version(kiosk) == (administrator, "revoked")
    assert "No device is registered for Hall." in text_of(again)


def test_a_notice_is_read_and_sent_again_but_never_changed(desk, clerk, robin):
    now = timezone.now()
    sent = Notice.objects.create(
        kind="x", person=robin, dedupe_key="1", next_try_at=now, sent_at=now, subject="Hello", text="Words"
    )
    waiting = Notice.objects.create(kind="x", person=robin, dedupe_key="2", next_try_at=now)

    done = desk.post(page(sent, "resend_notice"), {"once": "a"})
    refused = desk.post(page(waiting, "resend_notice"), {"once": "b"})

    assert done.url == page(sent)
    assert Notice.objects.filter(requested_by=clerk).count() == 1
    assert "This notice has not been sent yet; it goes out by itself." in text_of(refused)
    assert "Words" in text_of(desk.get(page(sent)))
    assert desk.post(page(sent), {"subject": "Bye", "_save": "1"}).status_code == 403


@pytest.mark.parametrize("state", ["waiting", "failed", "sent", "cancelled"])
def test_one_click_leads_to_each_kind_of_notice(desk, robin, state):
    now = timezone.now()
    facts = {"sent": {"sent_at": now}, "cancelled": {"cancelled_at": now}, "failed": {"failed_at": now}, "waiting": {}}
    notices = {
        name: Notice.objects.create(kind="x", person=robin, dedupe_key=name, next_try_at=now, **more)
        for name, more in facts.items()
    }

    shown = text_of(desk.get(f"/admin/accounts/notice/?state={state}"))

    assert {name for name, notice in notices.items() if page(notice) in shown} == {state}
