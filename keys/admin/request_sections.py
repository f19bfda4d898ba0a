"""What the page of a request shows below: what is asked for, the proposal in words, the steps and the conversation."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from keys.admin.sections import SHOWN, list_of, moment, page_of
from keys.models import Door, KeyRequest, KeySymbol, Proposal, ProposedKey
from keysite.console import Section

NAMED = 6  # doors beyond need of each alternative

WHY_CLOSED = {
    "nothing": gettext_lazy("no key on file opens it"),
    "level": gettext_lazy("only a key above the highest level opens it"),
    "copies": gettext_lazy("no more keys of it may be cut"),
    "electronic": gettext_lazy("electronic only"),
}


def sections_of(row, viewer):
    """All of a request, in the order in which it happens."""
    proposal = Proposal.objects.current().filter(request=row).select_related("chosen_by").first()
    lines = list(ProposedKey.objects.current().filter(proposal__request=row).for_list())
    yield _asked_for(row)
    yield _in_words(proposal, lines)
    yield _keys_of(lines, viewer)
    yield _steps_of(row, viewer)
    yield _said_about(row)


def requests_of(requests, viewer, *, title, query):
    """The newest of these requests that the viewer may see."""
    rows = requests.visible_to(viewer).sent().for_list()[:SHOWN]
    return Section(
        title=title,
        headings=[_("Request"), _("For"), _("Purpose"), _("Status"), _("Requested")],
        lines=[
            (page_of(row), [row, row.person, row.purpose, row.get_status_display(), moment(row.submitted_at)])
            for row in rows
        ],
        empty=_("None."),
        more=_("All requests"),
        address=list_of("keyrequest", f"show=all&{query}"),
    )


def requests_about(viewer, *, title=None, **about):
    """The requests of a person, or about a door, symbol or key; nothing where the viewer sees no requests."""
    if viewer.has_perm("keys.view_keyrequest"):
        ((name, row),) = about.items()
        asks = {"person": "of", "door": "about_doors", "symbol": "about_symbols", "key": "about_keys"}[name]
        rows = getattr(KeyRequest.objects, asks)(row)
        yield requests_of(rows, viewer, title=title or _("Requests"), query=f"{name}={row.pk}")


def _asked_for(row):
    items = row.items.select_related("door__building", "space__building", "symbol")
    return Section(
        title=_("What is asked for"),
        headings=[_("What"), _("Kind")],
        lines=[(None, [item, _kind_of(item)]) for item in items],
        empty=_("Nothing is left of it."),
    )


def _kind_of(item):
    if item.door_id:
        return item.door.get_kind_display()
    return _("Room") if item.space_id else _("Key symbol")


def _in_words(proposal, lines):
    return Section(
        title=_("The proposal in words"),
        headings=[_("What"), _("In words")],
        lines=[(None, line) for line in _words_of(proposal, lines)] if proposal else [],
        empty=_("The keys are not chosen yet."),
    )


def _words_of(proposal, lines):
    """The policy, the alternatives with what each opens beyond need, and the doors that stay closed."""
    symbols = KeySymbol.objects.in_bulk({pk for way in proposal.ways for pk in way["hand_out"]})
    named = {pk for way in proposal.ways for pk in way["doors"][:NAMED]}.union(*proposal.unmet.values())
    doors = Door.objects.select_related("building").in_bulk(named)
    words = {"order": proposal.get_order_display(), "level": proposal.get_highest_level_display()}
    yield [_("Chosen for"), _("%(order)s; no key above “%(level)s”.") % words]
    chosen = {line.symbol_id for line in lines if line.part == ProposedKey.Part.HAND_OUT}
    for number, way in enumerate(proposal.ways, 1):
        label = _("Proposed") if set(way["hand_out"]) == chosen else _("Alternative %(n)d") % {"n": number}
        yield [label, _way_in_words(way, symbols, doors)]
    for why, closed in proposal.unmet.items():
        yield [_("Stays closed"), f"{_listed(closed, doors)}: {WHY_CLOSED.get(why, why)}"]
    if proposal.chosen_by:
        yield [_("Another way chosen by"), f"{proposal.chosen_by}: {proposal.reason}"]


def _way_in_words(way, symbols, doors):
    beyond = way["beyond"]
    opens = ngettext("%(n)d door beyond need", "%(n)d doors beyond need", beyond) % {"n": beyond}
    first = f" ({_listed(way['doors'][:NAMED], doors)})" if way["doors"] else ""
    return f"{_listed(way['hand_out'], symbols)}: {opens}{first}"


def _listed(keys, rows):
    """The names of rows; of one that is not there any more its number."""
    return ", ".join(str(rows.get(key) or _("no. %(key)s") % {"key": key}) for key in keys)


def _keys_of(lines, viewer):
    return Section(
        title=_("Keys"),
        headings=[_("Key symbol"), _("Level"), _("Part"), _("How far")],
        lines=[
            (
                _page_of_line(line, viewer),
                [line.symbol, line.symbol.get_level_display(), line.get_part_display(), how_far(line)],
            )
            for line in lines
        ],
        empty=_("The keys are not chosen yet."),
    )


def how_far(line):
    """Where the promised key is: handed over, kept ready, or in the shop."""
    if line.loan:
        return _("%(key)s, handed over on %(day)s") % {"key": line.loan.key, "day": _day(line.loan.out_at)}
    if line.hold and not line.hold.ended_at:
        return _("%(key)s, kept ready until %(day)s") % {"key": line.hold.key, "day": _day(line.hold.until)}
    job = getattr(line, "job", None)
    return _in_the_shop(job) if job else "–"


def _in_the_shop(job):
    if job.cancelled_at:
        return _("not cut any more")
    if job.checked_at:
        return _("cut and checked on %(day)s") % {"day": _day(job.checked_at)}
    if job.cut_at:
        return _("cut on %(day)s, to be checked") % {"day": _day(job.cut_at)}
    return _("to be cut since %(day)s") % {"day": _day(job.queued_at)}


def _page_of_line(line, viewer):
    """Where to go on with it, as far as the viewer's role sees that."""
    job = getattr(line, "job", None)
    if line.loan and viewer.has_perm("keys.view_loan"):
        return page_of(line.loan)
    if line.hold and not line.hold.ended_at and viewer.has_perm("keys.view_hold"):
        return page_of(line.hold)
    if job and viewer.has_perm("keys.view_cuttingjob"):
        return page_of(job)
    return page_of(line.symbol) if viewer.has_perm("keys.view_keysymbol") else None


def _steps_of(row, viewer):
    steps = row.approvals.for_list()
    seen = viewer.has_perm("keys.view_approval")
    return Section(
        title=_("Who has to agree"),
        headings=[_("Who"), _("Asked"), _("Answer wanted by"), _("Answer"), _("By"), _("Comment")],
        lines=[
            (
                page_of(step) if seen else None,
                [
                    step.place,
                    moment(step.asked_at),
                    moment(step.due_at),
                    answer_of(step)[1],
                    step.decided_by or "–",
                    step.comment or "–",
                ],
            )
            for step in steps
        ],
        empty=_("Nobody is asked yet."),
    )


def answer_of(step):
    """How far a step is: a code for its colour, and in words."""
    if step.decided_at:
        when = {"day": _day(step.decided_at)}
        return (
            ("given", _("Agreed on %(day)s") % when) if step.approved else ("rejected", _("Rejected on %(day)s") % when)
        )
    if step.dropped_at:
        return "dropped", _("No longer needed")
    if step.due_at <= timezone.now():
        return "late", _("Waits too long")
    return "open", _("Is asked")


def _said_about(row):
    return Section(
        title=_("Messages"),
        headings=[_("When"), _("By"), _("Text")],
        lines=[(None, [moment(said.at), said.by, said.text]) for said in row.messages.select_related("by")],
        empty=_("Nothing was written."),
    )


def _day(at):
    return date_format(timezone.localtime(at), "SHORT_DATE_FORMAT")
