"""The loan book: who holds which key, since when and until when, and what the desk does about it."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Department, Person
from keys.admin.loan_deeds import LOAN_DEEDS
from keys.admin.related import OpensDoor
from keys.models import Key, Loan, ProposedKey
from keysite.console import ConsoleAdmin, Related, Tabs, display
from keysite.console.exchange import Exporting


class LoanTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("active", _("Active")),
        ("overdue", _("Overdue")),
        ("today", _("Due today")),
        ("week", _("Due this week")),
        ("claimed", _("Said to be back")),
        ("lost", _("Lost or broken")),
        ("review", _("To review")),
        ("give_back", _("To give back")),
        ("redundant", _("Not needed")),
        ("paid", _("Paid")),
        ("returned", _("Returned")),
        ("all", _("All")),
    ]
    otherwise = "active"

    def choose(self, loans, value):
        now = timezone.now()
        if value in ("give_back", "redundant"):
            return self._too_many(loans, value)
        if value in ("overdue", "review"):
            return loans.overdue(at=now) if value == "overdue" else loans.for_review(at=now)
        if value == "lost":
            return loans.active().lost()
        if value in ("today", "week"):
            return loans.due_between(*_days(now, 1 if value == "today" else 7))
        return getattr(loans, value)()

    def _too_many(self, loans, value):
        """Keys that a request gives others for, or whose doors the other keys of the borrower open."""
        found = loans & ProposedKey.objects.loans_to_give_back() if value == "give_back" else loans.redundant()
        return found.by_department()


def _days(now, days):
    """From the beginning of today to the end of the last of so many days, in the institution's time zone."""
    today = timezone.localdate(now, settings.INSTITUTION_ZONE)
    return (datetime.combine(day, time.min, settings.INSTITUTION_ZONE) for day in (today, today + timedelta(days=days)))


class OfBorrower(Related):
    title, parameter_name, path, related_model = _("borrower"), "borrower", "borrower", Person


class OfDepartment(Related):
    title, parameter_name, path, related_model = _("department"), "department", "borrower__department", Department


class OfKey(Related):
    title, parameter_name, path, related_model = _("key"), "key", "key", Key


class LoanResource(ModelResource):
    key = Field("key__symbol__symbol", "symbol")
    serial = Field("key__serial", "serial")
    borrower = Field("borrower__name", "borrower")
    email = Field("borrower__email", "e-mail")
    department = Field("borrower__department__name", "department")
    term = Field("term__name", "term")
    status = Field("status", "status")

    class Meta:
        model = Loan
        fields = export_order = [
            "key",
            "serial",
            "borrower",
            "email",
            "department",
            "status",
            "term",
            "out_at",
            "due_at",
            "claimed_at",
            "returned_at",
            "condition",
            "lost_at",
            "loss",
            "paid_on",
            "paid_amount",
            "paid_note",
            "found_at",
            "note",
        ]


@admin.register(Loan)
class LoanAdmin(Exporting, ConsoleAdmin):
    list_display = ["key", "borrower_name", "department", "state", "out_at", "due_at", "term"]
    list_filter = [OfBorrower, OfDepartment, OfKey, OpensDoor, LoanTabs]  # what narrows most comes first
    search_fields = ["note"]
    search_help_text = _("Borrower, symbol and serial, or the code on the tag")
    sortable_by = ["out_at", "due_at"]
    fieldsets = [
        (None, {"fields": [("key", "borrower"), ("out_at", "due_at"), ("out_by", "term"), "trust", "note"]}),
        (_("Handed on"), {"fields": ["follows"]}),
        (_("Said to be back"), {"fields": [("claimed_at", "claimed_by")]}),
        (_("Lost or broken"), {"fields": [("lost_at", "lost_by"), "loss", ("found_at", "found_by")]}),
        (_("Paid"), {"fields": [("paid_on", "paid_amount"), ("paid_by", "paid_note")]}),
        (_("Back"), {"fields": [("returned_at", "returned_by"), ("condition", "undone_at")]}),
    ]
    resource_classes = [LoanResource]
    deeds = LOAN_DEEDS

    def has_add_permission(self, request):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.opts.fields if field.name != "note"]

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        sets = super().get_fieldsets(request, obj)
        happened = [obj and getattr(obj, _first(options)) for _name, options in sets[1:]]
        return sets[:1] + [one for one, there in zip(sets[1:], happened, strict=True) if there]

    def links(self, request, loan):
        if request.user.has_perm("keys.view_renewal"):
            yield _("Renewals"), f"{reverse('admin:keys_renewal_changelist')}?loan={loan.pk}"
        if loan.lost_at and request.user.has_perm("keys.view_charge"):
            yield _("Fees"), f"{reverse('admin:keys_charge_changelist')}?show=all&loan={loan.pk}"
        following = None if loan.is_open else getattr(loan, "followed_by", None)
        if following:
            yield _("Handed on to"), reverse("admin:keys_loan_change", args=[following.pk])

    @display(description=_("borrower"))
    def borrower_name(self, loan):
        return loan.borrower.name or loan.borrower.email

    @display(description=_("department"))
    def department(self, loan):
        return loan.borrower.department

    @display(
        description=_("status"),
        label={
            "out": "success",
            "overdue": "danger",
            "claimed": "warning",
            "lost": "warning",
            "paid": "info",
            "back": "",
        },
    )
    def state(self, loan):
        code = _code(loan)
        return code, _("Said to be back") if code == "claimed" else loan.status


def _first(options):
    field = options["fields"][0]
    return field if isinstance(field, str) else field[0]


def _code(loan):
    """How the list colours a loan."""
    if not loan.is_open or loan.paid_on:
        return "paid" if loan.is_open else "back"
    if loan.is_lost:
        return "lost"
    if loan.claimed_at:
        return "claimed"
    return "overdue" if loan.is_overdue() else "out"
