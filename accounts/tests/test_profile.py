"""What people say of themselves."""

import pytest

from accounts.models import Department
from accounts.operations import complete_profile, propose_department
from accounts.tests.doors import errors_of, form_of, send_all
from accounts.tests.factories import AffiliationFactory, DepartmentFactory, PersonFactory
from keysite.ledger import Refusal
from keysite.tests.queries import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer():
    return PersonFactory(email="new@example.edu", first_name="", last_name="", affiliation=None)


@pytest.fixture
def student():
    return AffiliationFactory(name="Student", may_be_chosen=True, identifier_required=True)


def send(client, **fields):
    fields = {"first_name": "Ada", "last_name": "Lovelace", "once": form_of(client.get("/profile/"))} | fields
    return client.post("/profile/", fields)


def test_a_newcomer_completes_the_profile_and_goes_on(client, newcomer, student):
    DepartmentFactory(name="Physics")
    client.force_login(newcomer)

    response = send(
        client,
        affiliation=student.pk,
        identifier="s123",
        department="physics ",
        time_zone="Europe/Lisbon",
        next="/keys/check-out/",
    )

    newcomer.refresh_from_db()
    version = newcomer.history.first()
    assert response.url == "/keys/check-out/"
    assert (newcomer.name, newcomer.identifier, newcomer.department.name) == ("Ada Lovelace", "s123", "Physics")
    assert newcomer.affiliation == student
    assert newcomer.zone.key == "Europe/Lisbon"
    assert (version.history_user, version.history_change_reason) == (newcomer, "profile completed")


def test_an_affiliation_is_chosen_once(client, borrower, student):
    client.force_login(borrower)
    before = borrower.affiliation

    send(client, affiliation=student.pk)

    borrower.refresh_from_db()
    assert borrower.affiliation == before
    with pytest.raises(Refusal, match="Your affiliation is on file"):
        complete_profile(person=borrower, values={"affiliation": student})


def test_only_affiliations_that_may_be_chosen(client, newcomer):
    faculty = AffiliationFactory(name="Faculty", may_be_chosen=False)
    client.force_login(newcomer)

    response = send(client, affiliation=faculty.pk)

    assert "affiliation" in response.context["form"].errors
    with pytest.raises(Refusal, match="Only staff can give the affiliation “Faculty”"):
        complete_profile(person=newcomer, values={"affiliation": faculty})


def test_an_identifier_that_the_affiliation_needs(client, newcomer, student):
    client.force_login(newcomer)

    response = send(client, affiliation=student.pk)

    assert "“Student” needs an identifier" in errors_of(response)
    assert 'value="Ada"' in response.content.decode()


def test_somebody_elses_identifier(client, newcomer, student):
    PersonFactory(identifier="S123")
    client.force_login(newcomer)

    response = send(client, affiliation=student.pk, identifier="s123")

    assert "Somebody else has this identifier" in errors_of(response)


def test_an_identifier_on_file_stays(borrower):
    borrower.identifier = "s1"
    borrower.save()

    with pytest.raises(Refusal, match="Your identifier is on file"):
        complete_profile(person=borrower, values={"identifier": "s2"})


def test_a_stale_copy_overwrites_nothing(borrower, student):
    stale = type(borrower).objects.get(pk=borrower.pk)
    borrower.phone = "1"
    borrower.save()

    complete_profile(person=stale, values={"first_name": "Ada"})

    borrower.refresh_from_db()
    assert (borrower.phone, borrower.first_name) == ("1", "Ada")


def test_what_only_staff_change_is_not_taken_over(client, borrower):
    client.force_login(borrower)

    send(client, is_staff="on", email="x@example.edu", leaves_on="2000-01-01", blocked_reason="x")

    borrower.refresh_from_db()
    assert (borrower.is_staff, borrower.email, borrower.leaves_on) == (False, "borrower@example.edu", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("first_name", "x" * 300),
        ("last_name", "a\0b"),
        ("phone", "1" * 300),
        ("department", "No such department"),
        ("department", "😀\0"),
        ("time_zone", "Mars/Olympus"),
        ("affiliation", "999999999999999999999"),
        ("identifier", "1" * 300),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_the_rest(client, newcomer, student, field, value):
    client.force_login(newcomer)

    response = send(client, **{field: value})

    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert 'value="Lovelace"' in response.content.decode() or field == "last_name"


def test_emoji_are_a_name(client, borrower):
    client.force_login(borrower)

    assert send(client, first_name="😀").status_code == 302


def test_the_same_form_twice_is_one_change(client, borrower):
    client.force_login(borrower)
    once, versions = form_of(client.get("/profile/")), borrower.history.count()

    for _time in range(2):
        assert send(client, once=once, first_name="Ada").status_code == 302

    assert borrower.history.count() == versions + 1


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow_with_departments(client, borrower, rows):
    DepartmentFactory.create_batch(rows)
    client.force_login(borrower)

    with queries(exactly=4):  # session, person, their affiliation, departments
        client.get("/profile/")


def test_a_department_is_proposed_and_decided(client, borrower, clerk, mailoutbox):
    client.force_login(borrower)
    once = form_of(client.get("/departments/propose/"))
    fields = {"name": " Dept. of  Rhetoric ", "kind": "department", "contact_name": "Kai", "contact_email": "k@b.edu"}

    response = client.post("/departments/propose/", fields | {"once": once})
    send_all()

    department = Department.objects.get(name="Dept. of Rhetoric")
    assert response.url == "/profile/"
    assert (department.proposed_by, department.accepted_at) == (borrower, None)
    assert "Dept. of Rhetoric" in mailoutbox[0].subject
    with pytest.raises(Refusal, match="waits for the desk"):
        complete_profile(person=borrower, values={"department": department})


def test_a_department_twice(client, borrower):
    propose_department(name="Rhetoric", kind="department", contact_name="", contact_email="", by=borrower)
    client.force_login(borrower)
    once = form_of(client.get("/departments/propose/"))
    fields = {"name": "rhetoric", "kind": "department", "contact_name": "K", "contact_email": "k@b.edu"}

    response = client.post("/departments/propose/", fields | {"once": once})

    assert "has been proposed already" in errors_of(response)
    assert 'value="k@b.edu"' in response.content.decode()
    assert Department.objects.count() == 1


def test_the_department_is_given_once_and_then_by_staff(client, borrower):
    """Else anybody could read what people of another department have by asking for keys for them."""
    mine, other = DepartmentFactory(), DepartmentFactory()
    complete_profile(person=borrower, values={"department": mine})
    client.force_login(borrower)

    page = client.get("/profile/")
    send(client, department=other.name)

    borrower.refresh_from_db()
    assert (borrower.department, "department" in page.context["form"].fields) == (mine, False)
    for department in (other, None):
        with pytest.raises(Refusal, match="Your department is on file. Ask"):
            complete_profile(person=borrower, values={"department": department})
