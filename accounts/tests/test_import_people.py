"""A list of people is taken over."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.models import Department, Person
from accounts.operations import PERSON_COLUMNS, block, deactivate, import_people, propose_department
from accounts.tests.factories import AffiliationFactory, DepartmentFactory, PersonFactory
from keysite import tables
from keysite.tests.history import last_version, refused
from keysite.tests.lists import counts, left_out, refusals
from keysite.tests.queries import queries

# As asset managers export it: a byte order mark, much that is none of our business, people without an address.
LIST = """\ufeffFirst Name,Last Name,Email,Username,Activated,Phone,Notes,Employee Number,Company,Manager,End Date
Ada,Byron,ABYRON@Example.edu ,abyron,true,555-0101,"likes, commas",E1,Analytical Ltd,Ada Byron,2099-12-31
Kofi,,,kofi,true,,,,,,
 Mei ,van  der Meer,mei@example.edu,mei,false,,"over
two lines",,"Oak, Ash and Elm",,
Ilse,Grün,ilse@example.edu,ilse,true,,,,analytical ltd,,2020-01-31
"""


def table(text, name="people.csv"):
    return tables.read(text.encode(), name=name, columns=PERSON_COLUMNS)


def take(text, **options):
    return import_people(table=table(text), **{"by": None} | options)


def test_registers_people_and_names_who_has_no_address(db, administrator):
    outcome = take(LIST, by=administrator)

    ada, mei = Person.objects.with_address("abyron@example.edu").get(), Person.objects.get(email="mei@example.edu")
    assert (ada.email, ada.name, ada.phone, ada.identifier) == ("ABYRON@Example.edu", "Ada Byron", "555-0101", "E1")
    assert (ada.leaves_on, ada.sponsor, ada.is_staff) == (date(2099, 12, 31), None, False)
    assert not ada.has_usable_password()
    assert (mei.name, mei.department.name) == ("Mei van der Meer", "Oak, Ash and Elm")
    assert left_out(outcome) == ["line 3, column “Email”: No e-mail address (Kofi). Add it and import the file again."]
    assert counts(outcome) == (3, 0, 0, 1, 0)
    assert last_version(ada) == (administrator, "imported from people.csv")
    assert outcome.table.unread == ["Username", "Activated", "Notes", "Manager"]


def test_says_what_the_desk_should_know(db):
    outcome = take(LIST)

    assert outcome.notes == [
        "2 new departments: Analytical Ltd; Oak, Ash and Elm.",
        "The last day of 1 person is past: they cannot borrow.",
        "3 people have no affiliation and cannot borrow until they have one.",
    ]


def test_a_second_run_changes_nothing(db):
    take(LIST)

    outcome = take(LIST)

    assert counts(outcome) == (0, 0, 3, 1, 0)
    assert (Person.history.count(), Department.history.count()) == (3, 2)


def test_a_company_becomes_an_outside_organisation_and_a_department_one_of_ours(db):
    take("mail,unit,employer\na@example.edu,Physics,Analytical Ltd\nb@example.edu,,Analytical Ltd\n")

    assert {row.name: row.kind for row in Department.objects.accepted()} == {
        "Physics": "department",
        "Analytical Ltd": "outside",
    }
    assert Person.objects.get(email="a@example.edu").department.name == "Physics"


def test_finds_a_department_by_name_or_code(db):
    physics = DepartmentFactory(name="Physics", code="PHY")

    outcome = take("mail,department\na@example.edu,PHYSICS\nb@example.edu,phy\n")

    assert Department.objects.get() == physics
    assert list(Person.objects.values_list("department", flat=True)) == [physics.pk, physics.pk]
    assert outcome.notes[0].startswith("2 people have no affiliation")


def test_changes_only_what_the_file_gives_and_says_otherwise(db):
    known = PersonFactory(email="Ada@Example.edu", first_name="Ada", last_name="Lovelace", phone="1", identifier="E9")
    proved, affiliation = known.email_proved_at, known.affiliation

    outcome = take("e-mail,first name,last name,phone,staff number\nada@example.edu,Ada,Byron,,e9\n")

    known.refresh_from_db()
    assert (known.email, known.name, known.phone, known.identifier) == ("Ada@Example.edu", "Ada Byron", "1", "e9")
    assert (known.email_proved_at, known.affiliation) == (proved, affiliation)
    assert counts(outcome) == (0, 1, 0, 0, 0)
    assert last_version(known) == (None, "imported from people.csv")


def test_never_touches_roles_passwords_or_blocks(db, clerk, administrator):
    clerk.set_password("a secret of the clerk")
    clerk.save()
    block(person=clerk, by=administrator, reason="lost three keys")

    take(f"email,last name\n{clerk.email},Miller\n")

    clerk.refresh_from_db()
    assert clerk.last_name == "Miller"
    assert clerk.is_staff
    assert clerk.is_blocked
    assert clerk.check_password("a secret of the clerk")
    assert [group.name for group in clerk.groups.all()] == ["desk"]


def test_leaves_out_whoever_is_deactivated_here(db):
    gone = PersonFactory(email="gone@example.edu", last_name="Old")
    deactivate(person=gone, by=None)

    outcome = take("email,last name,department\ngone@example.edu,New,Physics\n")

    gone.refresh_from_db()
    assert (gone.last_name, gone.is_active) == ("Old", False)
    assert left_out(outcome) == [
        "line 2, column “email”: Deactivated here. Reactivate this person in the console first."
    ]
    assert not Department.objects.exists()


def test_gives_the_affiliation_of_the_file_or_of_the_call_to_who_has_none(db):
    student, guest = AffiliationFactory(name="Student"), AffiliationFactory(name="Guest")
    PersonFactory(email="has@example.edu", affiliation=student)
    PersonFactory(email="none@example.edu", affiliation=None)

    take("email,affiliation\nnew@example.edu,student\nhas@example.edu,\nnone@example.edu,\n", affiliation="GUEST")

    assert dict(Person.objects.values_list("email", "affiliation")) == {
        "new@example.edu": student.pk,
        "has@example.edu": student.pk,
        "none@example.edu": guest.pk,
    }


def test_is_refused_for_an_affiliation_that_there_is_not(db):
    AffiliationFactory(name="Student")

    with refused("There is no affiliation “Staff”. The register has: Student."):
        take(LIST, affiliation="Staff")

    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("line", "column", "sentence"),
    [
        ("a b@example.edu", "email", "“a b@example.edu” is no e-mail address. Write it as name@example.edu."),
        ("two@a.edu; b@a.edu", "email", "“two@a.edu; b@a.edu” is no e-mail address. Write it as name@example.edu."),
        ("a@example.edu,12/31/2099", "End Date", "“12/31/2099” is no day. Write it as 2027-03-31 or 31.03.2027."),
        ("a@example.edu,31.02.2099", "End Date", "“31.02.2099” is no day. Write it as 2027-03-31 or 31.03.2027."),
        ("a@example.edu,,Dean", "affiliation", "There is no affiliation “Dean”. The register has: Student."),
        (
            "a@example.edu,,,x@example.edu",
            "sponsor",
            "x@example.edu is not in the register. Import or register the sponsor first.",
        ),
        ("known@example.edu,,,KNOWN@example.edu", "sponsor", "Nobody is their own sponsor. Name somebody else."),
        (
            "a@example.edu,,,,e1",
            "identifier",
            "e1 is the identifier of known@example.edu. Correct one of the two.",
        ),
        (
            "a@example.edu,,,,,Marine Ecology",
            "unit",
            "“Marine Ecology” is only proposed. Accept it in the console first.",
        ),
    ],
)
def test_refuses_a_line_with_a_wrong_value_and_takes_the_others(db, line, column, sentence):
    student = AffiliationFactory(name="Student")
    known = PersonFactory(email="known@example.edu", identifier="E1", affiliation=student)
    propose_department(name="Marine Ecology", kind="department", contact_name="", contact_email="", by=known)

    outcome = take(f"email,End Date,affiliation,sponsor,identifier,unit\n{line}\ngood@example.edu,1.3.2099\n")

    assert refusals(outcome) == [f"line 2, column “{column}”: {sentence}"]
    assert counts(outcome) == (1, 0, 0, 0, 1)
    assert Person.objects.get(email="good@example.edu").leaves_on == date(2099, 3, 1)


def test_reads_the_days_of_a_spreadsheet(db):
    take("email,end date\na@example.edu,2099-03-01 00:00:00\nb@example.edu,2099-03-01T00:00\n")

    assert set(Person.objects.values_list("leaves_on", flat=True)) == {date(2099, 3, 1)}


def test_takes_a_sponsor_by_address(db):
    sponsor = PersonFactory(email="Sponsor@example.edu")

    take("email,sponsor\na@example.edu,sponsor@EXAMPLE.edu\n")

    assert Person.objects.get(email="a@example.edu").sponsor == sponsor


def test_an_identifier_goes_to_one_person_of_the_list(db):
    outcome = take("email,identifier\na@example.edu,E1\nb@example.edu,e1\n")

    assert refusals(outcome) == [
        "line 3, column “identifier”: e1 is the identifier of a@example.edu. Correct one of the two."
    ]
    assert Person.objects.count() == 1


def test_a_refused_line_brings_no_department(db):
    take("email,department\nno address,Physics\n")

    assert not Department.objects.exists()


def test_a_repeated_line_is_left_out_and_a_contradiction_refused(db):
    outcome = take("email,last name\na@example.edu,Byron\nA@example.edu,Lovelace\na@example.edu,Byron\n")

    assert left_out(outcome) == ["line 4: The same as line 2."]
    assert refusals(outcome) == [
        "line 3, column “email”: Line 2 says something else of this address. Keep one of the two lines."
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(db):
    dry = take(LIST, dry_run=True)

    assert not Person.objects.exists()
    assert not Department.objects.exists()
    real = take(LIST)
    assert (counts(dry), dry.notes) == (counts(real), real.notes)


@pytest.mark.parametrize("lines", [1, 3, 300])
def test_asks_as_often_however_long_the_list(db, lines):
    affiliation = AffiliationFactory(name="Student")
    Person.objects.bulk_create(
        Person(email=f"known{n}@example.edu", affiliation=affiliation, joined_at=timezone.now()) for n in range(lines)
    )
    text = "email,phone,department\n"
    text += "".join(
        f"new{n}@example.edu,1,Department {n}\nKnown{n}@example.edu,2,Department {n}\n" for n in range(lines)
    )

    # the lock; people, departments, affiliations; new departments, new people and changed people with their history
    with queries(exactly=11):
        take(text)
