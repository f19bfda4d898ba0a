"""What happens to a ticket, as buttons and actions. Which edges there are, and who may take them, says ``MOVES``."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Trust
from keysite.console import Deed
from tickets import operations
from tickets.admin import asking
from tickets.models import LOCKED, MOVES

EDGES = {move.deed: move for move in MOVES}
STAFF = {"trust": Trust.STAFF}


def can(name):
    """Whether a ticket stands where this edge begins."""
    return lambda ticket: not ticket.deleted_at and ticket.status in EDGES[name].sources


def is_open(ticket):
    return not ticket.deleted_at and ticket.status not in LOCKED


def is_kept(ticket):
    return not ticket.deleted_at


def _edge(operation, label, done, **options):
    name = operation.__name__
    return Deed(operation, EDGES[name].permission, label, done, row="ticket", shown=can(name), **options)


def _deed(operation, permission, label, done, **options):
    options = {"row": "ticket", "shown": is_open} | options
    return Deed(operation, f"tickets.{permission}", label, done, **options)


def nothing(ticket):
    """The form gives what the operation takes."""
    return {}


TRIAGE = [
    _edge(
        operations.accept,
        _("Accept"),
        _("%(row)s is accepted."),
        form=asking.Accepting,
        intro=_("Without technician and team it goes to those of its category."),
        icon="check",
        bulk=True,
    ),
    _edge(
        operations.reject,
        _("Reject"),
        _("%(row)s is rejected."),
        form=asking.Reason,
        icon="close",
        bulk=True,
    ),
    _edge(
        operations.reconsider,
        _("Look at it anew"),
        _("%(row)s is new again."),
        form=asking.Unasked,
        icon="undo",
        bulk=True,
    ),
    _deed(
        operations.assign_ticket,
        "assign_ticket",
        _("Assign"),
        _("%(row)s is assigned."),
        form=asking.Assigning,
        icon="person_add",
        bulk=True,
    ),
]
MENDING = [
    _edge(
        operations.start, _("Start"), _("%(row)s is in progress."), form=asking.Unasked, icon="play_arrow", bulk=True
    ),
    _edge(
        operations.stall,
        _("Has to wait"),
        _("%(row)s waits."),
        form=asking.Stalling,
        icon="pause",
        bulk=True,
    ),
    _edge(
        operations.resolve,
        _("Resolve"),
        _("%(row)s is resolved."),
        form=asking.Resolving,
        intro=_("Whoever reported it is asked whether it works again. Until then the ticket cannot be changed."),
        icon="task_alt",
        bulk=True,
    ),
]
END = [
    _edge(
        operations.confirm,
        _("Confirm"),
        _("%(row)s is confirmed."),
        form=asking.Unasked,
        fixed=STAFF,
        icon="verified",
        bulk=True,
    ),
    _edge(
        operations.send_back,
        _("Send back"),
        _("%(row)s is in progress again."),
        form=asking.Reason,
        fixed=STAFF,
        icon="replay",
        bulk=True,
    ),
    _edge(
        operations.reopen,
        _("Reopen"),
        _("%(row)s is open again."),
        form=asking.Reason,
        icon="lock_open",
        bulk=True,
    ),
]
THREAD = [
    _deed(
        operations.comment,
        "change_ticket",
        _("Public reply"),
        _("%(row)s: the reply is sent."),
        called="reply",
        form=asking.Replying,
        fixed=STAFF | {"internal": False},
        intro=_("The reporter and whoever watches the ticket read this."),
        icon="reply",
        tone="outside",
    ),
    _deed(
        operations.comment,
        "change_ticket",
        _("Internal note"),
        _("%(row)s: the note is kept."),
        called="note",
        form=asking.Noting,
        fixed=STAFF | {"internal": True},
        intro=_("The reporter never sees this. A note never becomes public."),
        icon="lock",
        tone="inside",
    ),
]
WORK = [
    _deed(
        operations.add_work,
        "work",
        _("Add work"),
        _("%(row)s: the work is written down."),
        form=asking.Entering,
        icon="timer",
    ),
    _deed(
        operations.tick,
        "work",
        _("Tick off"),
        _("%(row)s: the checklist is kept."),
        given=nothing,
        form=asking.Ticking,
        icon="checklist",
        shown=lambda ticket: is_open(ticket) and ticket.has_checks,
    ),
    _deed(
        operations.add_helper,
        "assign_ticket",
        _("Add a helper"),
        _("%(row)s has one more helper."),
        form=asking.Helping,
        icon="group_add",
    ),
    _deed(
        operations.remove_helper,
        "assign_ticket",
        _("Take a helper out"),
        _("%(row)s has one helper less."),
        given=nothing,
        form=asking.HelpingNoMore,
        icon="group_remove",
        shown=lambda ticket: is_open(ticket) and ticket.helper_names,
    ),
]
BESIDE_OTHERS = [
    _edge(
        operations.merge,
        _("Merge"),
        _("%(row)s goes on in the other ticket."),
        form=asking.Merging,
        intro=_(
            "For a second report of the same fault. Both keep their history; whoever follows this one is told once."
        ),
        icon="merge",
        bulk=True,
    ),
    _edge(
        operations.unmerge,
        _("Take the merge back"),
        _("%(row)s is a ticket of its own again."),
        form=asking.Unasked,
        icon="call_split",
        bulk=True,
    ),
    _deed(
        operations.link_tickets,
        "change_ticket",
        _("Link"),
        _("%(row)s is linked."),
        form=asking.Linking,
        icon="link",
    ),
    _deed(
        operations.unlink_tickets,
        "change_ticket",
        _("Take a link out"),
        _("%(row)s has one link less."),
        given=nothing,
        form=asking.Unlinking,
        icon="link_off",
        shown=lambda ticket: is_open(ticket) and ticket.has_links,
    ),
    Deed(
        operations.make_asset,
        "assets.add_asset",
        _("Make an asset of it"),
        _("%(row)s: the asset is registered."),
        row="ticket",
        form=asking.MakingAsset,
        intro=_("For a thing that is not in the register. What the reporter wrote stays."),
        icon="add_box",
        shown=lambda ticket: is_open(ticket) and not ticket.asset_id,
    ),
    _deed(
        operations.remove_ticket,
        "remove_ticket",
        _("Delete"),
        _("%(row)s is deleted."),
        form=asking.Why,
        intro=_("It leaves the lists and can be restored. Nothing of it is lost."),
        icon="delete",
        bulk=True,
        grave=True,
        shown=is_kept,
    ),
    _deed(
        operations.restore_ticket,
        "remove_ticket",
        _("Restore"),
        _("%(row)s is where it was."),
        form=asking.Unasked,
        icon="restore_from_trash",
        bulk=True,
        shown=lambda ticket: ticket.deleted_at is not None,
    ),
]
TICKET_DEEDS = [*TRIAGE, *MENDING, *END, *THREAD, *WORK, *BESIDE_OTHERS]
