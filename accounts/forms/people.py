"""The forms of the sign-in pages and the profile."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.deeds import DeedForm
from accounts.forms.fields import AddressField, CodeField, DepartmentField
from accounts.models import Affiliation, Department


class SignInForm(DeedForm):
    """Ask for a code; the form's one-time key is the secret that binds the code to this browser."""

    address = AddressField()
    next = forms.CharField(widget=forms.HiddenInput, required=False)


class InvitationForm(DeedForm):
    """Whom to invite: an address, and nothing else that could be mailed to a stranger."""

    email = AddressField(help_text=gettext_lazy("Of whoever is to ask for keys."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs["autocomplete"] = "off"  # it is somebody else's
        self.fields["email"].error_messages["required"] = _("Type the address of whoever is to come.")

    def refuse(self, refusal):
        self.add_error("email", str(refusal))


class CodeForm(forms.Form):
    code = CodeField()


class ProfileForm(DeedForm):
    """What people say of themselves; what is on file is shown on the page and not asked again."""

    first_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=100,
        error_messages={"required": gettext_lazy("Type your first name.")},
    )
    last_name = forms.CharField(
        label=gettext_lazy("Last name"),
        max_length=100,
        error_messages={"required": gettext_lazy("Type your last name.")},
    )
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=64, required=False)
    affiliation = forms.ModelChoiceField(
        None,
        label=gettext_lazy("Affiliation"),
        required=False,
        help_text=gettext_lazy("What you are here. You need one to borrow, and give it once."),
    )
    identifier = forms.CharField(
        label=gettext_lazy("Identifier"),
        max_length=32,
        required=False,
        help_text=gettext_lazy("Your university or staff number."),
    )
    department = DepartmentField(
        label=gettext_lazy("Department"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Colleagues ask for keys for each other, so you give it once."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of mails and pages"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    next = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        for name, autocomplete in {"first_name": "given-name", "last_name": "family-name", "phone": "tel"}.items():
            self.fields[name].widget.attrs["autocomplete"] = autocomplete
        self.fields["affiliation"].queryset = Affiliation.objects.filter(may_be_chosen=True)
        self.fields["affiliation"].empty_label = _("Choose")
        zones = [("", _("As the institution (%(zone)s)") % {"zone": settings.TIME_ZONE})]
        self.fields["time_zone"].choices = zones + [(zone, zone) for zone in sorted(available_timezones())]
        given = {"affiliation": person.affiliation_id, "department": person.department_id}
        for name, on_file in (given | {"identifier": person.identifier}).items():
            if on_file:
                del self.fields[name]
        if len(settings.LANGUAGES) == 1:
            del self.fields["language"]

    def values(self):
        """What the deed takes over."""
        return {name: value for name, value in self.cleaned_data.items() if name not in {"once", "next"}}


class DepartmentProposalForm(DeedForm):
    """A department that is not in the list yet, and whom to write to when its people do not answer."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Department.Kind, widget=forms.RadioSelect)
    contact_name = forms.CharField(label=gettext_lazy("Backup contact"), max_length=100)
    contact_email = AddressField(
        label=gettext_lazy("Backup contact's e-mail"), help_text=gettext_lazy("Told when a loan is 14 days overdue.")
    )
