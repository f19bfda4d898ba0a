"""Who studies and works at the invented university, what they are to it, and until when they may keep a key."""

import itertools
import unicodedata
from datetime import timedelta

from accounts.models import Affiliation, ClosedDay, Department, KeyLevel, Kiosk, LoanTerm, Person, TermDate
from keysite.demo.names import DEPARTMENTS, FIRST, LAST, OUTSIDE, SIGN_INS
from keysite.demo.world import Told

BEGINNING = -430  # days from today: when the desk began to use keysite
PEOPLE = {"Staff": 62, "Facilities": 12, "Student": 52, "Contractor": 11, "Guest": 6}  # besides those who sign in
LETTERS = str.maketrans("ıøłæ", "iola")  # those that do not come apart into a letter and an accent


class People:
    """The people, in the order in which they refer to each other."""

    def __init__(self, world, password):
        self.world, self.password, self.told = world, password, []
        self.start = world.moment(world.day(BEGINNING))
        self.terms = self._terms()
        self.affiliations = self._affiliations()
        self.departments, self.outside = self._departments()
        names = [(first, last) for first in FIRST for last in LAST]
        self.numbers = itertools.count()
        self.names = iter(world.dice.sample(names, sum(PEOPLE.values())))
        self.staff = {role: self._sign_in(role, *words) for role, *words in SIGN_INS}
        self.by_affiliation = {"Staff": [], "Facilities": [], "Student": [], "Contractor": [], "Guest": []}
        first = [self._somebody(name) for name in ("Staff", "Facilities", "Student") for _n in range(PEOPLE[name])]
        second = [self._somebody(name) for name in ("Contractor", "Guest") for _n in range(PEOPLE[name])]
        self._fates({told.row.email: told for told in first + second})
        self.batches = [
            [told for told in self.told if isinstance(told.row, model)]
            for model in (LoanTerm, TermDate, ClosedDay, Affiliation, Department)
        ]
        self.batches += [list(self.staff.values()), first, second, self._kiosks()]

    def everybody(self):
        return [told.row for told in self.staff.values()] + [
            person for people in self.by_affiliation.values() for person in people
        ]

    @property
    def clerk(self):
        return self.staff["desk"].row

    def _add(self, row, reason="set up"):
        self.told.append(Told(row, self.start, reason=reason))
        return row

    def _terms(self):
        days, closing, calendar = LoanTerm.Kind.DAYS, LoanTerm.Kind.CLOSING_TIME, LoanTerm.Kind.CALENDAR
        terms = {
            "Until closing": {"kind": closing, "renewals_allowed": 0},
            "One week": {"kind": days, "days": 7, "renewals_allowed": 1, "renewal_window_days": 3},
            "Four weeks": {"kind": days, "days": 28, "renewals_allowed": 2},
            "Semester": {"kind": calendar, "renewals_allowed": 4, "renewal_window_days": 28},
            "One year": {"kind": days, "days": 364, "renewals_allowed": 2, "renewal_window_days": 28},
        }
        rows = {name: self._add(LoanTerm(name=name, **values)) for name, values in terms.items()}
        for day in self.world.semester_ends:
            season = "summer" if 4 <= day.month <= 9 else "winter"
            self._add(TermDate(term=rows["Semester"], on=day, name=f"End of the {season} semester"))
        for day, name in self.world.closed.items():
            self._add(ClosedDay(on=day, name=name))
        return rows

    def _affiliations(self):
        kinds = (  # name, term, highest level, identifier needed, sponsor needed, may be chosen
            ("Staff", "Semester", KeyLevel.MASTER, True, False, False),
            ("Facilities", "One year", KeyLevel.GRAND_MASTER, True, False, False),
            ("Student", "One week", KeyLevel.CHANGE, True, False, True),
            ("Contractor", "Four weeks", KeyLevel.MASTER, False, True, False),
            ("Guest", "Until closing", KeyLevel.CHANGE, False, False, True),
        )
        return {
            name: self._add(
                Affiliation(
                    name=name,
                    loan_term=self.terms[term],
                    highest_level=level,
                    identifier_required=identifier,
                    sponsor_required=sponsor,
                    may_be_chosen=chosen,
                    due_date_required=name not in ("Staff", "Facilities"),
                )
            )
            for name, term, level, identifier, sponsor, chosen in kinds
        }

    def _departments(self):
        """Their backup contacts are addresses that nobody reads."""
        own, outside = [], []
        for name, code, box in DEPARTMENTS:
            contact = {"contact_name": f"{name} office", "contact_email": f"{code.lower()}-office@example.edu"}
            own.append(self._add(Department(name=name, code=code, box=box, accepted_at=self.start, **contact)))
        for name in OUTSIDE:
            address = name.split()[0].lower() + "@example.edu"
            values = {"kind": Department.Kind.OUTSIDE, "contact_name": "Dispatcher", "contact_email": address}
            outside.append(self._add(Department(name=name, accepted_at=self.start, **values)))
        return own, outside

    def _sign_in(self, role, address, first_name, last_name):
        affiliation = {"": "Student", "desk": "Facilities", "key_shop": "Facilities"}.get(role, "Staff")
        person = self._person(affiliation, first_name, last_name)
        person.email, person.password = address, self.password
        person.department = self.departments[4 if not role else 0]
        return Told(person, self.start)

    def _somebody(self, affiliation):
        person = self._person(affiliation, *next(self.names))
        self.by_affiliation[affiliation].append(person)
        dice = self.world.dice
        if affiliation == "Contractor":
            person.department, person.sponsor = dice.choice(self.outside), self.by_affiliation["Facilities"][0]
            person.leaves_on = self.world.day(dice.randrange(30, 200))
        elif affiliation != "Guest":
            person.department = dice.choice(self.departments)
        return Told(person, self.start + timedelta(days=dice.randrange(4)))

    def _person(self, affiliation, first_name, last_name):
        dice = self.world.dice
        plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}".translate(LETTERS).lower())
        address = "".join(letter for letter in plain if letter.isascii() and (letter.isalnum() or letter == "."))
        person = Person(
            email=f"{address}@example.edu",
            first_name=first_name,
            last_name=last_name,
            phone=f"555-01{dice.randrange(100):02}",
            affiliation=self.affiliations[affiliation],
            email_proved_at=self.start if dice.random() < 0.7 else None,
        )
        if person.affiliation.identifier_required:
            person.identifier = f"{affiliation[0]}{10_000 + 7 * next(self.numbers)}"
        person.set_unusable_password()
        return person

    def _fates(self, told):
        """What became of some of them."""
        world, students = self.world, self.by_affiliation["Student"]
        self.blocked, self.doubtful, self.forgotten, *self.bounced = students[:5]
        self.deactivated, self.newcomer = self.by_affiliation["Staff"][0], self.by_affiliation["Guest"][-1]
        self.departed = self.by_affiliation["Contractor"][0]
        self.apart = [self.blocked, self.doubtful, self.forgotten, self.deactivated, self.newcomer, self.departed]
        self.departed.leaves_on = world.day(-9)
        self.newcomer.affiliation = None
        why, at = "Brought nothing back for six weeks", world.moment(world.open_day(-20))
        blocked = {"blocked_at": at, "blocked_by": self.clerk, "blocked_reason": why}
        told[self.blocked.email].then(at, self.clerk, f"blocked: {why}", **blocked)
        why, at = "said of a receipt: this was not me", world.moment(world.open_day(-4))
        doubtful = told[self.doubtful.email]
        doubtful.then(at, self.doubtful, "disavowed a receipt", blocked_at=at, blocked_reason=why)
        for person in self.bounced:
            at = world.moment(world.open_day(-6))
            told[person.email].then(at, None, "mail refused by the server", email_bounced_at=at)
        at = world.moment(world.open_day(-60))
        leaving = told[self.deactivated.email]
        leaving.then(at, self.staff["administrator"].row, "deactivated", is_active=False, deactivated_at=at)

    def _kiosks(self):
        """Not registered: only a device that an administrator registers is a kiosk."""
        kiosks = (("Library entrance", "Founders Library, ground floor"), ("Workshop office", "Millrace Workshop"))
        return [Told(Kiosk(name=name, place=place), self.start) for name, place in kiosks]
