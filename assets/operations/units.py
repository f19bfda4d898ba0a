"""What a thing counts as: whether people may have it, and for what else it can stand in."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assets.models import AssetModel
from assets.operations.inventory import refuse_taken
from assets.operations.rules import lock_models
from assets.operations.service import give_up_claims, refuse_disposed
from keysite.ledger import Refusal, lock, lock_all, record


@transaction.atomic
def start_lending(*, asset, by):
    """From now on people may have ``asset``. Refused when it is disposed of, and when that is so already."""
    lock_models([asset])
    lock(asset)
    refuse_disposed(asset)
    if asset.lendable:
        raise Refusal(_("%(asset)s is lent already.") % {"asset": str(asset)})
    asset.lendable = True
    record(asset, by=by, reason="lent from now on")


@transaction.atomic
def stop_lending(*, asset, by, break_reservations=False):
    """From now on ``asset`` is only put up in spaces; who has it keeps it until it is due.

    Refused when it is disposed of or not lent already, and when a reservation would lose its unit, unless
    ``break_reservations``.
    """
    lock_models([asset])
    lock(asset)
    refuse_disposed(asset)
    if not asset.lendable:
        raise Refusal(_("%(asset)s is not lent to people.") % {"asset": str(asset)})
    give_up_claims(asset, by=by, reason=_("It is not lent any more."), agreed=break_reservations)
    asset.lendable = False
    record(asset, by=by, reason="not lent any more")


@transaction.atomic
def set_model(*, asset, model, by, break_reservations=False):
    """Say of what ``model`` the asset is; None when it is of none.

    Refused when it is disposed of or of that model already, when another asset of the model has its serial number,
    and when a reservation of the old model would lose its unit, unless ``break_reservations``.
    """
    lock_all(AssetModel.objects.filter(pk__in={asset.model_id, model and model.pk} - {None}))
    lock(asset)
    refuse_disposed(asset)
    if asset.model_id == (model and model.pk):
        raise Refusal(_("%(asset)s is of that model already.") % {"asset": str(asset)})
    reason = _("There is one less of it.")
    give_up_claims(asset, by=by, reason=reason, agreed=break_reservations, own=False)
    asset.model = model
    try:
        with transaction.atomic():
            record(asset, by=by, reason=f"of model {model}" if model else "of no model")
    except IntegrityError as error:
        refuse_taken(error, asset)
