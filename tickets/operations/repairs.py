"""What is being mended is not lent: its asset goes out of service with the ticket, and comes back with it."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Trust
from assets.models import Asset, AssetModel, Assignment
from assets.operations import put_in_service, take_out_of_service
from assets.operations.claims import at_the_desk, claims_broken_without
from keysite.ledger import Refusal, lock_all, record
from tickets.models import AT_WORK, Comment, Outage, Ticket
from tickets.operations.rules import Stale, begin


def hold(ticket, *, assets=(), others=(), **how):
    """``begin``, with the asset of the ticket and ``assets`` held before it: locks are taken in that order.

    ``others`` are tickets that are held, too. Refused as there, and when it was given another asset at this moment.
    Gives back the assets that are held, up to date, by their keys.
    """
    now = Ticket.objects.filter(pk=ticket.pk).values_list("asset", flat=True).first()
    wanted, held = {asset.pk for asset in assets} | ({now} if now else set()), {}
    if wanted:
        lock_all(AssetModel.objects.filter(pk__in=Asset.objects.filter(pk__in=wanted).values("model")))
        held = {asset.pk: asset for asset in lock_all(Asset.objects.filter(pk__in=wanted))}
    if any(asset.pk not in held for asset in assets):
        raise Refusal(_("This is no longer in the register. Open the list again."))
    if others:
        lock_all(Ticket.objects.filter(pk__in=[ticket.pk, *(other.pk for other in others)]))
    begin(ticket, **how)
    if ticket.asset_id and ticket.asset_id not in held:
        raise Stale(ticket)
    return held


def keeps_out(ticket):
    """Whether the ticket keeps its asset from being lent; ``TicketQuerySet.keeping_out`` asks the same of the rows."""
    at_work = ticket.is_open and ticket.status in AT_WORK
    return bool(at_work and ticket.asset_id and ticket.category_id and ticket.category.blocks_lending)


def take_out(ticket, *, by):
    """Lend the asset of a ticket that is held to nobody, when it is to be mended.

    The ticket goes on whatever is the matter with the asset; staff read of it in an internal note. Reservations that
    lose their unit end, and their people are told. The deed saves the ticket after it.
    """
    if not keeps_out(ticket):
        return
    asset, until = ticket.asset, _expected(ticket)
    with translation.override(settings.LANGUAGE_CODE):  # whoever reads the note is not who acts
        said = [_in_the_way(asset)]
        if not asset.is_disposed and not asset.is_out_of_service:
            said += [_promised(claim) for claim in claims_broken_without([asset], until=until)]
            reason = _("Ticket #%(number)s: %(title)s") % {"number": ticket.number, "title": ticket.title}
            take_out_of_service(asset=asset, by=by, reason=reason, until=until, break_reservations=True)
            outage = Outage(ticket=ticket, asset=asset, out_at=asset.out_of_service_at)
            record(outage, by=by, reason="taken out of service")
    _note(ticket, [sentence for sentence in said if sentence], by=by)


def _expected(ticket):
    """The day on which its asset is expected back in service."""
    due = ticket.due_at and timezone.localdate(ticket.due_at, settings.INSTITUTION_ZONE)
    return due if due and due >= timezone.localdate(timezone=settings.INSTITUTION_ZONE) else None


def give_back(asset, *, by):
    """Lend ``asset`` again, which is held, or None: when a ticket took it out, and no ticket keeps it out any more."""
    if asset is None or asset.is_disposed or not asset.is_out_of_service:
        return
    if _is_out_by_ticket(asset) and not Ticket.objects.keeping_out(asset).exists():
        put_in_service(asset=asset, by=by)


def _in_the_way(asset):
    """What staff have to know who want to mend ``asset``, or nothing."""
    words = {"asset": str(asset)}
    if asset.is_disposed:
        return _("%(asset)s was disposed of; it stays so.") % words
    held = Assignment.objects.open().filter(asset=asset).select_related("person", "space__building").first()
    if held and held.is_lost:
        return _("%(asset)s is reported lost.") % words
    if held and held.person_id:
        words |= {"person": held.person.name or held.person.email, "due": held.due_at and at_the_desk(held.due_at)}
        due = _("%(asset)s is with %(person)s until %(due)s.") if held.due_at else _("%(asset)s is with %(person)s.")
        return due % words
    if asset.is_out_of_service and not _is_out_by_ticket(asset):
        words["why"] = asset.out_of_service_reason
        return (
            _("%(asset)s is out of service already: %(why)s. Put it back in service yourself when it is mended.")
            % words
        )
    return ""


def _is_out_by_ticket(asset):
    return Outage.objects.filter(asset=asset, out_at=asset.out_of_service_at).exists()


def _promised(claim):
    words = {"person": claim.person.name or claim.person.email}
    words |= {"start": at_the_desk(claim.starts_at), "end": at_the_desk(claim.ends_at)}
    return _("The reservation of %(person)s from %(start)s to %(end)s has ended: it is being mended.") % words


def _note(ticket, said, *, by):
    if said:
        note = Comment(ticket=ticket, text=" ".join(said)[:5000], internal=True, at=timezone.now(), trust=Trust.STAFF)
        record(note, by=by, reason="noted")
        ticket.hear(note)
