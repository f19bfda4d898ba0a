"""Affiliations, and departments with the proposals that wait for an answer."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Department
from accounts.operations import accept_department, add_department, reject_department
from keysite.console import ConsoleAdmin, Deed, Tabs, display
from keysite.console.fields import Asking, why


@admin.register(Affiliation)
class AffiliationAdmin(ConsoleAdmin):
    plain_choices = ("loan_term",)
    list_display = [
        "name",
        "loan_term",
        "highest_level",
        "identifier_required",
        "sponsor_required",
        "due_date_required",
        "may_be_chosen",
    ]
    list_select_related = ["loan_term"]
    search_fields = ["name"]
    fields = [
        "name",
        "loan_term",
        "highest_level",
        "key_order",
        "identifier_required",
        "sponsor_required",
        "due_date_required",
        "may_be_chosen",
    ]


class Rejection(Asking):
    reason = why(_("Why"), help_text=_("Whoever proposed it reads this."))


class DepartmentTabs(Tabs):
    title, parameter_name = _("state"), "state"
    choices_offered = [
        ("accepted", _("Accepted")),
        ("proposed", _("Proposed")),
        ("rejected", _("Rejected")),
        ("all", _("All")),
    ]
    otherwise = "accepted"

    def choose(self, departments, value):
        return getattr(departments, value)()


@admin.register(Department)
class DepartmentAdmin(ConsoleAdmin):
    list_display = ["name", "code", "kind", "contact_name", "contact_email", "state"]
    list_filter = [DepartmentTabs]
    search_fields = ["name", "code", "contact_name", "contact_email"]
    search_help_text = _("Name, code or contact")
    fieldsets = [
        (None, {"fields": ["name", "kind", ("code", "box"), "head"]}),
        (_("Backup contact"), {"fields": ["contact_name", "contact_email"]}),
        (_("State"), {"fields": ["proposed_by", "accepted_at", "rejected_at", "rejected_reason"]}),
    ]
    readonly_fields = ["proposed_by", "accepted_at", "rejected_at", "rejected_reason"]
    deeds = [
        Deed(
            accept_department,
            row="department",
            permission="accounts.accept_department",
            label=_("Accept"),
            done=_("“%(row)s” is accepted."),
            icon="check",
            bulk=True,
            shown=lambda department: department.is_proposed,
        ),
        Deed(
            reject_department,
            row="department",
            permission="accounts.accept_department",
            label=_("Reject"),
            done=_("“%(row)s” is rejected."),
            icon="close",
            form=Rejection,
            shown=lambda department: department.is_proposed,
        ),
    ]

    @display(description=_("state"), label={"accepted": "success", "proposed": "warning", "rejected": "danger"})
    def state(self, department):
        if department.is_proposed:
            return "proposed", _("Proposed")
        return ("accepted", _("Accepted")) if department.accepted_at else ("rejected", _("Rejected"))

    def add(self, row, by):
        add_department(department=row, by=by)
