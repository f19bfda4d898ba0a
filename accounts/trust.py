"""How sure we are who acts in a session, and the pages that must be surer than others."""

import time
from datetime import timedelta
from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Trust

STAFF_SIGN_IN_LASTS = timedelta(hours=12)  # a long working day; then the factor is asked for again


def trust_of(request):
    """How sure we are who sends this request.

    STAFF for somebody with a role whose session stands on a second factor (where the setting asks for none: on a
    password, a passkey or single sign-on); an e-mailed code alone never gives it. PROVED for everybody else who
    is signed in, TYPED for nobody.
    """
    if not request.user.is_authenticated:
        return Trust.TYPED
    if works_here(request.user) and _signed_in_as_staff(request):
        return Trust.STAFF
    return Trust.PROVED


def works_here(person):
    """Whether ``person`` is staff with a role; staff without one get nothing."""
    return person.is_staff and (person.is_superuser or bool(person.get_all_permissions()))


def enters_by_link(person):
    """Whether a link in a mail may sign ``person`` in. Not whoever works here: the link is good for days, can be
    forwarded, and is bound to no browser; they show what they always show.
    """
    return not (person.is_staff or person.is_superuser)


def staff_gate(request):
    """None when staff may go on, else the page that asks for the factor first. Refused (403) for everybody else."""
    if not works_here(request.user):
        raise PermissionDenied(_("This page is for staff with a role. Ask an administrator to give you one."))
    if trust_of(request) == Trust.STAFF:
        return None
    messages.warning(request, _("Staff pages need your staff sign-in."))
    address = f"{_step_up(request.user)}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def staff_only(*permissions):
    """A page for staff who hold one of ``permissions`` and whose sign-in is strong enough."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(request.user.has_perm(permission) for permission in permissions):
                raise PermissionDenied(_("Your role does not allow this. Ask an administrator."))
            return staff_gate(request) or view(request, *args, **kwargs)

        return guarded

    return decorate


def _signed_in_as_staff(request):
    enough = {"mfa"} if settings.STAFF_SECOND_FACTOR else {"mfa", "password", "socialaccount"}
    since = time.time() - STAFF_SIGN_IN_LASTS.total_seconds()
    records = get_authentication_records(request, request.user)
    return any(record["method"] in enough and record["at"] > since for record in records)


def _step_up(person):
    """Where ``person`` shows the missing factor, or sets one up."""
    methods = get_adapter().get_reauthentication_methods(person)
    if is_mfa_enabled(person):
        return next(method["url"] for method in methods if method["id"] != "reauthenticate")
    if settings.STAFF_SECOND_FACTOR:
        return reverse("mfa_activate_totp")
    return methods[0]["url"] if methods else reverse("account_set_password")
