"""The loan book: each deed by its button and, for many loans, by its action; each refusal in its own words."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Trust
from accounts.tests.factories import LoanTermFactory, PersonFactory
from keys.admin.loans import LoanAdmin
from keys.models import Loan, Renewal
from keys.operations import claim_return, record_payment, report_lost, return_key
from keys.tests.factories import KeyFactory, LoanFactory
from keysite.tests.history import last_version
from keysite.tests.pages import form_of

BOOK = "/admin/keys/loan/"


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


@pytest.fixture
def loan(db):
    return LoanFactory(key__serial=7, key__symbol__symbol="AA1")


def address(loan, deed="change"):
    return reverse(f"admin:keys_loan_{deed}", args=[loan.pk])


def press(client, loan, deed, **typed):
    """What the form behind a button sends."""
    return client.post(address(loan, deed), form_of(client.get(address(loan, deed))) | typed)


def act(client, deed, *loans, **typed):
    """What the action of the list sends, the question in between answered."""
    chosen = {"action": deed, "_selected_action": [loan.pk for loan in loans], "index": "0"}
    asked = client.post(f"{BOOK}?show=all", form_of(client.get(f"{BOOK}?show=all"), "changelist-form") | chosen)
    if asked.status_code == 302:
        return client.get(asked.url)
    return client.post(f"{BOOK}?show=all", form_of(asked) | typed, follow=True)


def text_of(response):
    return response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


# What is typed, how the history calls it, and what the loan is then.
DONE = {
    "return_key": ({"condition": "worn"}, "returned (staff)", lambda loan: loan.condition == "worn"),
    "renew": ({"why": "Thesis"}, "renewed: Thesis (staff)", lambda loan: loan.renewals.get().why == "Thesis"),
    "report_lost": ({"loss": "broken"}, "reported broken (staff)", lambda loan: loan.loss == "broken"),
    "record_payment": ({"amount": "30.00", "note": "R1"}, "paid", lambda loan: loan.paid_amount == 30),
    "report_found": ({}, "found (staff)", lambda loan: loan.is_running),
    "reject_claim": ({}, "not there: claim rejected", lambda loan: loan.claimed_at is None),
    "undo": ({}, "check-out undone", lambda loan: loan.undone_at is not None),
}


def prepare(loan, deed):
    """Bring the loan to where the deed is allowed."""
    somebody = PersonFactory()
    if deed in {"record_payment", "report_found"}:
        report_lost(loan=loan, by=somebody)
    if deed == "reject_claim":
        claim_return(loan=loan, by=loan.borrower)
    if deed == "undo":
        Loan.objects.filter(pk=loan.pk).update(out_at=timezone.now() - timedelta(minutes=1))
    if deed == "renew":
        Loan.objects.filter(pk=loan.pk).update(due_at=timezone.now() + timedelta(hours=1))


@pytest.mark.parametrize("deed", DONE)
def test_the_button_does_the_deed(desk, clerk, loan, deed):
    typed, reason, holds = DONE[deed]
    prepare(loan, deed)

    response = press(desk, loan, deed, **typed)

    assert response.url == address(loan)
    assert last_version(loan) == (clerk, reason)
    assert holds(Loan.objects.get(pk=loan.pk))
    assert Notice.objects.filter(person=loan.borrower, requested_by=clerk).exists()


@pytest.mark.parametrize("deed", DONE)
def test_the_action_does_the_deed_to_each_loan(desk, clerk, loan, deed):
    typed, reason, holds = DONE[deed]
    loans = [loan, LoanFactory()]
    for one in loans:
        prepare(one, deed)

    response = act(desk, deed, *loans, **typed)

    assert "2 done." in text_of(response)
    assert [last_version(one) for one in loans] == [(clerk, reason), (clerk, reason)]
    assert all(holds(one) for one in Loan.objects.all())


def _back(loan):
    return_key(loan=loan, by=PersonFactory())
    Loan.objects.filter(pk=loan.pk).update(
        out_at=timezone.now() - timedelta(days=2), returned_at=timezone.now() - timedelta(days=1)
    )


def _lost(loan):
    report_lost(loan=loan, by=PersonFactory())


def _paid(loan):
    _lost(loan)
    record_payment(loan=loan, by=PersonFactory(), amount=1, note="R0")


def _nothing(loan):
    pass


REFUSED = [
    ("return_key", _back, "Key AA1 7 is already back."),
    ("renew", _back, "Key AA1 7 is already back."),
    ("renew", _lost, "Key AA1 7 was reported lost or broken; it cannot be renewed."),
    ("report_lost", _back, "Key AA1 7 is already back."),
    ("report_lost", _lost, "Key AA1 7 was reported lost or broken before."),
    ("record_payment", _nothing, "Key AA1 7 is not reported lost: there is nothing to pay."),
    ("record_payment", _paid, "Key AA1 7 has been paid for."),
    ("report_found", _nothing, "Key AA1 7 is not reported lost."),
    ("reject_claim", _nothing, "Nobody says that AA1 7 is back."),
    ("undo", _nothing, "Only the last ten minutes can be undone. Take the key back or check it out instead."),
    ("undo", _back, "Only the last ten minutes can be undone. Take the key back or check it out instead."),
]


@pytest.mark.parametrize(("deed", "before", "sentence"), REFUSED)
def test_a_refused_button_says_why_and_changes_nothing(desk, loan, deed, before, sentence):
    before(loan)
    versions = loan.history.count()

    response = press(desk, loan, deed, **DONE[deed][0])

    assert response.status_code == 200
    assert sentence in text_of(response)
    assert loan.history.count() == versions
    for name, value in DONE[deed][0].items():
        assert form_of(response)[name] == value


@pytest.mark.parametrize(("deed", "before", "sentence"), REFUSED)
def test_a_refused_action_says_why_of_each_loan_and_does_the_others(desk, loan, deed, before, sentence):
    before(loan)
    other, versions = LoanFactory(), loan.history.count()
    prepare(other, deed)

    response = act(desk, deed, loan, other, **DONE[deed][0])

    assert f"{loan}: {sentence}" in text_of(response)
    assert "1 done." in text_of(response)
    assert loan.history.count() == versions
    assert DONE[deed][2](Loan.objects.get(pk=other.pk))


def test_handing_on_ends_one_loan_and_begins_the_next(desk, clerk, loan):
    next_one = PersonFactory()

    response = press(desk, loan, "transfer", borrower=next_one.pk)

    following = Loan.objects.get(follows=loan)
    assert response.url == address(loan)
    assert following.borrower == next_one
    assert last_version(following) == (clerk, f"handed on from loan {loan.pk}")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"borrower": ""}, "This field is required."),
        ({"borrower": "999999"}, "That choice is not one of the available choices."),
        ({"borrower": "x"}, "That choice is not one of the available choices."),
    ],
)
def test_handing_on_to_nobody_is_refused(desk, loan, typed, sentence):
    assert sentence in text_of(press(desk, loan, "transfer", **typed))
    assert not Loan.objects.filter(follows=loan).exists()


def test_handing_on_to_somebody_who_may_not_borrow_is_refused(desk, loan):
    nobody = PersonFactory(affiliation=None, first_name="Kim", last_name="Thal")

    response = press(desk, loan, "transfer", borrower=nobody.pk)

    assert "Kim Thal has no affiliation yet. Complete the profile first." in text_of(response)


@pytest.mark.parametrize("due_on", ["2020-01-01", "2099-01-01"])
def test_a_due_day_that_the_term_does_not_allow_is_refused_and_stays_typed(desk, loan, due_on):
    response = press(desk, loan, "renew", due_on=due_on, why="Thesis")

    assert "Choose a day until" in text_of(response)
    assert form_of(response)["due_on"] == due_on
    assert not Renewal.objects.exists()


def test_staff_may_renew_under_another_term(desk, loan):
    term = LoanTermFactory(days=30)

    press(desk, loan, "renew", term=term.pk)

    assert Loan.objects.get(pk=loan.pk).due_at > timezone.now() + timedelta(days=29)


def test_the_same_press_twice_does_it_once_and_ends_on_the_same_page(desk, loan):
    values = form_of(desk.get(address(loan, "return_key")))

    first, second = desk.post(address(loan, "return_key"), values), desk.post(address(loan, "return_key"), values)

    assert first.url == second.url == address(loan)
    assert loan.history.filter(history_change_reason="returned (staff)").count() == 1


def test_the_same_action_twice_does_it_once(desk, loan):
    values = {"action": "report_lost", "_selected_action": [loan.pk], "index": "0"}
    values = form_of(desk.post(BOOK, values))
    desk.post(BOOK, values)

    again = desk.post(BOOK, values, follow=True)

    assert "This was done already" in text_of(again)
    assert loan.history.filter(history_change_reason="reported lost (staff)").count() == 1


def test_a_loan_that_has_left_the_list_meanwhile_is_named_as_gone(desk, loan):
    other = LoanFactory()
    shown = form_of(desk.get(BOOK), "changelist-form")
    return_key(loan=loan, by=PersonFactory())
    chosen = {"action": "return_key", "_selected_action": [loan.pk, other.pk], "index": "0"}

    asked = desk.post(BOOK, shown | chosen)
    done = desk.post(BOOK, form_of(asked) | {"_selected_action": [loan.pk, other.pk]}, follow=True)
    nothing = desk.post(BOOK, shown | chosen | {"_selected_action": [loan.pk]}, follow=True)

    assert "1 chosen row is not in this list any more." in text_of(done)
    assert "1 done." in text_of(done)
    assert "1 chosen row is not in this list any more." in text_of(nothing)


def test_an_action_is_for_the_rows_that_are_marked_never_for_all(desk, loan):
    others = [LoanFactory() for _n in range(3)]
    chosen = {"action": "report_lost", "_selected_action": [loan.pk], "index": "0", "select_across": "1"}

    desk.post(BOOK, form_of(desk.post(BOOK, chosen)), follow=True)

    assert [Loan.objects.get(pk=one.pk).is_lost for one in (loan, *others)] == [True, False, False, False]


def test_opening_a_deed_changes_nothing(desk, loan):
    versions = loan.history.count()

    for deed in LoanAdmin.deeds:
        assert desk.get(address(loan, deed.name)).status_code == 200

    assert loan.history.count() == versions


def test_each_deed_has_its_own_permission(client, make_staff, loan):
    person = make_staff("auditor")
    client.force_login(person)
    for deed in LoanAdmin.deeds:
        assert client.get(address(loan, deed.name)).status_code == 403
        assert client.post(address(loan, deed.name), {"once": "x"}).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="return_key", content_type__app_label="keys"))

    allowed = [deed.name for deed in LoanAdmin.deeds if client.get(address(loan, deed.name)).status_code == 200]

    assert allowed == ["return_key", "reject_claim"]


def test_buttons_are_there_when_they_would_work(desk, loan):
    page = text_of(desk.get(address(loan)))
    assert [name in page for name in ("return_key/", "renew/", "report_lost/", "transfer/")] == [True] * 4
    assert [name in page for name in ("record_payment/", "report_found/", "reject_claim/", "undo/")] == [False] * 4

    report_lost(loan=loan, by=PersonFactory())

    page = text_of(desk.get(address(loan)))
    assert [name in page for name in ("return_key/", "record_payment/", "report_found/")] == [True] * 3
    assert [name in page for name in ("renew/", "transfer/")] == [False] * 2


def test_only_the_note_can_be_edited(desk, clerk, loan):
    values = form_of(desk.get(address(loan)), "loan_form")
    more = {
        "borrower": PersonFactory().pk,
        "due_at_0": "2099-01-01",
        "due_at_1": "00:00",
        "returned_at_0": "2026-01-01",
    }

    response = desk.post(address(loan), values | more | {"note": "Blue ring", "_save": "1"})

    saved = Loan.objects.get(pk=loan.pk)
    assert response.status_code == 302
    assert (saved.note, saved.borrower_id, saved.due_at) == ("Blue ring", loan.borrower_id, loan.due_at)
    assert saved.is_open
    assert last_version(loan) == (clerk, "changed: note")
    assert set(values) == {"csrfmiddlewaretoken", "console_once", "console_version", "note"}


def test_nobody_adds_a_loan_by_hand(client, administrator):
    client.force_login(administrator)

    assert client.get(f"{BOOK}add/").status_code == 403
    assert client.post(f"{BOOK}add/", {"key": KeyFactory().pk}).status_code == 403


def test_one_click_leads_to_each_kind_of_loan(desk):
    now = timezone.now()
    loans = {
        "overdue": LoanFactory(out_at=now - timedelta(days=9), due_at=now - timedelta(days=2)),
        "claimed": LoanFactory(),
        "lost": LoanFactory(),
        "review": LoanFactory(out_at=now - timedelta(days=400), due_at=now + timedelta(days=30)),
        "paid": LoanFactory(),
        "returned": LoanFactory(),
        "today": LoanFactory(due_at=now + timedelta(seconds=1)),
        "week": LoanFactory(due_at=now + timedelta(days=5)),
    }
    claim_return(loan=loans["claimed"], by=loans["claimed"].borrower)
    _lost(loans["lost"])
    _paid(loans["paid"])
    return_key(loan=loans["returned"], by=PersonFactory())
    found = {}
    for tab in loans:
        page = text_of(desk.get(f"{BOOK}?show={tab}"))
        found[tab] = {name for name, loan in loans.items() if address(loan) in page}

    assert found.pop("week") >= {"week"}
    assert found.pop("today") <= {"today"}
    assert found == {tab: {tab} for tab in found}
    active = text_of(desk.get(BOOK))
    assert {name for name, loan in loans.items() if address(loan) in active} == set(loans) - {"paid", "returned"}


@pytest.mark.parametrize("words", ["Thal", "kim@", "AA1 7", "K99"])
def test_the_book_finds_by_borrower_and_key(desk, loan, words):
    loan.borrower.last_name, loan.borrower.email, loan.borrower.identifier = "Thal", "kim@example.edu", "K99"
    loan.borrower.save()
    other = LoanFactory()

    page = text_of(desk.get(BOOK, {"q": words}))

    assert address(loan) in page
    assert address(other) not in page


def test_what_a_clerk_does_counts_as_staff(desk, loan):
    prepare(loan, "renew")
    press(desk, loan, "renew", why="x")

    assert Renewal.objects.get().trust == Trust.STAFF
