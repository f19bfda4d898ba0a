"""One row of everything, to stand for all others, and the address of every page about it."""

from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from accounts.models import ClosedDay, Kiosk, Notice
from accounts.notices import post
from accounts.operations import propose_department
from accounts.tests.factories import InvitationFactory, PersonFactory
from assets.models import Building, BuildingManager, Space
from assets.tests.factories import AssignmentFactory, assets_of_every_kind
from keys.models import Renewal
from keys.tests.factories import (
    AttestationFactory,
    CabinetCountFactory,
    ChargeFactory,
    FeeRuleFactory,
    HoldFactory,
    HookFactory,
    KeyFactory,
    LoanExceptionFactory,
    LoanFactory,
    LossReportFactory,
    RekeyedDoorFactory,
    opening,
    separation_of,
)
from keys.tests.request_rows import rows_of_requests
from tickets.tests.factories import TicketFactory, tickets_of_every_kind

# What stands in the address of a page that is about nothing in the register.
MADE_UP = {
    "not_me": ["x"],
    "invitation_accept": ["x"],
    "calendar_feed": ["x"],
    "feed_revoke": [1],
    "kiosk_register": ["x"],
    "kiosk_done": ["x"],
    "account_reset_password_from_key": ["1", "abc-def"],
    "mfa_remove_webauthn": [1],
    "mfa_edit_webauthn": [1],
    "openid_connect_login": ["sso"],
    "openid_connect_callback": ["sso"],
    "asset_receipt": ["12345678-1234-5678-1234-567812345678"],
    "ticket_report_about": ["x"],
    "ticket_me_too": ["x"],
    "ticket_reported": ["x"],
    "ticket_follow": ["x"],
    "ticket_photo": ["x", 1],
    "ticket_thumbnail": ["x", 1],
    "ticket_file": ["x", 1],
    "ticket_staff_file": [1, 1],
    "parked_file": [1],
    "ticket_staff_photo": [1, 1],
    "ticket_staff_thumbnail": [1, 1],
    "receipt": ["12345678-1234-5678-1234-567812345678"],
    "admin:view_on_site": [1, 1],
    "admin:app_list": ["keys"],
}
# Which row other pages are about, by how their names begin; the first that fits.
ABOUT = {
    "invitation_withdraw": "accounts_invitation",
    "key_request": "keys_keyrequest",
    "approval": "keys_approval",
    "loss": "keys_lossreport",
    "cabinet": "keys_cabinet",
    "charge": "keys_charge",
    "rekeying": "keys_rekeying",
    "attestation_others": "keys_campaign",
    "campaign": "keys_campaign",
    "asset_photos": "assets_asset",
    "asset_photo": "assets_assetphoto",
    "asset_thumbnail": "assets_assetphoto",
    "stock_take_move": "assets_count",
    "stock_take": "assets_stocktake",
}


class World:
    """``rows`` has one row of each model of the console, in the building of ``manager``; ``foreign`` is elsewhere."""

    def __init__(self, manager):
        somebody = PersonFactory(email="somebody@example.edu")
        building = Building.objects.create(code="HALL", name="Hall")
        BuildingManager.objects.create(building=building, person=manager, since="2020-01-01")
        space = Space.objects.create(building=building, number="1")
        key = KeyFactory(hook=HookFactory())
        door = opening(symbol=key.symbol, space=space)
        self.loan = LoanFactory(key=key, borrower=somebody)
        elsewhere, away = LoanFactory(), AssignmentFactory()
        self.foreign = {"keys_key": elsewhere.key, "keys_keysymbol": elsewhere.key.symbol, "keys_loan": elsewhere}
        self.foreign |= self._doors(opening(elsewhere.key.symbol, building__code="F1"))
        self.foreign |= {"assets_asset": away.asset, "assets_assignment": away, "tickets_ticket": TicketFactory()}
        self.rows = {
            **self._people(somebody),
            **self._clock(),
            **self._assets(space, manager),
            **self._doors(door),
            **self._tickets(space),
            "assets_building": building,
            "assets_space": space,
            "keys_keysystem": key.symbol.system,
            "keys_keysymbol": key.symbol,
            "keys_cabinet": key.hook.cabinet,
            "keys_hook": key.hook,
            "keys_key": key,
            "keys_loan": self.loan,
            "keys_renewal": self._renewal(manager),
            "keys_loanexception": LoanExceptionFactory(person=somebody, symbol=key.symbol),
            **self._requests(person=somebody, by=manager, building=building),
            "keys_separation": separation_of(somebody),
            "keys_charge": ChargeFactory(loan__borrower=somebody),
            "keys_feerule": FeeRuleFactory(),
            "keys_attestation": (line := AttestationFactory(loan=self.loan)),
            "keys_campaign": line.campaign,
            "keys_hold": HoldFactory(key__symbol=key.symbol),
            "keys_rekeying": RekeyedDoorFactory(door=door).rekeying,
            "keys_cabinetcount": CabinetCountFactory(cabinet=key.hook.cabinet),
            "keys_lossreport": LossReportFactory(key__symbol=key.symbol, loan__borrower=somebody),
        }

    def address_of(self, name):
        """Where the page of this name is, about the row that stands for its model."""
        if name == "door":
            return reverse(name, args=[self.rows["keys_door"].public_code])
        if name == "key_tag":
            return reverse(name, args=[self.loan.key.public_code])
        if name == "asset_tag":
            return reverse(name, args=[self.rows["assets_asset"].public_code])
        if name in {"ticket", "ticket_history", "ticket_mine_follow", "ticket_deed"}:
            deed = ["note"] if name == "ticket_deed" else []
            return reverse(name, args=[self.rows["tickets_ticket"].number, *deed])
        if name in MADE_UP:
            return reverse(name, args=MADE_UP[name])
        try:
            return reverse(name)
        except NoReverseMatch:
            return reverse(name, args=[self._row_of(name).pk])

    def _row_of(self, name):
        if name.startswith("loan_"):
            return self.loan
        if name.startswith("assignment_"):
            return self.rows["assets_assignment"]
        if name.startswith(("model_", "reservation_")):
            return self.rows["assets_assetmodel" if name.startswith("model_") else "assets_reservation"]
        if not name.startswith("admin:"):
            return self.rows[next(model for start, model in ABOUT.items() if name.startswith(start))]
        return next(row for model, row in self.rows.items() if name.startswith(f"admin:{model}_"))

    def _people(self, somebody):
        post(kind="sign_in_changed", person=somebody, facts={"change": "password_set"})
        return {
            "accounts_person": somebody,
            "accounts_affiliation": somebody.affiliation,
            "accounts_loanterm": somebody.affiliation.loan_term,
            "accounts_department": propose_department(
                name="Rhetoric", kind="department", contact_name="", contact_email="", by=somebody
            ),
            "accounts_invitation": InvitationFactory(),
            "accounts_kiosk": Kiosk.objects.create(name="Hall", place="Hall"),
            "accounts_notice": Notice.objects.latest("pk"),
            "accounts_closedday": ClosedDay.objects.create(on="2030-01-01"),
        }

    def _doors(self, door):
        keyset = door.pinnings.get().keyset
        return {"keys_door": door, "keys_keyset": keyset, "keys_operates": keyset.operates.get()}

    def _requests(self, **whose):
        return {f"keys_{model._meta.model_name}": row for model, row in rows_of_requests(**whose).items()}

    def _assets(self, home, by):
        return {f"assets_{model._meta.model_name}": row for model, row in assets_of_every_kind(by, home=home).items()}

    def _tickets(self, space):
        kinds = tickets_of_every_kind(PersonFactory(), space=space)
        return {f"tickets_{model._meta.model_name}": row for model, row in kinds.items()}

    def _clock(self):
        every = IntervalSchedule.objects.create(every=7, period="days")
        return {
            "django_celery_beat_intervalschedule": every,
            "django_celery_beat_crontabschedule": CrontabSchedule.objects.create(),
            "django_celery_beat_periodictask": PeriodicTask.objects.create(name="Test", interval=every),
        }

    def _renewal(self, by):
        now = timezone.now()
        return Renewal.objects.create(
            loan=self.loan, at=now, by=by, trust=3, old_due_at=now, new_due_at=self.loan.due_at
        )
