"""Requests, the steps of who has to agree, and delegations, as staff see them in the console."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import DepartmentFactory, PersonFactory
from keys.models import Approval, Delegation, KeyRequest
from keys.operations import add_to_request, choose_way, write_message
from keys.tests.request_rows import (
    delegation_of,
    full_request,
    job_of,
    kept_ready,
    line_of,
    request_of,
    step_of,
)
from keys.tests.requests import Campus
from keysite.tests.pages import send
from keysite.tests.reading import text_of

TODAY = timezone.localdate
DAY = timedelta(days=1)


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def campus(db):
    return Campus()


@pytest.fixture
def manager(client, building_manager, campus):
    """A browser of somebody with the role who manages the north building."""
    campus.north.managers.update(person=building_manager)
    client.force_login(building_manager)
    return client


def page(row, name="change"):
    return reverse(f"admin:keys_{row._meta.model_name}_{name}", args=[row.pk])


def list_page(model, query=""):
    return f"{reverse(f'admin:keys_{model}_changelist')}?{query}"


def rows_of(client, model, query=""):
    return set(client.get(list_page(model, query)).context["cl"].result_list)


def test_each_tab_shows_its_requests(console):
    now = timezone.now()
    waiting, asked = request_of(), request_of(asked_back_at=now)
    approved, ready, cut = (request_of(status="approved") for _n in range(3))
    kept_ready(ready)
    job_of(cut)
    job_of(approved, cancelled_at=now)
    ended = {status: request_of(status=status) for status in ("done", "rejected", "withdrawn", "expired")}

    assert rows_of(console, "keyrequest") == rows_of(console, "keyrequest", "show=for_decision") == {waiting}
    assert rows_of(console, "keyrequest", "show=for_answer") == {asked}
    assert rows_of(console, "keyrequest", "show=approved") == {approved, ready, cut}
    assert rows_of(console, "keyrequest", "show=ready") == {ready}
    assert rows_of(console, "keyrequest", "show=being_cut") == {cut}
    for status, request in ended.items():
        assert rows_of(console, "keyrequest", f"show={status}") == {request}
    assert rows_of(console, "keyrequest", "show=all") == set(KeyRequest.objects.all())


def test_a_basket_that_is_not_sent_is_nobodys_business(console, campus):
    basket = add_to_request(by=campus.person, door=campus.doors["101"])

    assert rows_of(console, "keyrequest", "show=all") == set()
    assert console.get(page(basket)).status_code == 302


def test_requests_are_found_by_person_department_place_symbol_and_key(console, campus):
    request, other = campus.ask("101"), request_of()
    kept = kept_ready(other)
    finders = {
        f"person={campus.person.pk}": request,
        f"department={campus.department.pk}": request,
        f"building={campus.north.pk}": request,
        f"door={campus.doors['101'].pk}": request,
        f"symbol={campus.symbols['AA1'].pk}": request,
        f"key={kept.hold.key_id}": other,
        f"q={request}": request,
        f"q={str(request).lower()}": request,
        f"q={campus.person.email}": request,
        f"q={campus.north.code}+{campus.north.name}": request,
    }

    for query, found in finders.items():
        assert rows_of(console, "keyrequest", f"show=all&{query}") == {found}, query
    assert rows_of(console, "keyrequest", f"show=all&building={campus.south.pk}") == set()
    assert rows_of(console, "keyrequest", f"show=all&person={'9' * 18}") == set()
    for words in ("R", "R9999999999999", "R²", "\0", "x" * 300):
        assert console.get(list_page("keyrequest"), {"show": "all", "q": words}).status_code == 200


def test_the_page_tells_the_whole_story(console, campus):
    request = campus.ask("101", "102")
    write_message(request=request, by=campus.manager, text="Which of the two first?", ask_back=True)
    write_message(request=request, by=campus.person, text="The left one")
    step = campus.steps(request)[0]
    fewer = next(
        n for n, way in enumerate(request.proposals.get().ways) if way["hand_out"] == [campus.symbols["AA"].pk]
    )
    choose_way(approval=step, by=campus.manager, way=fewer, reason="Fewer keys to lose")

    shown = text_of(console.get(page(request)))

    order = [
        "What is asked for", "N 101", "N 102",
        "The proposal in words", "As little access as possible; no key above “Master key”.",
        "Proposed", "AA: 1 door beyond need (N 103)", "Alternative 2", "AA1, AA2: 0 doors beyond need",
        "Another way chosen by", "Fewer keys to lose",
        "Keys", "Sub-master key", "To hand out",
        "Who has to agree", str(campus.north), "Is asked",
        "Messages", "Which of the two first?", "The left one",
    ]  # fmt: skip
    places = [shown.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert page(step) in console.get(page(request)).content.decode()


def test_the_page_says_how_far_each_key_is(console):
    shown = text_of(console.get(page(full_request())))

    for words in (
        ", kept ready until",
        ", to be checked",
        ", handed over on",
        "To give back",
        "no key on file opens it",
    ):
        assert words in shown, words


def test_what_is_to_be_cut_and_what_is_not_cut_any_more_is_said(console):
    now, request = timezone.now(), request_of(status="approved")
    job_of(request)
    job_of(request, cancelled_at=now)
    by = PersonFactory()
    job_of(request, cut_at=now, cut_by=by, checked_at=now, checked_by=by)

    shown = text_of(console.get(page(request)))

    for words in ("to be cut since", "not cut any more", "cut and checked on"):
        assert words in shown, words


def test_people_doors_symbols_and_keys_show_what_is_asked_of_them(console, campus):
    key = campus.key("AA1")
    request = campus.ask("101")
    campus.approve_all(request)

    for row in (campus.doors["101"], campus.symbols["AA1"], key):
        assert f">{request}</a>" in console.get(page(row)).content.decode()
    for row in (campus.doors["201"], campus.symbols["AB1"]):
        assert f">{request}</a>" not in console.get(page(row)).content.decode()
    person = reverse("admin:accounts_person_change", args=[campus.person.pk])
    assert f">{request}</a>" in console.get(person).content.decode()


def test_a_building_manager_sees_what_concerns_her_buildings(manager, building_manager, campus):
    mine, theirs = campus.ask("101"), campus.ask("201")
    building_manager.user_permissions.add(Permission.objects.get(codename="export_keyrequest"))

    assert rows_of(manager, "keyrequest", "show=all") == {mine}
    assert rows_of(manager, "approval", "show=all") == set(mine.approvals.all())
    assert manager.get(page(theirs)).status_code == 302
    assert manager.get(page(theirs.approvals.get())).status_code == 302
    assert manager.get(page(theirs, "history")).status_code == 302
    exported = b"".join(manager.get(reverse("admin:keys_keyrequest_export"), {"show": "all"}).streaming_content)
    assert str(mine).encode() in exported
    assert str(theirs).encode() not in exported
    assert rows_of(manager, "keyrequest", f"show=all&person={campus.person.pk}") == set()  # whom she may not see
    assert "Decide on it" in text_of(manager.get(page(mine)))
    section = text_of(manager.get(page(campus.doors["101"])))
    assert str(mine) in section
    assert str(theirs) not in section


def test_the_palette_names_a_manager_no_request_of_other_buildings(manager, campus):
    mine, theirs = campus.ask("101"), campus.ask("201")

    found = [str(manager.get("/admin/search/", {"s": str(row)}).content.decode()) for row in (mine, theirs)]

    assert [str(row) in page for row, page in zip((mine, theirs), found, strict=True)] == [True, False]


def test_requests_leave_as_a_file_without_formulas(client, auditor):
    request_of(purpose="=1+1", person=PersonFactory(department=DepartmentFactory(name="@Physics")))
    client.force_login(auditor)

    lines = b"".join(client.get(reverse("admin:keys_keyrequest_export")).streaming_content).decode()

    assert ",'=1+1," in lines
    assert ",'@Physics," in lines


def test_each_tab_shows_its_steps(console, administrator):
    now, by = timezone.now(), {"decided_at": timezone.now(), "decided_by": PersonFactory()}
    waiting = step_of(request_of())
    late = step_of(request_of(), due_at=now - DAY, escalated_at=now)
    office = step_of(request_of(), kind="office")
    given = step_of(request_of(), approved=True, **by)
    rejected = step_of(request_of(status="rejected"), approved=False, comment="No", **by)

    assert rows_of(console, "approval") == {waiting, late, office}
    assert rows_of(console, "approval", "show=late") == {late}
    assert rows_of(console, "approval", "show=given") == {given}
    assert rows_of(console, "approval", "show=rejected") == {rejected}
    assert rows_of(console, "approval", "show=all") == set(Approval.objects.all())
    assert rows_of(console, "approval", "show=mine") == {late, office, waiting}  # nobody manages these buildings


def test_a_step_leads_to_the_page_that_decides(client, campus, administrator, auditor):
    step = campus.steps(campus.ask("101", "102"))[0]
    client.force_login(auditor)

    shown = client.get(page(step)).content.decode()

    assert reverse("approval", args=[step.pk]) not in shown
    assert "N 101" in shown
    Approval.objects.update(escalated_at=timezone.now())
    client.force_login(administrator)
    assert reverse("approval", args=[step.pk]) in client.get(page(step)).content.decode()


def test_a_manager_delegates_and_ends_that(manager, building_manager, campus):
    deputy, days = PersonFactory(email="deputy@example.edu"), {"since": TODAY(), "until": TODAY() + DAY}
    address = reverse("admin:keys_delegation_add")
    send(manager, address, "delegation_form", deputy=" Deputy@Example.edu ", **days, _save="1")
    row = Delegation.objects.get()

    assert (row.person, row.deputy, row.until) == (building_manager, deputy, TODAY() + DAY)
    manager.post(page(row, "end_delegation"), {"once": "a"}, follow=True)
    row.refresh_from_db()
    assert row.ended_at
    assert rows_of(manager, "delegation") == set()
    assert rows_of(manager, "delegation", "show=over") == {row}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"deputy": "nobody@example.edu"}, "Nobody here has this address."),
        ({"deputy": "no address"}, "Enter a valid email address."),
        ({"deputy": "building_manager@example.edu"}, "Name somebody else, who is active here."),
        ({"until": TODAY() - DAY}, "The last day is before the first."),
        ({"since": TODAY() - 9 * DAY, "until": TODAY() - DAY}, "Give the first and the last day of your absence"),
        ({"until": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_delegated_is_said_and_stays_typed(manager, typed, sentence):
    PersonFactory(email="deputy@example.edu")
    values = {"deputy": "deputy@example.edu", "since": TODAY(), "until": TODAY() + DAY} | typed

    response = send(manager, reverse("admin:keys_delegation_add"), "delegation_form", **values, _save="1")

    assert sentence in text_of(response)
    assert f'value="{values["deputy"]}"' in response.content.decode()
    assert not Delegation.objects.exists()


def test_nobody_but_the_key_office_ends_what_somebody_else_delegated(client, manager, building_manager, administrator):
    theirs = delegation_of(deputy=building_manager)
    stranger = delegation_of()

    refused = manager.post(page(theirs, "end_delegation"), {"once": "a"}, follow=True)

    assert "Whoever delegates ends that. Ask them, or the key office." in text_of(refused)
    assert manager.get(page(stranger)).status_code == 302
    client.force_login(administrator)
    client.post(page(stranger, "end_delegation"), {"once": "b"})
    assert set(Delegation.objects.filter(ended_at=None)) == {theirs}


def test_each_tab_shows_its_delegations(console):
    current, coming = delegation_of(), delegation_of(since=TODAY() + DAY)
    over = delegation_of(since=TODAY() - 9 * DAY, until=TODAY() - DAY)

    tabs = {"current": {current}, "coming": {coming}, "over": {over}, "all": {current, coming, over}}
    assert {tab: rows_of(console, "delegation", f"show={tab}") for tab in tabs} == tabs
    assert rows_of(console, "delegation", f"show=all&q={current.deputy.email}") == {current}


def test_a_key_to_give_back_is_listed_until_it_is(console):
    request = request_of(status="done")
    given = line_of(request, part="give_back")

    assert rows_of(console, "keyrequest", f"show=done&symbol={given.symbol_id}") == {request}
