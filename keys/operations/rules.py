"""Which key may go into whose hands: one refusal for each rule, in the order a clerk would check them."""

from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import KeyLevel, Trust
from accounts.operations import due_moment, refuse_borrower
from keys.models import Key, KeySwap, Loan, LoanException, LossReport, ProposedKey

RELATED = ("key__symbol", "borrower__affiliation", "term")  # what the deeds look at, besides the loan


def allowed_until(borrower, *, term, due_on, now):
    """The term of a check-out made ``now`` and when it is due.

    Refused for a person who may not borrow, and for a due date that the term does not allow.
    """
    refuse_borrower(borrower, now=now)
    term = term or borrower.affiliation.loan_term
    return term, due_moment(term=term, now=now, due_on=due_on)


class Basket:
    """What must be known to judge a basket: asked of the database once, however many keys it holds.

    Without a ``borrower`` (the desk has scanned the keys first) only what is true for everybody is said.
    """

    def __init__(self, keys, borrower, *, trust, now, leaving=None):
        """``leaving`` is a loan that ends with this check-out: the key goes from hand to hand."""
        self.borrower, self.trust, self.now = borrower, trust, now
        self.found = {key.pk: key for key in self._asked_for(keys)}
        self.loans = self._joined("open_loan", leaving)
        self.holds = self._joined("open_hold")
        self.live_holds = {pk: hold for pk, hold in self.holds.items() if hold.until > now}
        self.promised = self._promised()
        self.swaps = self._swaps()
        self.held = Counter({key.symbol_id: key.held for key in self.found.values()})

    def _asked_for(self, keys):
        """The keys, each with its open loan and hold, and how many of its symbol the borrower holds and may hold."""
        person = self.borrower.pk if self.borrower else None
        today = timezone.localdate(self.now, settings.INSTITUTION_ZONE)
        settled = LossReport.objects.settled().filter(loan=OuterRef("pk"))  # of these another may be handed out
        held = Loan.objects.held_by(person).exclude(Exists(settled)).filter(key__symbol=OuterRef("symbol"))
        held = held.order_by().values("key__symbol")
        exceptions = LoanException.objects.live(on=today).filter(person=person, symbol=OuterRef("symbol"))
        return (
            Key.objects.filter(pk__in=[key.pk for key in keys])
            .with_availability()
            .select_related("open_loan", "open_hold")
            .annotate(held=Coalesce(Subquery(held.annotate(number=Count("pk")).values("number")), 0))
            .annotate(limit=Coalesce(Subquery(exceptions.values("limit")), 1))
        )

    def _joined(self, name, but=None):
        """The open loan or hold of each key that has one; Django leaves the attribute away from the others."""
        rows = ((pk, getattr(key, name, None)) for pk, key in self.found.items())
        return {pk: row for pk, row in rows if row not in {None, but}}

    def _promised(self):
        """The lines of requests for which keys of the basket are kept ready, with whether all have agreed."""
        if not self.live_holds:
            return {}
        lines = ProposedKey.objects.filter(hold__in=self.live_holds.values()).with_agreement()
        return {line.hold_id: line for line in lines.select_related("proposal__request")}

    def _swaps(self):
        """Whose old key each key is for that is kept ready for a rekeying, by the hold."""
        others = [hold for hold in self.live_holds.values() if hold.pk not in self.promised]
        rows = KeySwap.objects.outstanding().filter(hold__in=others).with_use() if others else []
        return {swap.hold_id: swap for swap in (rows and rows.for_list())}

    def judge(self, keys):
        """Each key with the sentence why it is refused, or None; keys of the basket count against the limit."""
        rules = (self._why_retired, self._why_not_there, self._why_not_promised)
        rules += (self._why_not_handed_out, self._why_not_for)
        verdicts = {}
        for key in keys:
            verdicts[key] = next(filter(None, (why_not(key) for why_not in rules)), None)
            if verdicts[key] is None:
                self.held[key.symbol_id] += 1
        return verdicts

    def due_at(self, key, latest):
        """When the key is due: what was asked for until a day is due on that day, if that is sooner; what is for an
        old key, when that is due.
        """
        hold, swap = self.live_holds.get(key.pk), self.swap_of(key)
        if swap and swap.loan.is_running and swap.loan.due_at > self.now:
            return swap.loan.due_at
        line = hold and self.promised.get(hold.pk)
        if line is None:
            return latest
        last = line.proposal.request.needed_until
        wanted = datetime.combine(last, settings.CLOSING_TIME, settings.INSTITUTION_ZONE)
        return min(latest, wanted) if wanted > self.now else latest

    def _why_retired(self, key):
        if key.retired_at:
            return _("Key %(key)s is retired. Put it aside for the key shop.") % {"key": key}
        if key.symbol.retired_at:
            return _("Key %(key)s belongs to a retired symbol and is not handed out any more.") % {"key": key}
        return None

    def _why_not_there(self, key):
        words = {"key": str(key), "desk": settings.DESK_CONTACT}
        loan, hold = self.loans.get(key.pk), self.live_holds.get(key.pk)
        if loan and (loan.is_lost or loan.paid_on):
            return _("Key %(key)s was reported lost. Bring it to %(desk)s, which reports it found.") % words
        if loan:
            words["due"] = date_format(timezone.localtime(loan.due_at))
            return _("Key %(key)s is out; it is due back on %(due)s.") % words
        if hold and (self.borrower is None or hold.person_id != self.borrower.pk):
            words["until"] = date_format(timezone.localtime(hold.until))
            return _("Key %(key)s is on hold for somebody else until %(until)s.") % words
        return None

    def _why_not_promised(self, key):
        """A key that was asked for is handed over only while all have agreed to every door that it opens."""
        hold = self.live_holds.get(key.pk)
        line = hold and self.promised.get(hold.pk)
        today = timezone.localdate(self.now, settings.INSTITUTION_ZONE)
        if line is None or (line.is_agreed and line.proposal.request.needed_from <= today):
            return None
        words = {"key": str(key), "request": line.proposal.request}
        if line.is_agreed:
            words["day"] = date_format(line.proposal.request.needed_from)
            return _("Key %(key)s is needed from %(day)s on (request %(request)s): hand it out then.") % words
        if line.proposal.request.needed_until < today:
            return _("Key %(key)s was asked for until a day that is over (request %(request)s).") % words
        return _("Not all in charge have agreed to what key %(key)s opens now. Look at request %(request)s.") % words

    def _why_not_handed_out(self, key):
        """Why nobody gets the key in this way, whoever they are; a key kept ready may be taken all the same."""
        words = {"key": str(key), "desk": settings.DESK_CONTACT}
        kept_ready = key.pk in self.live_holds
        if self.trust < Trust.STAFF and not (key.symbol.self_service or kept_ready):
            return _("Key %(key)s is handed out by %(desk)s only. Ask there.") % words
        if self.trust < key.symbol.least_trust:
            words["trust"] = Trust(key.symbol.least_trust).label
            return _("Key %(key)s needs more than you have shown so far (%(trust)s). Ask %(desk)s.") % words
        return None

    def _why_not_for(self, key):
        if self.borrower is None or self.borrower.affiliation is None:  # who that is gets a sentence of its own
            return None
        symbol, affiliation = key.symbol, self.borrower.affiliation
        words = {"key": str(key), "affiliation": affiliation.name}
        if symbol.level > affiliation.highest_level:
            words |= {"level": symbol.get_level_display(), "most": KeyLevel(affiliation.highest_level).label}
            return _("%(key)s is above what “%(affiliation)s” may hold (%(level)s; at most %(most)s).") % words
        return None if self.swap_of(key) else self.why_not_one_more(key)

    def swap_of(self, key):
        """The swap for which the key is kept ready: one new key for one old, however many somebody holds."""
        hold = self.live_holds.get(key.pk)
        return hold and self.swaps.get(hold.pk)

    def why_not_one_more(self, key):
        """Why the borrower may not hold one more key of this symbol, or None."""
        limit = self.found[key.pk].limit
        if self.held[key.symbol_id] < limit:
            return None
        words = {"person": self.borrower.name or self.borrower.email, "symbol": key.symbol.symbol, "limit": limit}
        words["desk"] = settings.DESK_CONTACT
        if limit == 1:
            return (
                _("%(person)s holds a key %(symbol)s already. A second one needs an exception: ask %(desk)s.") % words
            )
        return _("%(person)s holds %(limit)s keys %(symbol)s, as many as the exception allows.") % words


def keys_in(keys):
    """The rows of ``keys``, each once, for locking in the order of ``pk`` with what the rules look at."""
    return Key.objects.filter(pk__in={key.pk for key in keys}).select_related("symbol")
