"""What is done to an asset, as buttons and actions, and what each asks before."""

from django.utils.translation import gettext_lazy as _

from assets.admin.asking import STAFF, HandingOut, Reason, TakingBack
from assets.models import Asset, Assignment, Condition, DisposalType
from assets.operations import (
    add_to_kit,
    approve_disposal,
    assign,
    dispose,
    move,
    put_in_service,
    record_service,
    reject_disposal,
    remove_asset,
    restore,
    set_model,
    set_parent,
    start_lending,
    stop_lending,
    take_back,
    take_out_of_service,
)
from keysite.console import Deed
from keysite.console.fields import Asking, Check, Choice, Day, Few, Row, Text, why

BREAK = {
    "label": _("End reservations that need it"),
    "help_text": _("The people are told. Otherwise the deed is refused, and says who they are."),
}


class Moving(Asking):
    home = Row(Asset, "home", label=_("New home"))
    along = Check(label=_("Goes there now"), help_text=_("If it is put up somewhere: it is put up in its new home."))


class Joining(Asking):
    kit = Row(Assignment, "kit")


class Belonging(Asking):
    parent = Row(Asset, "parent", required=False, help_text=_("Empty: it is no component any more."))


class OfModel(Asking):
    model = Row(Asset, "model", required=False, help_text=_("Empty: it is of none."))
    break_reservations = Check(**BREAK)


class Keeping(Asking):
    break_reservations = Check(**BREAK)


class OutOfService(Reason):
    until = Day(label=_("Expected back on"), required=False)
    break_reservations = Check(**BREAK)


class InService(Asking):
    condition = Choice(
        label=_("Condition"), required=False, choices=[("", _("As before")), *Condition.choices], initial=""
    )


class Serviced(Asking):
    note = Text(label=_("What was done"), max_length=200)
    next_on = Day(label=_("Next service on"), required=False, help_text=_("Empty: none is due."))


class Disposal(Asking):
    type = Few(DisposalType, label=_("Disposal type"))
    reason = why(_("Why"))
    on = Day(label=_("Day"), required=False, help_text=_("Empty: today."))
    written_off = Check(label=_("Written off"), help_text=_("It is reported lost and is not expected to turn up."))
    break_reservations = Check(**BREAK)


class Removal(Reason):
    break_reservations = Check(**BREAK)


class Approval(Asking):
    break_reservations = Check(**BREAK)


def is_out(asset):
    return getattr(asset, "open_assignment", None) is not None


def is_owned(asset):
    return not asset.is_disposed


def of_assets(*assets):
    return {"assets": assets}


def _deed(operation, permission, label, done, **options):
    if not options.get("given"):
        options["row"] = "asset"
    return Deed(operation, f"assets.{permission}", label, done, **options)


HANDING_OUT = [
    _deed(
        assign,
        "assign",
        _("Assign"),
        _("%(row)s is assigned."),
        given=of_assets,
        basket=True,
        form=HandingOut,
        fixed=STAFF,
        icon="output",
        bulk=True,
        shown=lambda asset: asset.state == Asset.State.THERE,
    ),
    _deed(
        take_back,
        "take_back",
        _("Take back"),
        _("%(row)s is back."),
        given=of_assets,
        basket=True,
        form=TakingBack,
        fixed=STAFF,
        icon="keyboard_return",
        bulk=True,
        shown=is_out,
    ),
]

PLACE = [
    _deed(
        move,
        "move",
        _("Move"),
        _("%(row)s has a new home."),
        form=Moving,
        icon="move_location",
        bulk=True,
        shown=is_owned,
    ),
    _deed(
        set_parent,
        "change_asset",
        _("Component of"),
        _("What %(row)s is a component of is set."),
        form=Belonging,
        icon="account_tree",
        bulk=True,
        shown=is_owned,
    ),
    _deed(
        add_to_kit,
        "change_kit",
        _("Add to a kit"),
        _("%(row)s is in the kit."),
        given=of_assets,
        basket=True,
        form=Joining,
        icon="cases",
        bulk=True,
        shown=lambda asset: is_owned(asset) and not is_out(asset) and not hasattr(asset, "membership"),
    ),
]

UNIT = [
    _deed(
        set_model,
        "change_asset",
        _("Of another model"),
        _("The model of %(row)s is set."),
        form=OfModel,
        intro=_("Things of one model can stand in for each other: people reserve any one of them."),
        icon="category",
        bulk=True,
        shown=is_owned,
    ),
    _deed(
        start_lending,
        "change_asset",
        _("Lend to people"),
        _("%(row)s is lent from now on."),
        icon="volunteer_activism",
        bulk=True,
        shown=lambda asset: is_owned(asset) and not asset.lendable,
    ),
    _deed(
        stop_lending,
        "change_asset",
        _("Lend no more"),
        _("%(row)s is not lent any more."),
        form=Keeping,
        intro=_("It may only be put up in a room then. Who has it keeps it until it is due."),
        icon="block",
        bulk=True,
        shown=lambda asset: is_owned(asset) and asset.lendable,
    ),
]

SERVICE = [
    _deed(
        take_out_of_service,
        "set_service",
        _("Out of service"),
        _("%(row)s is out of service."),
        form=OutOfService,
        intro=_("Nobody borrows it until it is back in service. Who has it keeps it."),
        icon="build",
        bulk=True,
        shown=lambda asset: is_owned(asset) and not asset.is_out_of_service,
    ),
    _deed(
        put_in_service,
        "set_service",
        _("Back in service"),
        _("%(row)s is back in service."),
        form=InService,
        icon="check_circle",
        bulk=True,
        shown=lambda asset: is_owned(asset) and asset.is_out_of_service,
    ),
    _deed(
        record_service,
        "set_service",
        _("Serviced"),
        _("The service of %(row)s is recorded."),
        form=Serviced,
        icon="home_repair_service",
        bulk=True,
        shown=is_owned,
    ),
]

LEAVING = [
    _deed(
        dispose,
        "dispose",
        _("Dispose"),
        _("The disposal of %(row)s is recorded."),
        form=Disposal,
        intro=_("It leaves for good. What is worth much leaves only when somebody else approves."),
        icon="delete_forever",
        bulk=True,
        grave=True,
        shown=lambda asset: is_owned(asset) and not asset.awaits_approval,
    ),
    _deed(
        approve_disposal,
        "approve_disposal",
        _("Approve the disposal"),
        _("%(row)s is disposed of."),
        form=Approval,
        icon="gavel",
        bulk=True,
        grave=True,
        shown=lambda asset: asset.awaits_approval,
    ),
    _deed(
        reject_disposal,
        "dispose",
        _("Keep it"),
        _("%(row)s is not disposed of."),
        form=Reason,
        intro=_("Whoever asked to dispose of it reads why."),
        icon="undo",
        shown=lambda asset: asset.awaits_approval,
    ),
    _deed(
        restore,
        "restore",
        _("Restore"),
        _("%(row)s is ours again."),
        form=Reason,
        intro=_("For a disposal that was entered by mistake."),
        icon="restore_from_trash",
        shown=lambda asset: asset.is_disposed,
    ),
    _deed(
        remove_asset,
        "restore",
        _("Remove"),
        _("%(row)s is removed."),
        form=Removal,
        intro=_("For an asset that was registered by mistake and never used. Its history stays."),
        icon="delete",
        grave=True,
        removes=True,
        shown=lambda asset: is_owned(asset) and not asset.awaits_approval and not is_out(asset),
    ),
]

ASSET_DEEDS = [*HANDING_OUT, *PLACE, *UNIT, *SERVICE, *LEAVING]
