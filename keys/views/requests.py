"""Asking for keys: the basket, what it would come to, and how far a request is."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.trust import trust_of
from keys import operations
from keys.forms.places import PlaceForm
from keys.forms.requests import BasketForm, MessageForm, SendForm
from keys.models import Approval, Door, KeyRequest, Proposal, ProposedKey, RequestItem
from keys.views.loans import owner

SHOWN = 50


@require_GET
def key_request_list(request):
    rows = KeyRequest.objects.of(request.user).with_step(at=timezone.now()).for_list()
    waiting = Approval.objects.open().in_charge_of(request.user, trust=trust_of(request)).count()
    return render(request, "keys/key_request_list.html", {"requests": rows[:SHOWN], "waiting": waiting})


@require_http_methods(["GET", "POST"])
@never_cache
def key_request_new(request):
    """The basket: rooms by building and floor, what the keys would open, and the form that sends it."""
    place = PlaceForm(request.GET, person=request.user)
    whose = {"person": place.other or request.user, "asked_by": request.user}
    things = RequestItem.objects.in_basket(**whose).for_list()
    sent = request.POST if request.method == "POST" else None
    sends = bool(sent) and request.POST.get("do") == "send"
    draft = KeyRequest.objects.drafts().filter(**whose).for_list().first() if sends else None
    basket, send = BasketForm(None if sends else sent, basket=things), SendForm(sent if sends else None)
    form = place if not sent or not place.is_valid() else send if sends else basket
    if form is not place and form.is_valid() and (draft or not sends):
        answer = form.perform(owner=owner(request), deed=lambda: _done(request, form, whose["person"], draft))
        if answer:
            return redirect(answer)
    context = {"place": place, "form": form, "basket": basket, "send": send, "person": whose["person"]}
    return render(request, "keys/key_request_new.html", context | _to_tick(place) | _foreseen(list(things)))


@require_http_methods(["GET", "POST"])
@never_cache
def key_request(request, pk):
    """How far a request is, and the conversation about it; for whoever asked, gets the keys, or has a part in it."""
    rows = KeyRequest.objects.visible_to(request.user, trust=trust_of(request)).exclude(status=KeyRequest.Status.DRAFT)
    row = get_object_or_404(rows.with_step(at=timezone.now()).for_list(), pk=pk)
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        answer = form.perform(owner=owner(request), deed=lambda: _said(request, form, row))
        if answer:
            return redirect(answer)
    return render(request, "keys/key_request.html", {"row": row, "form": form} | _part(request, row) | _all_about(row))


def _part(request, row):
    """Whether it is one's own, whether one has a say, and whether one only asked for somebody else."""
    person, trust = request.user, trust_of(request)
    mine = person.pk in {row.person_id, row.asked_by_id}
    writes = mine or KeyRequest.objects.open_to(person, trust=trust).filter(pk=row.pk).exists()
    return {"mine": mine, "writes": writes, "only_asked": mine and person.pk != row.person_id}


def _all_about(row):
    """The keys, the steps, what was asked for and what was said."""
    lines = list(ProposedKey.objects.current().filter(proposal__request=row).for_list())
    proposal = Proposal.objects.current().filter(request=row).first()
    return {
        "get": [line for line in lines if line.part == "hand_out"],
        "closed": _names(proposal.unmet) if proposal and proposal.unmet else {},
        "kept": [line for line in lines if line.part == "keep"],
        "back": [line for line in lines if line.part == "give_back"],
        "to_give_back": ProposedKey.objects.filter(proposal__request=row).loans_to_give_back().for_list(),
        "messages_said": row.messages.select_related("by"),
        "items": row.items.for_list(),
        "approvals": row.approvals.needed().for_list(),
    }


def _done(request, form, person, draft):
    values, here = form.cleaned_data, request.get_full_path()
    if isinstance(form, SendForm):
        named = {name: values[name] for name in ("purpose", "needed_from", "needed_until")}
        operations.send_request(request=draft, by=request.user, **named)
        messages.success(request, _("Your request is sent. You hear from us by e-mail at each step."))
        return reverse("key_request", args=[draft.pk])
    if values["item"]:
        operations.remove_from_request(item=values["item"], by=request.user)
        return here
    operations.add_to_request(by=request.user, person=person, things=form.things)
    return here


def _said(request, form, row):
    if request.POST.get("do") == "withdraw":
        operations.withdraw_request(request=row, by=request.user)
    else:
        operations.write_message(request=row, by=request.user, text=form.cleaned_data["text"], trust=trust_of(request))
    return reverse("key_request", args=[row.pk])


def _to_tick(place):
    floors = place.floors()
    return {"floors": floors, "found": place.shown(floors), "pages": place.pages(floors)}


def _foreseen(items):
    """What the basket would come to now, in words; nothing while it is empty or too large to say at once."""
    there = {"items": items, "taken": {thing for item in items for thing in (item.door, item.space, item.symbol)}}
    if not items or items[0].request.person.affiliation is None:
        return there
    request = items[0].request
    preview = operations.preview_proposal(request)
    return there | {"foreseen": preview and _in_words(preview, own=request.asked_by_id == request.person_id)}


def _in_words(preview, *, own):
    """A way with its symbols by name, and the names of the doors that stay closed.

    What somebody else has is not for whoever asks for them.
    """
    parts = ("hand_out", "keep", "give_back", "doubled") if own else ("hand_out",)
    words = {part: [preview.symbols[pk] for pk in preview.way[part]] for part in parts}
    closed = {why: sorted(preview.doors[pk] for pk in doors) for why, doors in preview.unmet.items() if doors}
    return words | {"beyond": preview.way["beyond"], "closed": closed, "refusal": preview.refusal}


def _names(unmet):
    """The doors of each reason by name."""
    doors = Door.objects.select_related("building").in_bulk(set().union(*unmet.values()))
    return {why: sorted(str(doors[pk]) for pk in pks) for why, pks in unmet.items() if pks}
