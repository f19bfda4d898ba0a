"""The people of the register."""

from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Affiliation, Person
from accounts.operations import (
    PERSON_COLUMNS,
    anonymise,
    assign_roles,
    block,
    change_address,
    deactivate,
    import_people,
    issue_pin,
    reactivate,
    reset_second_factor,
    unblock,
)
from accounts.roles import ROLES
from keysite.console import ConsoleAdmin, ConsoleForm, Deed, PickRow, Tabs, display
from keysite.console.exchange import Exchanging, Upload
from keysite.console.fields import Asking, Choice, Choices, Email, Few, Text, why


class PersonForm(ConsoleForm):
    language = Choice(label=_("Language"), required=False, choices=[("", _("Of the institution")), *settings.LANGUAGES])
    time_zone = Text(
        label=_("Time zone"), required=False, help_text=_("Such as Europe/Berlin; empty: that of the institution.")
    )

    def clean_time_zone(self):
        name = self.cleaned_data["time_zone"]
        if name and name not in available_timezones():
            raise forms.ValidationError(_("There is no time zone of this name. Write one such as Europe/Berlin."))
        return name


class Reason(Asking):
    reason = why(_("Why"), help_text=_("The history keeps it; so do lists that staff see."))


class Address(Asking):
    email = Email(label=_("New e-mail"), max_length=254)


class Roles(Asking):
    roles = Choices(
        label=_("Roles"),
        required=False,
        choices=[(name, role.label) for name, role in ROLES.items()],
        help_text=_("Somebody with a role may open the console."),
    )

    def __init__(self, data=None, *, person, row=None):
        super().__init__(data, person=person, row=row)
        self.initial["roles"] = [group.name for group in row.groups.all()] if row else []


class PersonUpload(Upload):
    affiliation = Few(
        Affiliation, label=_("Affiliation"), required=False, help_text=_("Of people who have none and are given none.")
    )


class PersonResource(ModelResource):
    affiliation = Field("affiliation__name", "affiliation")
    department = Field("department__name", "department")
    sponsor = Field("sponsor__email", "sponsor")

    class Meta:
        model = Person
        fields = export_order = [
            "email",
            "first_name",
            "last_name",
            "phone",
            "identifier",
            "affiliation",
            "department",
            "sponsor",
            "leaves_on",
            "is_active",
            "blocked_at",
        ]


class PersonTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("active", _("Active")),
        ("blocked", _("Blocked")),
        ("left", _("Left")),
        ("lacking_identifier", _("Without identifier")),
        ("bounced", _("Mail bounces")),
        ("staff", _("Staff")),
        ("inactive", _("Inactive")),
        ("all", _("All")),
    ]
    otherwise = "active"

    def choose(self, people, value):
        if value == "left":
            return people.left(on=timezone.localdate(timezone=settings.INSTITUTION_ZONE))
        return getattr(people, value)()


class ByAffiliation(PickRow):
    title, parameter_name, path, related_model = _("affiliation"), "affiliation", "affiliation", Affiliation


def _deed(operation, permission, label, done, **options):
    return Deed(operation, row="person", permission=f"accounts.{permission}", label=label, done=done, **options)


@admin.register(Person)
class PersonAdmin(Exchanging, ConsoleAdmin):
    found_by_palette = "person"
    form = PersonForm
    plain_choices = ("affiliation",)
    list_display = ["full_name", "email", "identifier", "affiliation", "department", "state"]
    list_filter = [PersonTabs, ByAffiliation]
    search_fields = ["email"]
    search_help_text = _("Name, address or identifier")
    fieldsets = [
        (None, {"fields": ["email", ("first_name", "last_name"), "identifier", "phone"]}),
        (_("Here as"), {"fields": [("affiliation", "department"), "sponsor", "leaves_on"]}),
        (_("Reads"), {"fields": [("language", "time_zone")]}),
        (
            _("State"),
            {"fields": ["roles", "blocked_reason", "joined_at", "email_proved_at", "email_bounced_at"]},
        ),
    ]
    readonly_fields = ["roles", "blocked_reason", "joined_at", "email_proved_at", "email_bounced_at"]
    resource_classes = [PersonResource]
    import_deed, import_columns, import_form = import_people, PERSON_COLUMNS, PersonUpload
    deeds = [
        _deed(
            block,
            "block_person",
            _("Block"),
            _("%(row)s is blocked from borrowing."),
            form=Reason,
            intro=_("Stops this person from borrowing. What is out stays out."),
            icon="block",
            shown=lambda person: not person.is_blocked and not person.anonymised_at,
        ),
        _deed(
            unblock,
            "block_person",
            _("Unblock"),
            _("%(row)s may borrow again."),
            icon="lock_open",
            shown=lambda person: person.is_blocked,
        ),
        _deed(
            change_address,
            "change_person",
            _("Change e-mail"),
            _("The address of %(row)s is changed."),
            form=Address,
            intro=_("The new address counts as not proved until a code sent to it was typed. The old one is told."),
            icon="alternate_email",
            shown=lambda person: not person.anonymised_at,
        ),
        _deed(
            issue_pin,
            "assign_roles",
            _("New PIN"),
            "",
            intro=_("Gives a PIN for nodding at a kiosk, shown this once. An old one stops working."),
            icon="pin",
            confirm=True,
            once="console/pin.html",
            shown=lambda person: person.is_staff and person.is_active,
        ),
        _deed(
            assign_roles,
            "assign_roles",
            _("Set roles"),
            _("The roles of %(row)s are set."),
            form=Roles,
            icon="admin_panel_settings",
            shown=lambda person: person.is_active,
        ),
        _deed(
            reset_second_factor,
            "assign_roles",
            _("Reset second factor"),
            _("%(row)s sets up a new second factor at the next sign-in."),
            intro=_("For somebody who has lost phone and recovery codes. Make sure who asks."),
            icon="phonelink_erase",
            confirm=True,
            shown=lambda person: person.is_staff,
        ),
        _deed(
            deactivate,
            "deactivate_person",
            _("Deactivate"),
            _("%(row)s is inactive."),
            intro=_("No sign-in, no borrowing, no mail, until reactivated. Loans stay open."),
            icon="person_off",
            confirm=True,
            shown=lambda person: person.is_active,
        ),
        _deed(
            reactivate,
            "deactivate_person",
            _("Reactivate"),
            _("%(row)s is active again."),
            icon="person_check",
            shown=lambda person: not person.is_active and not person.anonymised_at,
        ),
        _deed(
            anonymise,
            "deactivate_person",
            _("Anonymise"),
            _("The person is anonymised."),
            intro=_(
                "Name, address, identifier and what was written to this person are wiped, here and in the history. "
                "The loans stay, without a name. This cannot be taken back."
            ),
            icon="person_remove",
            confirm=True,
            grave=True,
            shown=lambda person: not person.anonymised_at,
        ),
    ]

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.anonymised_at)

    def get_readonly_fields(self, request, obj=None):
        return [*(["email"] if obj else []), *super().get_readonly_fields(request, obj)]

    def for_page(self, request):
        return super().for_page(request).prefetch_related("groups")

    def add(self, row, by):
        row.set_unusable_password()
        super().add(row, by)

    @display(description=_("name"), ordering="last_name")
    def full_name(self, person):
        return f"{person.last_name}, {person.first_name}".strip(", ") or person.email

    @display(
        description=_("state"),
        label={"active": "success", "blocked": "danger", "left": "warning", "inactive": "info"},
    )
    def state(self, person):
        if not person.is_active:
            return "inactive", _("Anonymised") if person.anonymised_at else _("Inactive")
        if person.is_blocked:
            return "blocked", _("Blocked")
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        return ("left", _("Left")) if person.leaves_on and person.leaves_on < today else ("active", _("Active"))

    @display(description=_("roles"))
    def roles(self, person):
        return ", ".join(str(ROLES[group.name].label) for group in person.groups.all() if group.name in ROLES) or "–"

    def links(self, request, person):
        if request.user.has_perm("accounts.view_notice"):
            yield _("Messages"), f"{reverse('admin:accounts_notice_changelist')}?person={person.pk}"
