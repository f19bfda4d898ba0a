"""What comes into the inventory, what is a part of what, and what was put there by mistake."""

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assets.models import Asset
from assets.operations.rules import lock_assets, lock_models
from assets.operations.service import give_up_claims
from assets.operations.tags import next_tags
from keysite.ledger import Refusal, lock, lock_word, record, remove

TYPED = ("tag", "name", "serial", "barcode", "rfid")
TRIES = 5  # of a number that somebody types at the same moment
TAKEN = {
    "asset_one_per_tag": gettext_lazy("There is an asset with the tag %(tag)s already. Type another, or none."),
    "asset_one_per_model_and_serial": gettext_lazy(
        "An asset of this model has the serial number %(serial)s already. Check both."
    ),
    "asset_one_per_mac": gettext_lazy("Another asset has the MAC address %(mac)s. Check it."),
    "asset_one_per_barcode": gettext_lazy("Another asset has the barcode %(barcode)s. Check it."),
    "asset_one_per_rfid": gettext_lazy("Another asset has the RFID %(rfid)s. Check it."),
}


@transaction.atomic
def register_asset(*, asset, by, reason="registered"):
    """Take a new asset, not saved yet, into the inventory; without a tag it gets the next number.

    Refused without a name, as a component of something disposed of, and when another asset has its tag, serial
    number (of the same model), MAC address, barcode or RFID.
    """
    for name in TYPED:
        setattr(asset, name, " ".join(getattr(asset, name).split()))
    if not asset.name:
        raise Refusal(_("Name the asset."))
    if asset.parent_id:
        [parent] = lock_assets([asset.parent])
        _refuse_gone(parent)
    try:
        if asset.tag:
            _insert(asset, by, reason)
        else:
            _number(asset, by, reason)
    except IntegrityError as error:
        refuse_taken(error, asset)


@transaction.atomic
def set_parent(*, asset, parent, by):
    """Make ``asset`` a component of ``parent``, or of nothing (None).

    Refused when one of the two is disposed of, when that is how it is already, and when ``parent`` is a component of
    ``asset`` itself, over however many steps.
    """
    lock_word("components of assets")  # with only the rows held, four people could close a ring
    held = lock_assets([asset, parent] if parent else [asset])
    for row in held:
        _refuse_gone(row)
    asset = held[0]
    words = {"asset": str(asset), "parent": str(parent)}
    if asset.parent_id == (parent.pk if parent else None):
        sentence = _("%(asset)s is a component of %(parent)s already.") if parent else _("%(asset)s is no component.")
        raise Refusal(sentence % words)
    if parent and asset.pk in _ancestors(held[-1]):
        raise Refusal(_("%(parent)s is a component of %(asset)s, or the same. Choose another.") % words)
    asset.parent = parent
    record(asset, by=by, reason=f"component of {parent.tag}" if parent else "no component any more")


@transaction.atomic
def remove_asset(*, asset, by, reason, break_reservations=False):
    """Take an asset out of the register that was put there by mistake; what was ever used stays for ever.

    Refused without a reason, when anything hangs on it: it was assigned, reserved or counted, is in a kit, has
    components or photos, or was disposed of; and when a reservation of its model would lose its unit, unless
    ``break_reservations``.
    """
    lock_models([asset])
    lock(asset)
    words = {"asset": str(asset)}
    if not reason.strip():
        raise Refusal(_("Say why %(asset)s is removed.") % words)
    if asset.is_disposed or asset.awaits_approval:
        raise Refusal(_("%(asset)s stays in the register: it was disposed of, or somebody asks for that.") % words)
    give_up_claims(asset, by=by, reason=_("There is one less of it."), agreed=break_reservations, own=False)
    try:
        with transaction.atomic():
            remove(asset, by=by, reason=f"removed: {reason.strip()}")
    except ProtectedError as error:
        kinds = sorted({capfirst(str(row._meta.verbose_name_plural)) for row in error.protected_objects})
        words["kinds"] = ", ".join(kinds)
        sentence = _("%(asset)s was in use and stays in the register (%(kinds)s). Dispose of it instead.")
        raise Refusal(sentence % words) from None


def _insert(asset, by, reason):
    with transaction.atomic():
        record(asset, by=by, reason=reason)


def _number(asset, by, reason):
    """Save under the next free number; when somebody types just that one at this moment, under the one after it."""
    for tries_left in reversed(range(TRIES)):
        [asset.tag] = next_tags()
        try:
            return _insert(asset, by, reason)
        except IntegrityError as error:
            if _constraint_of(error) != "asset_one_per_tag" or not tries_left:
                asset.tag = ""
                raise


def refuse_taken(error, asset):
    """Say which value of ``asset`` cannot be, as far as the database's ``error`` tells."""
    name = _constraint_of(error)
    if name in TAKEN:
        raise Refusal(TAKEN[name] % {field: getattr(asset, field) for field in (*TYPED, "mac")}) from None
    constraints = {constraint.name: constraint for constraint in Asset._meta.constraints}
    if name in constraints:
        raise Refusal(constraints[name].violation_error_message) from None
    raise error


def _constraint_of(error):
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


def _ancestors(asset):
    """The keys of ``asset`` and of all that it is a component of."""
    found = [asset.pk]
    while asset.parent_id and asset.parent_id not in found:
        found.append(asset.parent_id)
        asset = asset.parent
    return found


def _refuse_gone(asset):
    if asset.is_disposed:
        raise Refusal(_("%(asset)s was disposed of. Restore it first, or choose another.") % {"asset": str(asset)})
