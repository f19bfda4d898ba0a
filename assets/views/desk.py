"""The equipment desk: one page where a clerk scans assets and kits in and out, with a queue waiting."""

from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import new_once
from accounts.forms.baskets import MOST_LINES
from accounts.models import Person, Trust, midnight
from accounts.trust import staff_only
from assets import operations
from assets.forms.desk import AssignForm, TakeBackForm
from assets.models import Asset, Assignment, Condition, Kit

SHOWN = 20  # of the list; the console has the rest


@require_GET
@staff_only("assets.assign", "assets.take_back")
def asset_desk(request):
    """Everything at once. ``done`` names what was done just now; ``code`` what was scanned, which goes or comes back.

    ``person`` is who wants it, ``everything`` whose things all come back.
    """
    code, person = request.GET.get("code", "")[:200], _number(request.GET.get("person", ""))
    leaver = _number(request.GET.get("everything", ""))
    context = {"done": _done(request)}
    if leaver:
        context["returning"] = _returning(request, _codes_with(request.user, leaver))
    elif code and _is_out(request.user, code):
        context["returning"] = _returning(request, [code])
    elif code or person:
        context["taking"] = _taking(request, items=[code] if code else [], borrower=person)
    return _page(request, **context)


@require_POST
@staff_only("assets.assign")
def asset_desk_assign(request):
    form = AssignForm(request.POST, clerk=request.user)
    if form.is_valid() and form.commits and form.is_agreed:
        answer = form.perform(owner=_owner(request), deed=lambda: _assigned(form, request.user))
        if answer:
            return redirect(answer)
    form.look()
    return _page(request, taking=form, form=form if form.commits else None)


@require_POST
@staff_only("assets.take_back")
def asset_desk_take_back(request):
    form = TakeBackForm(request.POST, clerk=request.user)
    if form.is_valid() and form.commits and form.is_agreed:
        answer = form.perform(owner=_owner(request), deed=lambda: _taken_back(form, request.user))
        if answer:
            return redirect(answer)
    return _page(request, returning=form, form=form if form.commits else None)


def _page(request, **context):
    """The desk, or the part of it that a scan has asked for."""
    clerk, today = request.user, midnight(timezone.now(), 0)
    context.setdefault("returning", TakeBackForm(clerk=clerk))
    context.setdefault("taking", AssignForm(clerk=clerk))
    context["conditions"] = Condition.choices
    part = {"asset-take-back": "assets/_desk_take_back.html", "asset-assign": "assets/_desk_assign.html"}
    template = part.get(request.htmx.target, "assets/desk.html")
    if template == "assets/desk.html":
        out = Assignment.objects.visible_to(clerk).apart().handed_out_since(today)
        context["recent"], context["shown"] = out.for_list()[:SHOWN], SHOWN
    return render(request, template, context)


def _taking(request, **fields):
    """A hand-over with its first lines, as if they had been scanned."""
    form = AssignForm(_as_sent(**fields), clerk=request.user)
    form.is_valid()
    form.look()
    return form


def _returning(request, codes):
    form = TakeBackForm(_as_sent(items=codes), clerk=request.user)
    form.is_valid()
    return form


def _as_sent(**fields):
    data = QueryDict(mutable=True)
    for name, values in (fields | {"once": new_once()}).items():
        data.setlist(name, values if isinstance(values, list) else [values])
    return data


def _is_out(clerk, code):
    """Whether what has this code comes back, and does not go out."""
    assets, kits = Asset.objects.visible_to(clerk).with_code(code), Kit.objects.visible_to(clerk).meant_by(code)
    return Assignment.objects.open().of_any(assets, kits).exists()


def _codes_with(clerk, person):
    """The codes of everything that somebody has, but for what is lost."""
    people = Person.objects.visible_to(clerk).filter(pk=person)
    rows = Assignment.objects.visible_to(clerk).filter(person__in=people).apart().not_lost().for_list()
    return [row.item.public_code for row in rows[:MOST_LINES]]


def _done(request):
    wanted = [int(pk) for pk in request.GET.getlist("done")[:MOST_LINES] if _number(pk)]
    rows = Assignment.objects.visible_to(request.user).filter(pk__in=wanted)
    return rows.with_contents().for_list() if wanted else []


def _assigned(form, clerk):
    note = form.cleaned_data["note"]
    given = {"note": note, "trust": Trust.STAFF, "take_rest": form.takes_rest}
    return _address(operations.assign(assets=form.assets, kits=form.loads, by=clerk, **form.terms, **given))


def _taken_back(form, clerk):
    how = {"conditions": form.conditions, "returned_at": form.cleaned_data["returned_at"], "trust": Trust.STAFF}
    return _address(operations.take_back(**form.coming(), by=clerk, **how))


def _address(rows):
    """The desk again, saying what was done with these assignments."""
    return f"{reverse('asset_desk')}?{urlencode({'done': [row.pk for row in rows]}, doseq=True)}"


def _owner(request):
    """Whose one-time keys the forms of this request carry."""
    return f"person:{request.user.pk}"


def _number(text):
    return text if text.isascii() and text.isdecimal() and len(text) < 19 else ""
