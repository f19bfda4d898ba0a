"""What is done to an assignment, as buttons and actions, and what each asks before."""

from django.utils.translation import gettext_lazy as _

from accounts.models import LoanTerm
from assets.admin.asking import STAFF, HandingOn, TakingBack, TakingKitBack
from assets.operations import (
    Unload,
    confirm_assignment,
    extend,
    part_found,
    report_asset_damaged,
    report_asset_found,
    report_asset_lost,
    take_back,
    take_back_kit,
    transfer_assignment,
)
from keysite.console import Deed
from keysite.console.fields import Asking, Choice, Day, Few, Number, why


class Extending(Asking):
    due_on = Day(label=_("Due on"), required=False, help_text=_("Empty: as late as the term allows."))
    term = Few(LoanTerm, label=_("Loan term"), required=False, empty_label=_("As before"))
    why = why(_("Why"), required=False)


class Damage(Asking):
    note = why(_("What is wrong with it"))


class PartFound(Asking):
    part = Choice(label=_("Part"))
    quantity = Number(label=_("How many"), initial=1, min_value=1)

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.parts = {str(part.pk): part for part in row.parts.missing()}
        self.fields["part"].choices = [(key, f"{part.name} ({part.missing})") for key, part in self.parts.items()]

    def asked(self):
        values = super().asked()
        return values | {"part": self.parts[values["part"]]}


def _basket(*rows):
    """The assets of some of the assignments, and the kits of the others."""
    return {"assets": [row.asset for row in rows if row.asset_id], "kits": [Unload(row) for row in rows if row.kit_id]}


def _deed(operation, permission, label, done, **options):
    if "given" not in options:
        options["row"] = "assignment"
    return Deed(operation, f"assets.{permission}", label, done, **options)


def may_go_on(row):
    return row.part_of_id is None or row.part_of.is_open


def may_come_back(row):
    return row.is_open and not (row.part_of_id and row.part_of.is_open)


ASSIGNMENT_DEEDS = [
    _deed(
        take_back,
        "take_back",
        _("Take back"),
        _("%(row)s: it is back."),
        given=_basket,
        basket=True,
        line=lambda row: row.item,
        form=TakingBack,
        fixed=STAFF,
        icon="keyboard_return",
        bulk=True,
        shown=lambda row: row.asset_id and may_come_back(row),
    ),
    _deed(
        take_back_kit,
        "take_back",
        _("Take the kit back"),
        _("%(row)s: the kit is back."),
        form=TakingKitBack,
        fixed=STAFF,
        icon="keyboard_return",
        shown=lambda row: row.kit_id and row.is_open,
    ),
    _deed(
        extend,
        "extend",
        _("Extend"),
        _("%(row)s: it is due later."),
        form=Extending,
        fixed=STAFF,
        icon="more_time",
        bulk=True,
        shown=lambda row: row.is_running and row.due_at is not None,
    ),
    _deed(
        transfer_assignment,
        "transfer_assignment",
        _("Transfer"),
        _("%(row)s: it is transferred."),
        form=HandingOn,
        fixed=STAFF,
        icon="swap_horiz",
        shown=lambda row: row.is_open and not row.is_lost and row.part_of_id is None,
    ),
    _deed(
        confirm_assignment,
        "extend",
        _("Confirm"),
        _("%(row)s: seen there."),
        fixed=STAFF,
        icon="task_alt",
        bulk=True,
        shown=lambda row: row.is_running,
    ),
    _deed(
        report_asset_damaged,
        "report_asset_lost",
        _("Damaged"),
        _("%(row)s: it is out of service."),
        form=Damage,
        fixed=STAFF,
        intro=_("It goes out of service and stays with whoever has it."),
        icon="broken_image",
        shown=lambda row: row.asset_id and row.is_open and not row.is_lost,
    ),
    _deed(
        report_asset_lost,
        "report_asset_lost",
        _("Lost"),
        _("%(row)s: it is reported lost."),
        fixed=STAFF,
        intro=_("It stays in the name of whoever has it. Reservations that need it end."),
        icon="report",
        confirm=True,
        bulk=True,
        shown=lambda row: row.is_open and not row.is_lost,
    ),
    _deed(
        report_asset_found,
        "report_asset_lost",
        _("Found"),
        _("%(row)s: it has turned up, and the assignment goes on."),
        fixed=STAFF,
        icon="search_check",
        bulk=True,
        shown=lambda row: row.is_lost and may_go_on(row),
    ),
    _deed(
        part_found,
        "take_back",
        _("Part found"),
        _("%(row)s: the part is there again."),
        given=lambda row: {},
        form=PartFound,
        icon="extension",
        shown=lambda row: row.kit_id and not row.is_open,
    ),
]
