"""The desk hands keys out: a person, scans that answer at once, one button."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Person, Trust
from accounts.tests.factories import AffiliationFactory, LoanTermFactory, PersonFactory
from keys.models import Loan
from keys.operations import add_to_request, report_lost
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory
from keys.tests.requests import Campus
from keysite.tests.queries import queries
from keysite.tests.reading import post, problems_of, text_of

DESK, PAGE = reverse("desk"), reverse("desk_check_out")
NEWCOMER = {
    "new-email": "new@example.edu",
    "new-first_name": "Nela",
    "new-last_name": "Novak",
    "new-identifier": "",
    "register": "1",
}


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def send(desk, **fields):
    return post(desk, PAGE, page=DESK, form="taking", **fields)


def basket_of(response):
    """Each line of the basket: the key it names (or what was typed) and what is wrong with it."""
    return [(str(line.item or line.typed), line.problem) for _index, line in response.context["taking"].lines]


def test_person_and_keys_go_through_in_one_deed(desk, clerk, borrower, key):
    other = KeyFactory(symbol__symbol="BB2", serial=5)

    response = send(desk, person="BORROWER@example.edu", keys=["AA1 1", other.public_code, ""], check_out="1")

    loans = list(Loan.objects.order_by("key__serial"))
    assert [(loan.key, loan.borrower, loan.out_by, loan.trust) for loan in loans] == [
        (key, borrower, clerk, Trust.STAFF),
        (other, borrower, clerk, Trust.STAFF),
    ]
    page = text_of(desk.get(response.url))
    assert "AA1 1 Out until" in page
    assert "BB2 5 Out until" in page
    assert Notice.objects.get().person == borrower


def test_each_scan_is_answered_by_the_rules_of_the_deed(desk, borrower, key):
    LoanFactory(key=KeyFactory(symbol__symbol="BB2", serial=5))
    KeyFactory(symbol=key.symbol, serial=2)

    response = send(desk, person="borrower@example.edu", keys=["AA1 1", "BB2 5", "AA1 2", "ZZ 9"], look="1")

    first, out, second, unknown = basket_of(response)
    assert first == ("AA1 1", "")
    assert out[1].startswith("Key BB2 5 is out; it is due back on")
    assert "holds a key AA1 already. A second one needs an exception" in second[1]
    assert unknown == ("ZZ 9", "There is no key ZZ 9. Check the number stamped on it.")
    assert Loan.objects.count() == 1
    assert "<title>Desk" in response.content.decode()  # nothing was refused yet


def test_keys_may_be_scanned_before_anybody_is_named(desk, key):
    HoldFactory(key=KeyFactory(symbol__symbol="BB2", serial=5))

    response = send(desk, keys=["AA1 1", "BB2 5"], look="1")

    free, held = basket_of(response)
    assert free == ("AA1 1", "")
    assert held[1].startswith("Key BB2 5 is on hold for somebody else until")


def test_a_double_scan_is_one_line(desk, key):
    assert basket_of(send(desk, keys=["AA1 1", "aa1/1", key.public_code], look="1")) == [("AA1 1", "")]


def test_all_or_nothing_unless_the_clerk_takes_the_rest(desk, borrower, key):
    LoanFactory(key=KeyFactory(symbol__symbol="BB2", serial=5))
    basket = {"borrower": borrower.pk, "keys": ["BB2 5", "AA1 1", "ZZ 9"]}

    refused = send(desk, **basket, check_out="1")
    assert len(problems_of(refused)) == 2
    assert "Check out the other key only" in text_of(refused)
    assert Loan.objects.count() == 1

    response = send(desk, **basket, take_rest="1")
    assert response.status_code == 302
    assert Loan.objects.get(borrower=borrower).key == key


def test_a_refused_commit_keeps_everything(desk, borrower, key):
    LoanFactory(key=key)
    term = LoanTermFactory(days=3)
    day = (timezone.localdate() + timedelta(days=2)).isoformat()

    response = send(desk, borrower=borrower.pk, keys=["AA1 1"], term=term.pk, due_on=day, check_out="1")

    page = response.content.decode()
    assert "<title>Error: Desk" in page
    assert "Key AA1 1 is out" in problems_of(response)[0]
    assert f'name="borrower" value="{borrower.pk}"' in page
    assert 'name="keys" value="AA1 1"' in page
    assert f'<option value="{term.pk}" selected>' in page
    assert f'value="{day}"' in page


def test_term_and_day_are_taken_over(desk, borrower, key):
    term = LoanTermFactory(days=30)

    send(desk, borrower=borrower.pk, keys=["AA1 1"], term=term.pk, check_out="1")

    loan = Loan.objects.get()
    assert loan.term == term
    assert timezone.localdate(loan.due_at) == timezone.localdate() + timedelta(days=30)


@pytest.mark.parametrize("text", ["Novak", "nov", "nela n", "4711", " NELA@example.edu "])
def test_a_person_is_found_by_address_number_and_name(desk, text):
    person = PersonFactory(email="nela@example.edu", first_name="Nela", last_name="Novak", identifier="4711")

    response = send(desk, person=text, look="1")

    assert response.context["taking"].taker == person
    assert "Nela Novak nela@example.edu" in text_of(response)


def test_of_several_people_one_is_chosen(desk):
    people = [PersonFactory(first_name=name, last_name="Novak") for name in ("Nela", "Olga")]

    response = send(desk, person="novak", look="1")

    assert "Who is it?" in text_of(response)
    page = response.content.decode()
    assert all(f'type="radio" name="borrower" value="{person.pk}"' in page for person in people)
    assert send(desk, person="novak", borrower=people[1].pk, look="1").context["taking"].taker == people[1]


def test_many_matches_ask_for_more_of_the_name(desk):
    PersonFactory.create_batch(9, last_name="Novak")

    assert "There are more: type more of the name." in text_of(send(desk, person="novak", look="1"))


@pytest.mark.parametrize("text", ["nobody@example.edu", "Nobody", "🔑", "a@", "'", "%", "x" * 254, ":*&|!"])
def test_nobody_is_found_in_a_sentence(desk, text):
    response = send(desk, person=text, keys=["AA1 1"], look="1")

    assert response.status_code == 200
    assert "Nobody is found for" in text_of(response)
    assert 'name="keys" value="AA1 1"' in response.content.decode()


@pytest.mark.parametrize("text", ["x" * 300, "\x00"])
def test_an_impossible_name_is_refused(desk, text):
    assert send(desk, person=text, look="1").status_code == 200


def test_the_clerk_sees_what_is_in_the_way_of_a_person(desk, borrower):
    LoanFactory(borrower=borrower, key__symbol__symbol="HELD", key__serial=4)
    borrower.blocked_at, borrower.blocked_reason = timezone.now(), "owes a key"
    borrower.save()

    page = text_of(send(desk, person="borrower@example.edu", look="1"))

    assert "is blocked from borrowing." in page
    assert "Holds: HELD 4" in page


def test_a_key_of_who_stands_there_is_reported_lost_in_the_console(desk, borrower):
    loan = LoanFactory(borrower=borrower)
    gone = LoanFactory(borrower=borrower)
    report_lost(loan=gone, by=borrower)
    ways = [f'href="{reverse("admin:keys_loan_report_lost", args=[one.pk])}"' for one in (loan, gone)]

    page = send(desk, borrower=borrower.pk, look="1").content.decode()

    assert [way in page for way in ways] == [True, False]


def test_without_a_person_nothing_goes_out(desk, key):
    response = send(desk, keys=["AA1 1"], check_out="1")

    assert problems_of(response) == ["Say who takes the keys: an e-mail address, a number or a name."]
    assert not Loan.objects.exists()


def test_a_line_and_the_person_can_be_taken_out_again(desk, borrower, key):
    other = KeyFactory(symbol__symbol="BB2", serial=5)

    fewer = send(desk, borrower=borrower.pk, keys=["AA1 1", "BB2 5"], remove="AA1 1")
    assert basket_of(fewer) == [(str(other), "")]

    nobody = send(desk, borrower=borrower.pk, keys=["AA1 1"], other="1")
    assert nobody.context["taking"].taker is None
    assert basket_of(nobody) == [("AA1 1", "")]


def test_a_new_person_is_added_without_losing_the_scans(desk, clerk, key):
    affiliation = AffiliationFactory()

    response = send(desk, keys=["AA1 1"], **NEWCOMER, **{"new-affiliation": affiliation.pk})

    person = Person.objects.get(email="new@example.edu")
    assert (person.name, person.affiliation) == ("Nela Novak", affiliation)
    assert response.context["taking"].taker == person
    assert basket_of(response) == [("AA1 1", "")]
    assert person.history.get().history_user == clerk


def test_a_known_address_gives_the_person_it_belongs_to(desk, borrower):
    fields = NEWCOMER | {"new-email": "Borrower@Example.edu", "new-affiliation": borrower.affiliation_id}

    response = send(desk, **fields)

    assert response.context["taking"].taker == borrower
    borrower.refresh_from_db()
    assert borrower.first_name == "Robin"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("new-email", "", "This field is required."),
        ("new-email", "no address", "Enter a valid email address."),
        ("new-last_name", "x" * 300, "at most 100 characters"),
        ("new-last_name", "\x00", "Null characters are not allowed."),
        ("new-affiliation", "99999", "Select a valid choice."),
        ("new-identifier", "4711", "Somebody else has this identifier."),
    ],
)
def test_a_new_person_typed_wrongly_keeps_what_was_typed(desk, key, field, value, sentence):
    PersonFactory(identifier="4711")
    fields = NEWCOMER | {"new-affiliation": AffiliationFactory().pk, field: value}

    response = send(desk, keys=["AA1 1"], **fields)

    assert sentence in text_of(response)
    assert 'value="Nela"' in response.content.decode()
    assert basket_of(response) == [("AA1 1", "")]
    assert not Person.objects.filter(email="new@example.edu").exists()


def test_the_same_post_ten_times_makes_one_loan(desk, borrower, key):
    once = desk.get(DESK).context["taking"]["once"].value()
    fields = {"borrower": borrower.pk, "keys": ["AA1 1"], "check_out": "1", "once": once}

    assert len({desk.post(PAGE, fields).url for _time in range(10)}) == 1
    assert Loan.objects.count() == 1


def test_a_scan_with_htmx_answers_with_the_part_only(desk, key):
    headers = {"HX-Request": "true", "HX-Target": "desk-check-out"}

    page = desk.post(PAGE, {"keys": ["AA1 1"], "look": "1", "once": "x"}, headers=headers).content.decode()

    assert page.lstrip().startswith('<div id="desk-check-out">')
    assert "free" in page


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_the_deed(desk, borrower, count):
    keys = KeyFactory.create_batch(count)
    once = desk.get(DESK).context["taking"]["once"].value()
    fields = {"borrower": borrower.pk, "keys": [str(key) for key in keys], "check_out": "1", "once": once}

    with queries(16):  # two of them ask what the clerk may do
        response = desk.post(PAGE, fields)

    assert response.status_code == 302


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_a_scan(desk, borrower, count):
    keys = KeyFactory.create_batch(count)
    LoanFactory.create_batch(count, borrower=borrower)
    fields = {"borrower": borrower.pk, "keys": [str(key) for key in keys], "look": "1", "once": "x"}
    headers = {"HX-Request": "true", "HX-Target": "desk-check-out"}

    with queries(13):
        response = desk.post(PAGE, fields, headers=headers)

    assert response.status_code == 200


def test_what_was_asked_for_until_a_day_is_said_to_be_due_then(desk):
    campus = Campus()
    asked, other = campus.key("AA1"), campus.key("AA2")
    last = timezone.localdate() + timedelta(days=2)
    request = add_to_request(by=campus.person, door=campus.doors["101"])
    campus.approve_all(campus.send(request, needed_until=last))
    scans = {"person": campus.person.email, "look": "1"}

    alone = send(desk, keys=[str(asked)], **scans).context["taking"]
    both = send(desk, keys=[str(asked), str(other)], **scans).context["taking"]

    assert timezone.localdate(alone.answer.due_at) == last
    assert timezone.localdate(both.answer.due_at) == timezone.localdate() + timedelta(days=7)
    dues = [line.sooner and timezone.localdate(line.sooner) for _index, line in both.lines]
    assert dues == [last, None]
