"""A device in a staffed place: how it becomes one, and what every page on it goes through."""

from functools import wraps

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.operations import claim_kiosk, kiosk_of
from accounts.views.people import KEEPS_THE_PATH
from keysite.ledger import Refusal

COOKIE = "kiosk"
CARRIED_SECONDS = 400 * 24 * 3600  # as long as browsers keep any cookie


def at_kiosk(view):
    """A page for registered devices only, given the kiosk; it knows no session and leaves none behind."""

    @login_not_required
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def shown(request, *args, **kwargs):
        kiosk = kiosk_of(request.COOKIES.get(COOKIE))
        if kiosk is None:
            response = render(request, "kiosk/unregistered.html", status=403)
        elif not ratelimit.consume(request, action="kiosk", key=str(kiosk.pk)):
            response = render(request, "kiosk/busy.html", {"kiosk": kiosk}, status=429)
        else:
            response = view(request, *args, kiosk=kiosk, **kwargs)
        add_never_cache_headers(response)
        return response

    return shown


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def kiosk_register(request, token):
    """The link that an administrator opens on the device: a button, then a cookie of its own, beside any session."""
    refusal = None
    if request.method == "POST":
        try:
            return _carry(redirect("kiosk_start"), claim_kiosk(token=token))
        except Refusal as refused:
            refusal = refused
    response = render(request, "kiosk/register.html", {"refusal": refusal}, status=410 if refusal else 200)
    response["Referrer-Policy"] = KEEPS_THE_PATH
    return response


def _carry(response, token):
    response.set_cookie(
        COOKIE,
        token,
        max_age=CARRIED_SECONDS,
        path=reverse("kiosk_start"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    return response
