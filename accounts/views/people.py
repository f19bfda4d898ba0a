"""What people say of themselves, and of messages that were not meant for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import DepartmentProposalForm, ProfileForm
from accounts.notices import notice_of_not_me
from accounts.operations import complete_profile, disavow, propose_department
from accounts.views.sign_in import safe_next

KEEPS_THE_PATH = "strict-origin"  # without path; with no-referrer browsers send "Origin: null", and the form is refused
TOLD_OF_ONESELF = ("first_name", "last_name", "phone", "department", "language", "time_zone")


@require_http_methods(["GET", "POST"])
def profile(request):
    """Names, affiliation and the rest; new people come here first and then go on."""
    person, going_to = request.user, safe_next(request)
    initial = {name: getattr(person, name) for name in TOLD_OF_ONESELF} | {"next": going_to}
    form = ProfileForm(request.POST or None, person=person, initial=initial)
    if form.is_valid() and form.perform(owner=f"person:{person.pk}", deed=lambda: _complete(person, form, going_to)):
        messages.success(request, _("Your profile is saved."))
        return redirect(going_to or "profile")
    return render(request, "accounts/profile.html", {"form": form, "person": person, "next": going_to})


@require_http_methods(["GET", "POST"])
def department_propose(request):
    """A department that is missing in the list; it can be chosen once staff have accepted it."""
    form, owner = DepartmentProposalForm(request.POST or None, initial={"kind": "department"}), request.user.pk
    if form.is_valid() and form.perform(owner=f"person:{owner}", deed=lambda: _propose(request.user, form)):
        messages.success(request, _("Thank you. The desk looks at your proposal, and you get a mail."))
        return redirect("profile")
    return render(request, "accounts/department_propose.html", {"form": form})


@login_not_required
@require_http_methods(["GET", "POST"])
def not_me(request, token):
    """Somebody says that a deed in their name was not theirs; a mail filter that follows links does nothing."""
    notice = notice_of_not_me(token)
    if notice is None or notice.person is None:
        raise Http404(_("This link is incomplete. Copy the whole address from the mail."))
    if request.method == "POST":
        disavow(notice=notice)
    response = render(request, "accounts/not_me.html", {"notice": notice, "done": request.method == "POST"})
    response["Referrer-Policy"], response["Cache-Control"] = KEEPS_THE_PATH, "no-store"
    return response


def _complete(person, form, going_to):
    complete_profile(person=person, values=form.values())
    return going_to or reverse("profile")


def _propose(person, form):
    values = {name: value for name, value in form.cleaned_data.items() if name != "once"}
    propose_department(by=person, **values)
    return reverse("profile")
