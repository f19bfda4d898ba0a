"""Reporting a fault, and following it, without an account."""

from typing import NamedTuple

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Trust
from assets.models import Asset, Space
from keys.models import Door, Key
from tickets import operations
from tickets.forms.public import MeTooForm, ReportForm
from tickets.models import Category, Ticket

DONE = signing.Signer(salt="ticket-reported")
SHOWN = 20  # rooms that fit what was typed


class Subject(NamedTuple):
    """What a report is about: a room, an asset, a key or a door; ``code`` is on its label."""

    code: str = ""
    space: Space | None = None
    asset: Asset | None = None
    key: Key | None = None
    door: Door | None = None

    @property
    def about(self):
        return {"space": self.space, "asset": self.asset, "key": self.key, "door": self.door}

    def __str__(self):
        return str(self.space or (self.asset and self.asset.name) or self.key or self.door or "")


@login_not_required
@require_http_methods(["GET", "POST"])
def ticket_report(request):
    """Find the room, or say in words where it is."""
    words = request.GET.get("q", "")[:200]
    found = Space.objects.search(words).for_list()[:SHOWN] if words and "\0" not in words else []
    return _report(request, Subject(), {"q": words, "found": found})


@login_not_required
@require_http_methods(["GET", "POST"])
def ticket_report_about(request, code):
    """The label of a room, an asset or a key: what is reported there already, and the form."""
    subject = _subject(code)
    if subject is None:
        return render(request, "tickets/report_unknown.html", {"code": code[:40]}, status=404)
    return _report(request, subject, {"subject": subject, "reported": lambda: _reported_at(subject, _person(request))})


@login_not_required
@require_POST
def ticket_me_too(request, code):
    """Somebody has a fault that is reported already."""
    subject, person = _subject(code), _person(request)
    form = MeTooForm(request.POST, person=person)
    if subject is None:
        raise Http404
    if form.is_valid() and _in_time(request, form, code):
        tickets = Ticket.objects.open().about(**subject.about).for_everybody()
        ticket = tickets.filter(pk=form.cleaned_data["ticket"]).first()
        answer = ticket and form.perform(owner="report", deed=lambda: _joined(ticket, person, form))
        if answer:
            return redirect(answer)
    return _report(request, subject, {"subject": subject, "reported": [], "joining": form}, sent=False)


@login_not_required
@require_GET
def ticket_reported(request, done):
    """The same for everybody: the number, and where the answer comes."""
    try:
        number = int(DONE.unsign(done))
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    return render(request, "tickets/reported.html", {"number": number})


@never_cache
def _report(request, subject, context, sent=True):
    person = _person(request)
    data = [request.POST, request.FILES] if sent and request.method == "POST" else []
    form = ReportForm(*data, known_place=bool(subject.code), person=person)
    if form.is_bound and form.is_valid() and _in_time(request, form, subject.code):
        answer = form.perform(owner="report", deed=lambda: _reported(form, subject, person))
        if answer:
            return redirect(answer)
    context |= {"form": form, "hints": Category.objects.in_use().exclude(hint="").for_list()}
    return render(request, "tickets/report.html", context)


def _reported(form, subject, person):
    values = {name: value for name, value in form.cleaned_data.items() if name in ReportForm.field_order}
    pictures = values.pop("photos", [])
    trust = Trust.PROVED if person else Trust.TYPED
    ticket = operations.report(by=person, pictures=pictures, trust=trust, **subject.about, **values)
    return reverse("ticket_reported", args=[DONE.sign(ticket.number)])


def _reported_at(subject, person):
    """What is reported there and still open, each with the form of whoever has the same fault."""
    tickets = Ticket.objects.open().about(**subject.about).for_everybody().for_list()[:SHOWN]
    return [(ticket, MeTooForm(initial={"ticket": ticket.pk}, person=person)) for ticket in tickets]


def _joined(ticket, person, form):
    address = form.cleaned_data.get("address", "")
    operations.me_too(ticket=ticket, by=person, address=address, trust=Trust.PROVED if person else Trust.TYPED)
    return reverse("ticket_reported", args=[DONE.sign(ticket.number)])


def _person(request):
    return request.user if request.user.is_authenticated else None


def _subject(code):
    """What the label says that carries this code; codes say nothing and cannot be guessed."""
    code = code[:40].strip().upper()
    if not code.isascii() or not code.isalnum():
        return None
    if space := Space.objects.filter(public_code=code).for_list().first():
        return Subject(code, space=space)
    if asset := Asset.objects.with_label(code).select_related("home__building").first():
        return Subject(code, asset=asset)
    if door := Door.objects.current().with_code(code).for_list().first():
        return Subject(code, door=door)
    key = Key.objects.with_code(code).for_list().first()
    return Subject(code, key=key) if key else None


def _in_time(request, form, code):
    """Whether this network address, mailbox and place have not reported too often; without the cache nobody counts."""
    address = form.cleaned_data.get("address", "").lower()
    free = ratelimit.consume(request, action="report")
    free = free and (not address or ratelimit.consume(request, action="report_address", key=address))
    free = free and (not code or ratelimit.consume(request, action="report_place", key=code))
    if not free:
        form.add_error(None, _("That is a lot of reports. Wait a little, then send this again."))
    return bool(free)
