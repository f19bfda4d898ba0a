"""Which asset may go to whom, and until when: one refusal for each rule, in the order a clerk would check them."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.operations import day_moment, due_moment, refuse_borrower
from assets.models import Asset, AssetModel
from assets.operations.claims import Claims
from keysite.ledger import Refusal, lock_all

RELATED = ("asset__model__type", "kit", "person__affiliation", "space__building", "term")


class Until:
    """Until when each asset may be kept by ``person`` (or stays in a space): asked once per loan term."""

    def __init__(self, *, person, out_at, term=None, due_on=None, open_ended=False):
        """Refused for a person who may not borrow, and without a due date for an affiliation that needs one."""
        self.person, self.out_at, self.term, self.due_on = person, out_at, term, due_on
        self.open_ended = open_ended or (person is None and due_on is None)
        self.known = {}
        if person:
            refuse_borrower(person, now=out_at)
            self._refuse_without_due_date()

    def _refuse_without_due_date(self):
        affiliation = self.person.affiliation
        if self.open_ended and affiliation.due_date_required:
            words = {"affiliation": affiliation.name}
            raise Refusal(_("“%(affiliation)s” borrows with a due date. Give one.") % words)

    def term_of(self, item):
        """The term that decides: the one chosen, else that of the asset's type, else that of the affiliation."""
        if self.open_ended or self.person is None:
            return None
        return self.term or usual_term(item, self.person)

    def of(self, item):
        """When ``item``, an asset or a kit, is due; None when it may stay. Refused for a day that is not allowed."""
        if self.open_ended:
            return None
        if self.person is None:
            return day_moment(due_on=self.due_on, now=self.out_at)
        term = self.term_of(item)
        if term.pk not in self.known:
            self.known[term.pk] = due_moment(term=term, now=self.out_at, due_on=self.due_on)
        return self.known[term.pk]


def usual_term(item, person):
    """The term of the type of ``item``, an asset or a kit, else that of the person's affiliation."""
    model = getattr(item, "model", None)
    return (model and model.type.loan_term) or person.affiliation.loan_term


class Basket:
    """What must be known to judge a hand-over: asked of the database once, however many assets it holds."""

    def __init__(self, assets, *, person, space, out_at, until, kit=None, leaving=()):
        """``leaving`` are open assignments that end with this hand-over: the things go from hand to hand."""
        self.person, self.space, self.kit, self.leaving = person, space, kit, set(leaving)
        self.out_at, self.until = out_at, until
        rows = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).with_assignment().with_return_after(out_at)
        rows = rows.select_related("open_assignment", "membership__kit", "model__type__loan_term")
        self.found = {asset.pk: asset for asset in rows}
        self.claims = Claims(self.found, person=person, start=out_at, leaving=leaving)

    def judge(self, assets, *, kit=None):
        """Each asset with the sentence why it is refused, or None; ``kit`` is what they go out with."""
        verdicts = {}
        for asset in assets:
            known = self.found[asset.pk]
            verdicts[asset] = (
                self._why_not_there(known)
                or self._why_not_lent(known, kit or self.kit)
                or self._why_not_then(known)
                or self._why_not_promised(known)
            )
        return verdicts

    def due_of(self, asset):
        """Until when it is away: as long as the person had reserved it, where the clerk has not agreed on more."""
        agreed = self.until.of(asset)
        if self.until.due_on or self.until.open_ended:
            return agreed
        return self.claims.until_as_reserved(self.found[asset.pk], agreed)

    def agreed(self, assets):
        """The term and the due date of what goes as one: as late as each of ``assets`` may be kept."""
        terms = [(self.due_of(asset), self.until.term_of(asset)) for asset in assets]
        due_at, term = min(terms, key=lambda pair: (pair[0] is None, pair[0] or self.out_at))
        return {"due_at": due_at, "term": term}

    def _why_not_there(self, asset):
        words = {"asset": str(asset)}
        held = getattr(asset, "open_assignment", None)
        if held in self.leaving:
            return None
        if asset.is_disposed:
            words["day"] = date_format(asset.disposed_on)
            return _("%(asset)s was disposed of on %(day)s.") % words
        if held and held.is_lost:
            return _("%(asset)s is reported lost. Take it back first, then hand it out.") % words
        if held and held.person_id and held.due_at:
            words["due"] = date_format(timezone.localtime(held.due_at))
            return _("%(asset)s is out; it is due back on %(due)s. Take it back first, or transfer it.") % words
        if held:
            return _("%(asset)s is assigned already. Take it back first, or transfer it.") % words
        return None

    def _why_not_lent(self, asset, kit):
        words = {"asset": str(asset), "why": asset.out_of_service_reason}
        membership = getattr(asset, "membership", None)
        if membership and (kit is None or membership.kit_id != kit.pk and not self.leaving):
            words["kit"] = membership.kit.name
            return _("%(asset)s belongs to the kit “%(kit)s”. Hand out the whole kit.") % words
        if self.person and asset.is_out_of_service:
            return _("%(asset)s is out of service: %(why)s.") % words
        if self.person and not asset.lendable:
            return _("%(asset)s is not lent to people. It may only be put up in a space.") % words
        return None

    def _why_not_promised(self, asset):
        """Who else has reserved it; until when it would be away is not known before somebody is named."""
        return self.until and self.claims.why_not(asset, until=self.due_of(asset))

    def _why_not_then(self, asset):
        """Why it cannot have gone out at a moment in the past: somebody had it then."""
        if asset.returned_after is None:
            return None
        back = timezone.localtime(asset.returned_after)
        words = {"asset": str(asset), "back": date_format(back, "DATETIME_FORMAT")}
        return _("%(asset)s was assigned until %(back)s. Give a later moment.") % words


def refuse_unless_one(person, space):
    """Refuse when nobody gets it, or two do."""
    if bool(person) == bool(space):
        raise Refusal(_("Name the person or the space that gets it: one of the two."))


def lock_models(assets):
    """Hold the models of ``assets``: what is promised of a model changes under this lock only."""
    models = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).values("model")
    return lock_all(AssetModel.objects.filter(pk__in=models))


def lock_assets(assets):
    """The assets, each once and up to date, in the order in which they were given."""
    chosen = dict.fromkeys(assets)
    if not chosen:
        raise Refusal(_("Name at least one asset."))
    rows = Asset.objects.filter(pk__in=[asset.pk for asset in chosen]).select_related("model__type")
    locked = {asset.pk: asset for asset in lock_all(rows)}
    if len(locked) < len(chosen):
        raise Refusal(_("One of these assets has just been removed. Please try again."))
    return [locked[asset.pk] for asset in chosen]


def lock_unit(asset):
    """The asset, held with its model and up to date."""
    models = lock_models([asset])
    [asset] = lock_assets([asset])
    if asset.model_id and asset.model not in models:
        raise Refusal(_("%(asset)s has just been changed. Please try again.") % {"asset": str(asset)})
    return asset


def effective(moment, now):
    """The moment at which something happened that is written down ``now``. Refused when it is still to come."""
    if moment is None:
        return now
    if moment > now:
        raise Refusal(_("That moment is still to come. Give a moment in the past, or none for now."))
    return moment
