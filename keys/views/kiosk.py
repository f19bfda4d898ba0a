"""A device in a staffed place: keys out and in without signing in. It shows nothing that was not typed just now."""

from allauth.core import ratelimit
from django.core import signing
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from accounts.models import Kiosk
from accounts.operations import ask_code, check_code, clerk_by_pin
from accounts.views import at_kiosk
from keys import operations
from keys.forms.kiosk import KioskCheckOutForm, KioskCodeForm, KioskForm
from keys.models import Loan
from keysite.ledger import Refusal

DONE = signing.TimestampSigner(salt="kiosk-done")
RESULT_SECONDS, IDLE_SECONDS = 60, 300  # then the page goes back to the start by itself


@at_kiosk
def kiosk_start(request, kiosk):
    return _page(request, "kiosk/start.html", kiosk)


@at_kiosk
def kiosk_check_out(request, kiosk):
    """Who wants which keys; then the code, the clerk's nod, or nothing more."""
    form, response = KioskCheckOutForm(request.POST or None, kiosk=kiosk), None
    if form.is_valid():
        response = (_send_code if kiosk.asks == Kiosk.Asks.CODE else _hand_out)(request, kiosk, form)
    return response or _page(request, "kiosk/check_out.html", kiosk, form=form, idle=IDLE_SECONDS)


@at_kiosk
def kiosk_code(request, kiosk):
    """The code that was sent to the address; a right one is used up only by a check-out that happens."""
    form = KioskCodeForm(request.POST or None)
    if not request.POST or kiosk.asks != Kiosk.Asks.CODE:
        return redirect("kiosk_check_out")
    answer = _code_is_right(kiosk, form) and _perform(kiosk, form, _check_out_with_code)
    if answer:
        return redirect(answer)
    return _page(request, "kiosk/code.html", kiosk, form=form, idle=IDLE_SECONDS)


@at_kiosk
def kiosk_return(request, kiosk):
    """Anyone brings back any key; who had it is not said."""
    form = KioskForm(request.POST or None)
    answer = form.is_valid() and _perform(kiosk, form, _take_back)
    if answer:
        return redirect(answer)
    return _page(request, "kiosk/return.html", kiosk, form=form, idle=IDLE_SECONDS)


@at_kiosk
def kiosk_done(request, done, kiosk):
    """What was done just now, for a minute."""
    try:
        word, *numbers = DONE.unsign(done, max_age=3600).split("-")
    except signing.BadSignature:
        return redirect("kiosk_start")
    loans = Loan.objects.filter(pk__in=map(base36_to_int, numbers)).for_list()
    return _page(request, "kiosk/done.html", kiosk, loans=loans, word=word, idle=RESULT_SECONDS)


def _page(request, template, kiosk, idle=None, **context):
    """A page of the kiosk: whoever is signed in on this browser, their messages are not shown or touched."""
    response = render(request, template, {"kiosk": kiosk, "messages": ()} | context)
    if idle:
        response["Refresh"] = f"{idle}; url={reverse('kiosk_start')}"
    return response


def _perform(kiosk, form, deed):
    return form.perform(owner=f"kiosk:{kiosk.pk}", deed=lambda: deed(kiosk, form))


def _send_code(request, kiosk, form):
    """The page that asks for the code, or None when none is sent."""
    proof = _perform(kiosk, form, _ask)
    if proof is None:
        return None
    asking = KioskCodeForm(initial={"keys": form.data.getlist("keys"), "state": form.state(int(proof))})
    return _page(request, "kiosk/code.html", kiosk, form=asking, idle=IDLE_SECONDS)


def _hand_out(request, kiosk, form):
    """On to what was done, or None when it is refused."""
    nodded = kiosk.asks == Kiosk.Asks.NOTHING or _nod(request, kiosk, form)
    answer = nodded and _perform(kiosk, form, _check_out)
    return redirect(answer) if answer else None


def _ask(kiosk, form):
    values = form.cleaned_data
    return str(ask_code(address=values["address"], purpose="kiosk", browser=_secret(kiosk, values["once"])).pk)


def _secret(kiosk, once):
    """What a code is bound to: this kiosk and this form."""
    return f"{kiosk.pk}:{once}"


def _code_is_right(kiosk, form):
    if not form.is_valid():
        return False
    state = form.cleaned_data["state"]
    browser = _secret(kiosk, state["secret"])
    try:
        check_code(proof=state["proof"], purpose="kiosk", browser=browser, code=form.cleaned_data["code"])
    except Refusal as refusal:
        form.add_error("code", str(refusal))
    return form.is_valid()


def _nod(request, kiosk, form):
    """The clerk whose PIN was typed, kept with the form; wrong ones are counted, a right one begins anew."""
    try:
        if not ratelimit.consume(request, action="kiosk_pin", key=str(kiosk.pk)):
            raise Refusal(_("Too many wrong PINs. Wait five minutes, or go to the desk."))
        form.clerk = clerk_by_pin(pin=form.cleaned_data["pin"])
        ratelimit.clear(request, action="kiosk_pin", key=str(kiosk.pk))
    except Refusal as refusal:
        form.add_error("pin", str(refusal))
    return form.is_valid()


def _check_out(kiosk, form):
    values, clerk = form.cleaned_data, getattr(form, "clerk", None)
    who = {"address": values["address"], "details": form.details, "clerk": clerk}
    return _done("out", operations.check_out_at_kiosk(kiosk=kiosk, keys=values["keys"], **who))


def _check_out_with_code(kiosk, form):
    state = form.cleaned_data["state"]
    who = {"address": state["proof"].address, "details": state["details"], "proof": state["proof"]}
    return _done("out", operations.check_out_at_kiosk(kiosk=kiosk, keys=form.cleaned_data["keys"], **who))


def _take_back(kiosk, form):
    return _done("back", operations.take_back_at_kiosk(kiosk=kiosk, keys=form.cleaned_data["keys"]))


def _done(word, loans):
    """The address of the page that says what was done."""
    return reverse("kiosk_done", args=[DONE.sign("-".join([word, *(int_to_base36(loan.pk) for loan in loans)]))])
