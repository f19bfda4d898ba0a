"""What of a kit goes out: its assets, less what stays here, and its parts without a tag."""

from collections import defaultdict
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assets.models import Asset, AssetModel, Assignment, AssignmentPart, Kit, KitMember, KitPart
from assets.operations.rules import lock_assets
from keysite.ledger import Refusal, lock_all, record_new


class Load(NamedTuple):
    """A kit that goes out, less the assets ``without`` and so many of each part of ``without_parts``."""

    kit: Kit
    without: tuple = ()
    without_parts: dict = {}


class Cargo:
    """Everything about the kits of a hand-over that leaves at ``out_at``: three questions, however many they are."""

    def __init__(self, loads, *, out_at):
        self.loads, self.out_at = list(loads), out_at
        self.going, self.parts, self.rows = defaultdict(list), defaultdict(list), {}
        if not self.loads:
            return
        kits = [load.kit.pk for load in self.loads]
        stays = {asset.pk for load in self.loads for asset in load.without}
        self.full = set()
        for member in (
            KitMember.objects.filter(kit__in=kits).select_related("asset__model__type").order_by("asset__tag")
        ):
            self.full.add(member.kit_id)
            if member.asset_id not in stays:
                self.going[member.kit_id].append(member.asset)
        for part in KitPart.objects.filter(kit__in=kits):
            self.parts[part.kit_id].append(part)
        self.rows = _last_rows(kits, out_at)

    @property
    def kits(self):
        return [load.kit for load in self.loads]

    @property
    def members(self):
        """The assets that go out with their kits."""
        return [asset for load in self.loads for asset in self.going[load.kit.pk]]

    def judge(self, basket):
        """Each kit with the sentence why it is refused, or None; each member that is refused, with its sentence."""
        verdicts = {}
        for load in self.loads:
            members = basket.judge(self.going[load.kit.pk], kit=load.kit)
            refused = {asset: sentence for asset, sentence in members.items() if sentence}
            own = self._why_not(load.kit)
            verdicts[load.kit] = own or (_incomplete(load.kit) if refused else None)
            if not own:
                verdicts |= refused
        return verdicts

    def pack(self, rows, *, by, reason):
        """Write down what went out with each kit of ``rows``, its hand-overs."""
        members, parts = [], []
        for row in (row for row in rows if row.kit_id):
            same = {name: getattr(row, name) for name in SAME}
            members += [Assignment(asset=asset, part_of=row, **same) for asset in self.going[row.kit_id]]
            parts += [AssignmentPart(assignment=row, name=name, quantity=n) for name, n in self._there(row.kit_id)]
        record_new(members, by=by, reason=reason)
        record_new(parts, by=by, reason=reason)

    def _there(self, kit):
        """How many of each part go out; a part of which there is none does not."""
        load = next(load for load in self.loads if load.kit.pk == kit)
        left = ((part.name, part.quantity - load.without_parts.get(part, 0)) for part in self.parts[kit])
        return [(name, quantity) for name, quantity in left if quantity > 0]

    def _why_not(self, kit):
        words, row = {"kit": kit.name}, self.rows.get(kit.pk)
        if kit.dissolved_at:
            words["day"] = date_format(timezone.localtime(kit.dissolved_at))
            return _("The kit “%(kit)s” was dissolved on %(day)s. Hand out its assets one by one.") % words
        if row and row.is_open:
            return _out(row, words)
        if row:
            words["back"] = date_format(timezone.localtime(row.returned_at), "DATETIME_FORMAT")
            return _("The kit “%(kit)s” was out until %(back)s. Give a later moment.") % words
        if kit.pk not in self.full:
            return _("There is no asset in the kit “%(kit)s”. Add what belongs to it first.") % words
        if not self.going[kit.pk]:
            return _("Nothing of the kit “%(kit)s” would go out. Check off what does.") % words
        return None


SAME = ("person", "space", "term", "due_at", "out_at", "out_recorded_at", "out_by", "trust")


def hold(assets, loads, *, out_at):
    """Lock what a hand-over touches, in order: the models, the kits, the assets. Gives back assets and cargo."""
    assets, kits = list(dict.fromkeys(assets)), [load.kit.pk for load in loads]
    models = {model.pk for model in _lock_models(assets, kits)}
    locked = {kit.pk: kit for kit in lock_all(Kit.objects.filter(pk__in=kits))} if kits else {}
    if len(locked) < len(set(kits)):
        raise Refusal(_("One of these kits has just been removed. Please try again."))
    cargo = Cargo([load._replace(kit=locked[load.kit.pk]) for load in loads], out_at=out_at)
    held = {asset.pk: asset for asset in lock_assets([*assets, *cargo.members])} if assets or cargo.members else {}
    if not {asset.model_id for asset in held.values()} - {None} <= models:
        raise Refusal(_("One of these things has just been changed. Please try again."))
    for kit, members in cargo.going.items():
        cargo.going[kit] = [held[asset.pk] for asset in members]
    return [held[asset.pk] for asset in assets], cargo


def _lock_models(assets, kits):
    mine = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).values("model")
    if not kits:
        return lock_all(AssetModel.objects.filter(pk__in=mine))
    theirs = KitMember.objects.filter(kit__in=kits).values("asset__model")
    return lock_all(AssetModel.objects.filter(Q(pk__in=mine) | Q(pk__in=theirs)))


def _last_rows(kits, out_at):
    """The hand-over of each kit that is not over at ``out_at``."""
    rows = Assignment.objects.filter(kit__in=kits).not_over_at(out_at)
    return {row.kit_id: row for row in rows.order_by("returned_at")}


def _out(row, words):
    if row.person_id and row.due_at:
        words["due"] = date_format(timezone.localtime(row.due_at))
        return _("The kit “%(kit)s” is out; it is due back on %(due)s. Take it back first.") % words
    return _("The kit “%(kit)s” is assigned already. Take it back first.") % words


def _incomplete(kit):
    return _("Something in the kit “%(kit)s” cannot go out. Leave it here, or choose another kit.") % {"kit": kit.name}
