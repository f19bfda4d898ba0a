"""Taking over a list of people from another system."""

import re
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Affiliation, Department, Person
from keysite.ledger import Refusal, lock_word, record_import
from keysite.tables import Column, Outcome, folded, some

PERSON_COLUMNS = (
    Column("email", ("email", "e mail", "email address", "e mail address", "mail"), 254, True),
    Column("first_name", ("first name", "firstname", "given name", "forename"), 100),
    Column("last_name", ("last name", "lastname", "surname", "family name"), 100),
    Column("phone", ("phone", "phone number", "telephone", "mobile"), 64),
    Column("identifier", ("identifier", "employee number", "staff number", "student number", "university number"), 32),
    Column("department", ("department", "unit"), 100),
    Column("organisation", ("company", "organisation", "organization", "employer"), 100),
    Column("affiliation", ("affiliation",), 64),
    Column("sponsor", ("sponsor", "sponsor email", "sponsor e mail"), 254),
    Column("leaves_on", ("leaves on", "end date", "last day", "contract end"), 32),
)
MIDNIGHT = re.compile(r"[T ]00:00(:00)?$")  # what a spreadsheet adds to a day


@transaction.atomic
def import_people(*, table, by, affiliation="", dry_run=False):
    """Register the people of ``table``, and take over what it says otherwise of known ones, matched by address.

    Who has no affiliation and is given none gets the one called ``affiliation``. A department that is not in the
    register is added: as an outside organisation when the file calls it a company. Left out are lines without an
    address, lines that repeat another, and people who are deactivated here. A line is refused for a wrong address,
    day, affiliation or sponsor, for a department that is only proposed, and for an identifier that somebody else
    has. Address, password, roles, blocks and proofs of a known person are never touched, nor what the file leaves
    empty. With ``dry_run`` all is done, and then undone.
    """
    lock_word("import_people")
    outcome = Outcome(table)
    lines = _first_of_each(outcome)
    register = _Register(lines, affiliation)
    for address, line in lines.items():
        person = register.known.get(address) or Person(email=line.values["email"])
        if person.is_active:
            register.take(line, person, outcome)
        else:
            outcome.leave_out(line, "email", _("Deactivated here. Reactivate this person in the console first."))
    departments = register.new_departments()
    record_import(departments, {}, by=by, reason=outcome.reason)
    record_import(register.new, register.changes, by=by, reason=outcome.reason)
    outcome.created, outcome.changed = len(register.new), len(register.changes)
    outcome.same = len(register.people) - outcome.created - outcome.changed
    outcome.notes = _notes(register.people, departments)
    if dry_run:
        transaction.set_rollback(True)
    return outcome


def _first_of_each(outcome):
    """The lines by address; one without an address or with one that came before has its remark."""
    lines = {}
    for line in outcome.table.lines:
        first = lines.setdefault(folded(line.values["email"]), line) if line.values["email"] else None
        if first is None:
            name = f"{line.values['first_name']} {line.values['last_name']}".strip() or _("no name either")
            sentence = _("No e-mail address (%(name)s). Add it and import the file again.")
            outcome.leave_out(line, "email", sentence % {"name": name})
        elif first is not line and first.values == line.values:
            outcome.leave_out(line, "", _("The same as line %(line)s.") % {"line": first.number})
        elif first is not line:
            sentence = _("Line %(line)s says something else of this address. Keep one of the two lines.")
            outcome.refuse(line, "email", sentence % {"line": first.number})
    return lines


class _Register:
    """What is known of all that the lines name, asked once however many they are, and what they bring."""

    def __init__(self, lines, affiliation):
        self.new, self.changes, self.people = [], {}, []
        addresses, identifiers, sponsors = (
            {folded(line.values[column]) for line in lines.values()} - {""}
            for column in ("email", "identifier", "sponsor")
        )
        people = Person.objects.select_related("affiliation", "department", "sponsor")
        self.known = {folded(row.email): row for row in people.with_addresses(addresses)}
        self.owners = {folded(row.identifier): row for row in people.with_identifiers(identifiers)}
        self.sponsors = {folded(row.email): row for row in people.active().with_addresses(sponsors)}
        departments = list(Department.objects.standing())
        self.departments = {folded(row.code): row for row in departments if row.code}
        self.departments |= {folded(row.name): row for row in departments}
        self.affiliations = {folded(row.name): row for row in Affiliation.objects.all()}
        self.default = self._affiliation(affiliation, None) if affiliation else None

    def take(self, line, person, outcome):
        """Remember what the line brings of ``person``, if every value of it is good."""
        values = self._judged(line, person, outcome)
        if values is None:
            return
        different = {name: value for name, value in values.items() if getattr(person, name) != value}
        for name, value in different.items():
            setattr(person, name, value)
        if person.identifier:
            self.owners.setdefault(folded(person.identifier), person)
        self.people.append(person)
        if person.pk is None:
            person.set_unusable_password()
            self.new.append(person)
        elif different:
            self.changes[person] = different

    def new_departments(self):
        named = {folded(person.department.name): person.department for person in self.people if person.department}
        return [department for department in named.values() if department.pk is None]

    def _judged(self, line, person, outcome):
        """What the line gives, by field; None when a value of it is refused."""
        values, good = {}, True
        for column, judge in self._judges().items():
            try:
                if line.values[column]:
                    values[column] = judge(line.values[column], person)
            except Refusal as refusal:
                outcome.refuse(line, column, refusal)
                good = False
        values.pop("email", None)
        values.setdefault("department", values.pop("organisation", person.department))
        values.setdefault("affiliation", person.affiliation or self.default)
        return values if good else None

    def _judges(self):
        return {
            "email": _address,
            "first_name": _as_it_is,
            "last_name": _as_it_is,
            "phone": _as_it_is,
            "identifier": self._identifier,
            "department": self._department,
            "organisation": self._organisation,
            "affiliation": self._affiliation,
            "sponsor": self._sponsor,
            "leaves_on": _day,
        }

    def _identifier(self, text, person):
        owner = self.owners.get(folded(text), person)
        if owner is not person and owner != person:
            words = {"identifier": text, "owner": owner.email}
            raise Refusal(_("%(identifier)s is the identifier of %(owner)s. Correct one of the two.") % words)
        return text

    def _department(self, text, person, kind=Department.Kind.DEPARTMENT):
        known = self.departments.get(folded(text))
        if known and known.pk and known.accepted_at is None:
            raise Refusal(_("“%(name)s” is only proposed. Accept it in the console first.") % {"name": known})
        if known is None:
            known = self.departments[folded(text)] = Department(name=text, kind=kind, accepted_at=timezone.now())
        return known

    def _organisation(self, text, person):
        return self._department(text, person, Department.Kind.OUTSIDE)

    def _affiliation(self, text, person):
        if folded(text) not in self.affiliations:
            words = {"name": text, "names": some([row.name for row in self.affiliations.values()]) or _("none")}
            raise Refusal(_("There is no affiliation “%(name)s”. The register has: %(names)s.") % words)
        return self.affiliations[folded(text)]

    def _sponsor(self, text, person):
        sponsor = self.sponsors.get(folded(text))
        if sponsor is None:
            words = {"sponsor": text}
            raise Refusal(_("%(sponsor)s is not in the register. Import or register the sponsor first.") % words)
        if sponsor == person:
            raise Refusal(_("Nobody is their own sponsor. Name somebody else."))
        return sponsor


def _as_it_is(text, person):
    return text


def _address(text, person):
    try:
        validate_email(text)
    except ValidationError:
        words = {"address": text}
        raise Refusal(_("“%(address)s” is no e-mail address. Write it as name@example.edu.") % words) from None


def _day(text, person):
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(MIDNIGHT.sub("", text), form).date()
        except ValueError:
            continue
    raise Refusal(_("“%(day)s” is no day. Write it as 2027-03-31 or 31.03.2027.") % {"day": text})


def _notes(people, departments):
    today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
    gone = sum(person.leaves_on is not None and person.leaves_on < today for person in people)
    without = sum(person.affiliation is None for person in people)
    notes = []
    if departments:
        names = some([department.name for department in departments])
        sentence = ngettext("%(n)d new department: %(names)s.", "%(n)d new departments: %(names)s.", len(departments))
        notes.append(sentence % {"n": len(departments), "names": names})
    if gone:
        sentence = ngettext(
            "The last day of %(n)d person is past: they cannot borrow.",
            "The last day of %(n)d people is past: they cannot borrow.",
            gone,
        )
        notes.append(sentence % {"n": gone})
    if without:
        sentence = ngettext(
            "%(n)d person has no affiliation and cannot borrow until they have one.",
            "%(n)d people have no affiliation and cannot borrow until they have one.",
            without,
        )
        notes.append(sentence % {"n": without})
    return notes
