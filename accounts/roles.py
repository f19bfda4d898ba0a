"""The roles, in one place; ``manage.py sync_roles`` makes the groups match.

A role lists permissions as ``app.codename``; ``view`` of a model is written ``app.view_model``. Without
``accounts.see_everything`` a role sees only what is in its scope (a building manager: the keys to her buildings).
"""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Role(NamedTuple):
    """A group of people with the same job."""

    label: str
    permissions: frozenset[str]


def _views(app, *models):
    return {f"{app}.view_{model}" for model in models}


def _edits(app, *models):
    return {f"{app}.{verb}_{model}" for model in models for verb in ("add", "change", "view")}


_PEOPLE = ("person", "affiliation", "department", "loanterm", "termdate", "closedday")
_KEYS = ("keysystem", "keysymbol", "cabinet", "hook", "key")
_DOORS = ("door", "keyset", "operates", "pinning")
_LOANS = ("loan", "renewal", "loanexception", "hold")
_REQUESTS = ("keyrequest", "requestitem", "requestmessage", "proposal", "proposedkey", "approval", "cuttingjob")
_LOSSES = ("lossreport", "cabinetcount", "rekeying", "rekeyeddoor", "rekeyedsymbol", "keyswap", "feerule", "charge")
_REVIEWS = ("campaign", "attestation", "separation")
_CATALOGUE = ("manufacturer", "supplier", "assettype", "assetmodel", "disposaltype")
_INVENTORY = ("asset", "assetphoto", "kit", "kitmember", "kitpart")
_HANDED_OUT = ("assignment", "assignmentpart", "extension", "reservation", "stocktake", "count")
_TICKETS = ("ticket", "category", "categorycheck", "team", "teammember", "schedule")
_THREADS = ("comment", "photo", "attachment", "watcher", "link", "parkedmail")
_REPAIRS = ("workentry", "check", "helper", "occurrence")
_SEE_ALL = {"accounts.see_everything"}

_READ = (
    _views("accounts", *_PEOPLE, "notice", "kiosk", "invitation")
    | _views("assets", "building", "space", "buildingmanager", *_CATALOGUE, *_INVENTORY, *_HANDED_OUT)
    | _views("keys", *_KEYS, *_DOORS, *_LOANS, *_REQUESTS, *_LOSSES, *_REVIEWS, "delegation")
    | _views("tickets", *_TICKETS, *_THREADS, *_REPAIRS, "trackinglink")
)
_COUNTER = {
    f"keys.{deed}"
    for deed in (
        "check_out",
        "return_key",
        "renew",
        "report_lost",
        "record_payment",
        "report_found",
        "undo",
        "transfer",
        "hold_key",
        "grant_exception",
        "charge",
        "count_keys",
        "clear_person",
    )
}
_EQUIPMENT = {
    f"assets.{deed}"
    for deed in (
        "assign",
        "take_back",
        "transfer_assignment",
        "extend",
        "report_asset_lost",
        "move",
        "set_service",
        "reserve",
        "count",
        "dispose",
    )
}
_SHOP = _edits("keys", "door", "keyset") | {"keys.rekey", "keys.retire_door", "keys.import_door", "keys.export_door"}
_TRIAGE = {
    f"tickets.{deed}"
    for deed in ("triage", "assign_ticket", "review", "report_for_others", "merge_ticket", "remove_ticket")
}
_EXPORTS = {
    "accounts.export_person",
    "assets.export_asset",
    "assets.export_assignment",
    "assets.export_building",
    "keys.export_attestation",
    "keys.export_charge",
    "keys.export_door",
    "keys.export_key",
    "keys.export_keyrequest",
    "keys.export_keysymbol",
    "keys.export_loan",
    "tickets.export_ticket",
}

ROLES = {
    "desk": Role(
        _("Desk clerk"),
        frozenset(
            _READ
            | _SEE_ALL
            | _COUNTER
            | _EQUIPMENT
            | _TRIAGE
            | {"tickets.change_ticket"}
            | _edits("accounts", "person", "department")
            | _edits("assets", *_CATALOGUE, *_INVENTORY)
            | {"accounts.block_person", "accounts.accept_department", "accounts.resend_notice", "keys.export_charge"}
            | {"accounts.invite"}
            | {"keys.change_loan", "assets.change_assignment"}
        ),
    ),
    "key_shop": Role(
        _("Key shop"),
        frozenset(
            _READ
            | _SEE_ALL
            | _edits("keys", *_KEYS)
            | _edits("assets", "space")
            | {"keys.retire_key", "keys.retire_keysymbol", "keys.hold_key", "keys.return_key", "keys.cut_key"}
            | {"keys.count_keys", "keys.run_campaign", "keys.export_attestation"}
            | {"keys.import_key", "keys.import_keysymbol", "keys.export_key", "keys.export_keysymbol"}
            | _SHOP
            | {"accounts.invite"}
        ),
    ),
    "building_manager": Role(
        _("Building manager"),
        frozenset(
            _views("assets", "building", "space", "asset", "assignment")
            | _views("keys", "keysymbol", "key", "loan", *_DOORS, "lossreport", "rekeying", "attestation")
            | _views("keys", "keyrequest", "approval", "delegation")
            | _views("tickets", "ticket")
            | {"accounts.invite", "keys.add_delegation"}
        ),
    ),
    "technician": Role(
        _("Technician"),
        frozenset(
            _views("assets", "building", "space", *_CATALOGUE, *_INVENTORY, "assignment")
            | {"assets.see_all_assets", "assets.set_service", "assets.move"}
            | _views("tickets", *_TICKETS, *_THREADS, *_REPAIRS)
            | {"tickets.work", "tickets.assign_ticket", "tickets.change_ticket"}
        ),
    ),
    "auditor": Role(
        _("Auditor"),
        frozenset(
            _READ | _SEE_ALL | _EXPORTS | _views("assets", "importbatch") | _views("tickets", "noticepreference")
        ),
    ),
    "administrator": Role(
        _("Administrator"),
        frozenset(
            _READ
            | _SEE_ALL
            | _COUNTER
            | _EQUIPMENT
            | _TRIAGE
            | {"tickets.work"}
            | _EXPORTS
            | _edits("accounts", *_PEOPLE, "kiosk")
            | _edits("assets", "building", "space", "buildingmanager", *_CATALOGUE, *_INVENTORY)
            | _views("assets", "importbatch")
            | {"assets.approve_disposal", "assets.restore", "assets.dissolve_kit", "assets.import_asset"}
            | {"assets.undo_import"}
            | _edits("keys", *_KEYS)
            | {"keys.change_loan", "assets.change_assignment", "keys.retire_key", "keys.retire_keysymbol"}
            | {"accounts.invite"}
            | {"keys.decide_request", "keys.cut_key", "keys.exceed_copies", "keys.decide_loss", "keys.waive_charge"}
            | {"keys.run_campaign", "keys.waive_clearance", "keys.add_delegation"}
            | _edits("keys", "feerule")
            | {"accounts.block_person", "accounts.deactivate_person", "accounts.accept_department"}
            | {"accounts.resend_notice", "accounts.register_kiosk", "accounts.import_person", "accounts.assign_roles"}
            | {"assets.import_building", "keys.import_key", "keys.import_keysymbol"}
            | _SHOP
            | _edits("tickets", *_TICKETS)
            | _views("tickets", "noticepreference")
            | _edits("django_celery_beat", "periodictask", "crontabschedule", "intervalschedule")
        ),
    ),
}
