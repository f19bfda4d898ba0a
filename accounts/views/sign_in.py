"""Signing in with a code sent by e-mail: an address, then six digits."""

from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import CodeForm, SignInForm
from accounts.models import EmailCode
from accounts.operations import ask_code, sign_in_by_code
from keysite.ledger import Refusal

STATE = "sign_in"  # in the session: which code was asked for, the secret of this browser, and where to go on


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request):
    """Ask for an address and send a code to it; known or not, the answer is the same."""
    if request.user.is_authenticated:
        return redirect(safe_next(request) or "start")
    form = SignInForm(request.POST or None, initial={"next": safe_next(request)})
    if request.method == "POST" and form.is_valid() and _in_time(request, form, "sign_in"):
        ask = {"address": form.cleaned_data["address"], "purpose": "sign-in", "browser": form.cleaned_data["once"]}
        proof = form.perform(owner="sign-in", deed=lambda: str(ask_code(**ask).pk))
        if proof:
            request.session[STATE] = {"proof": int(proof), "browser": ask["browser"], "next": safe_next(request)}
            return redirect("sign_in_code")
    return render(request, "accounts/sign_in.html", {"form": form, "next": safe_next(request)})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_code(request):
    """Take the code and sign its receiver in; a second factor is asked for where there is one."""
    state = request.session.get(STATE, {})
    proof = EmailCode.objects.filter(pk=state.get("proof")).first()
    if proof is None:
        return redirect("sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _in_time(request, form, "sign_in_code"):
        try:
            person = sign_in_by_code(proof=proof, browser=state["browser"], code=form.cleaned_data["code"])
            del request.session[STATE]
            return enter(request, person, state["next"])
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    again = SignInForm(initial={"address": proof.address, "next": state["next"]})
    return render(request, "accounts/sign_in_code.html", {"form": form, "again": again, "address": proof.address})


def enter(request, person, going_to, *, method="code"):
    """Hand over to allauth: it asks for a second factor, renews the session and goes on."""
    record_authentication(request, person, method=method)
    return perform_login(request, Login(user=person, redirect_url=by_profile(person, going_to) or reverse("start")))


def by_profile(person, going_to):
    """Where ``person`` goes on to: who has no name yet says first who they are."""
    return going_to if person.name else f"{reverse('profile')}?{urlencode({'next': going_to})}"


def _in_time(request, form, action):
    """Whether this address on the network has not tried too often; without the cache nobody counts."""
    if ratelimit.consume(request, action=action):
        return True
    form.add_error(None, _("Too many tries from here. Wait a few minutes, then send this again."))
    return False


def safe_next(request):
    """Where to go on to, if that is a page of this site; else nothing."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    here = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=here, require_https=request.is_secure())
    return target if is_ours and len(target) <= 2000 else ""
