"""Asking somebody to come, and coming: a mail leads to a page with one button, and only a POST lets in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import DeedForm, InvitationForm
from accounts.models import Invitation
from accounts.operations import accept_invitation, invite, withdraw_invitation
from accounts.trust import enters_by_link, staff_only
from accounts.views.people import KEEPS_THE_PATH
from accounts.views.sign_in import by_profile, enter
from keysite.ledger import Refusal

SHOWN = 50


@require_http_methods(["GET", "POST"])
@never_cache
@staff_only("accounts.invite")
def invitation_list(request):
    """Invite somebody by their address; below, one's own invitations that nobody has answered."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and form.perform(owner=_owner(request), deed=lambda: _invited(request, form)):
        return redirect("invitation_list")
    return _page(request, form, form)


@require_POST
@staff_only("accounts.invite")
def invitation_withdraw(request, pk):
    """Withdraw one's own; those of others are withdrawn in the console."""
    invitation = get_object_or_404(Invitation.objects.of(request.user), pk=pk)
    form = DeedForm(request.POST)
    if form.is_valid() and form.perform(owner=_owner(request), deed=lambda: _withdrawn(request, invitation)):
        return redirect("invitation_list")
    return _page(request, InvitationForm(), form)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def invitation_accept(request, token):
    """The link of the mail: a button, and behind it the sign-in. A mail filter that follows links uses nothing up."""
    invitation = Invitation.objects.with_token(token).for_list().first()
    if invitation is None:
        raise Http404(_("This link is incomplete or very old. Copy the whole address from the mail."))
    form, came = DeedForm(request.POST if request.method == "POST" else None), []
    if form.is_valid():
        answer = form.perform(owner=f"invitation:{invitation.pk}", deed=lambda: _accepted(request, invitation, came))
        if answer:
            return _kept_secret(_gone_on(request, came, answer))
    context = {"invitation": invitation, "form": form, "other": _is_other(request.user, invitation)}
    context["going_to"] = reverse(settings.INVITATION_REDIRECT_URL)
    return _kept_secret(
        render(request, "accounts/invitation_accept.html", context, status=200 if invitation.is_open else 410)
    )


def _page(request, form, problem):
    rows = Invitation.objects.of(request.user).open(at=timezone.now()).for_list()[:SHOWN]
    context = {"inviting": form, "form": problem, "invitations": rows, "withdrawing": DeedForm(), "shown": SHOWN}
    return render(request, "accounts/invitation_list.html", context)


def _owner(request):
    return f"person:{request.user.pk}"


def _invited(request, form):
    invitation = invite(email=form.cleaned_data["email"], by=request.user)
    words = {"address": invitation.email, "day": date_format(timezone.localtime(invitation.until))}
    messages.success(request, _("A mail to %(address)s is on its way. Its link is good until %(day)s.") % words)
    return reverse("invitation_list")


def _withdrawn(request, invitation):
    withdraw_invitation(invitation=invitation, by=request.user)
    messages.success(request, _("The invitation of %(address)s is withdrawn.") % {"address": invitation.email})
    return reverse("invitation_list")


def _accepted(request, invitation, came):
    """Accept; ``came`` then has the person, once for however often the form is sent."""
    if _is_other(request.user, invitation):
        raise Refusal(_("You are signed in as %(person)s. Sign out first.") % {"person": request.user})
    came.append(accept_invitation(invitation=invitation))
    return reverse(settings.INVITATION_REDIRECT_URL)


def _gone_on(request, came, going_to):
    """Sign in whoever came; who is signed in, or has to show more, goes on from there."""
    for person in came:
        if request.user == person:
            return redirect(by_profile(person, going_to))
        if enters_by_link(person):
            return enter(request, person, going_to, method="invitation")
        messages.info(request, _("You work here: sign in as you always do."))
        return redirect(f"{reverse('sign_in')}?{urlencode({'next': going_to})}")
    return redirect(going_to)


def _is_other(person, invitation):
    return person.is_authenticated and person.email.lower() != invitation.email.lower()


def _kept_secret(response):
    response["Referrer-Policy"] = KEEPS_THE_PATH
    return response
