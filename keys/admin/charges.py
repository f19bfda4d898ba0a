"""Fees: who owes what, what has to be invoiced, answered and given back."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DecimalWidget

from accounts.models import Person
from keys.models import Charge, Loan
from keys.models.fees import money
from keys.operations import mark_invoiced, pay_charge, refund_charge, reject_appeal, waive_charge
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display
from keysite.console.exchange import ExportingWorkbook
from keysite.console.fields import Asking, Day, Text, why

ON_PAGE = ["person__department", "loan__key__symbol__system", "loan__borrower", "charged_by", "rule__affiliation"]
COLOURS = {"waived": "", "refunded": "", "paid": "success", "appealed": "warning", "invoiced": "info", "open": "danger"}


class ChargeTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Open")),
        ("invoiceable", _("To invoice")),
        ("invoiced", _("Invoiced")),
        ("appealed", _("Under appeal")),
        ("paid", _("Paid")),
        ("to_refund", _("To refund")),
        ("refunded", _("Refunded")),
        ("waived", _("Waived")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def choose(self, charges, value):
        return getattr(charges, value)()


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


class OfLoan(Related):
    title, parameter_name, path, related_model = _("loan"), "loan", "loan", Loan


class Payment(Asking):
    note = Text(label=_("Number of the receipt"), max_length=200)
    paid_on = Day(label=_("Paid on"), required=False, help_text=_("Empty: today."))


class Reason(Asking):
    reason = why(_("Why"), help_text=_("The person reads this."))


class Refund(Asking):
    note = Text(label=_("Number of the receipt"), max_length=200)


class Exceptional(Refund):
    why = why(_("Why"))


class ChargeResource(ModelResource):
    """What an accountant needs of each: who, where the cost goes, for what, how much."""

    name = Field("person__name", "name")
    identifier = Field("person__identifier", "identifier")
    email = Field("person__email", "e-mail")
    department = Field("person__department__name", "department")
    box = Field("person__department__box", "cost box")
    key = Field("loan__key", "key")
    event = Field("get_event_display", "event")
    amount = Field("amount", "amount", widget=DecimalWidget(coerce_to_string=False))
    currency = Field(column_name="currency")
    charged_on = Field(column_name="charged on")
    status = Field("status", "status")

    class Meta:
        model = Charge
        fields = export_order = [
            "name",
            "identifier",
            "email",
            "department",
            "box",
            "key",
            "event",
            "amount",
            "currency",
            "charged_on",
            "status",
        ]

    def dehydrate_currency(self, charge):
        return settings.CURRENCY

    def dehydrate_charged_on(self, charge):
        return charge.charged_at.astimezone(settings.INSTITUTION_ZONE).date()


def _is_back(loan):
    return loan.found_at is not None or loan.returned_at is not None


def _deed(operation, label, done, permission="keys.charge", **options):
    return Deed(operation, permission, label, done, row="charge", **options)


@admin.register(Charge)
class ChargeAdmin(ExportingWorkbook, ReadOnly, ConsoleAdmin):
    """Charges come of losses, by the clock, and of the pages of loans; what is done with them is done by buttons."""

    list_display = ["person", "key", "event", "costs", "charged_at", "state"]
    list_filter = [OfPerson, OfLoan, ChargeTabs]
    search_fields = ["note"]
    search_help_text = _("Person or key")
    sortable_by = ["charged_at"]
    resource_classes = [ChargeResource]
    fieldsets = [
        (None, {"fields": [("person", "loan"), ("event", "costs"), ("charged_at", "charged_by"), ("rule", "note")]}),
        (_("Invoiced"), {"fields": [("invoiced_at", "invoiced_by")]}),
        (_("Appeal"), {"fields": ["appealed_at", "appeal", "appeal_rejected_at", "appeal_answer"]}),
        (_("Paid"), {"fields": [("paid_on", "paid_by"), "paid_note"]}),
        (_("Waived"), {"fields": [("waived_at", "waived_by"), "waived_reason"]}),
        (_("Refunded"), {"fields": [("refunded_on", "refunded_by"), "refunded_note"]}),
    ]
    deeds = [
        _deed(
            pay_charge,
            _("Paid"),
            _("%(row)s: the payment is recorded."),
            form=Payment,
            icon="payments",
            shown=lambda charge: charge.is_open,
        ),
        Deed(
            mark_invoiced,
            "keys.charge",
            _("Mark as invoiced"),
            _("%(row)s: marked as invoiced."),
            given=lambda *charges: {"charges": charges},
            intro=_("An invoice was sent for these. Export the list first."),
            icon="receipt_long",
            confirm=True,
            bulk=True,
            basket=True,
            shown=lambda charge: charge.is_open and not charge.invoiced_at and not charge.is_appealed,
        ),
        _deed(
            waive_charge,
            _("Waive"),
            _("%(row)s: the fee is waived."),
            "keys.waive_charge",
            form=Reason,
            icon="money_off",
            bulk=True,
            shown=lambda charge: charge.is_open,
        ),
        _deed(
            reject_appeal,
            _("Reject the appeal"),
            _("%(row)s: the fee stands."),
            "keys.waive_charge",
            form=Reason,
            icon="gavel",
            shown=lambda charge: charge.is_appealed,
        ),
        _deed(
            refund_charge,
            _("Refund"),
            _("%(row)s: the fee is refunded."),
            form=Refund,
            icon="undo",
            shown=lambda charge: charge.paid_on and not charge.refunded_on and _is_back(charge.loan),
        ),
        _deed(
            refund_charge,
            _("Refund all the same"),
            _("%(row)s: the fee is refunded."),
            "keys.waive_charge",
            called="refund_exceptionally",
            form=Exceptional,
            intro=_("Although the key was not found in time, or a door was rekeyed for it. The history keeps why."),
            icon="undo",
            shown=lambda charge: charge.paid_on and not charge.refunded_on,
        ),
    ]

    def for_page(self, request):
        return super().for_page(request).select_related(*ON_PAGE)

    def get_fieldsets(self, request, obj=None):
        """Only what has happened."""
        sets = super().get_fieldsets(request, obj)
        return sets[:1] + [one for one in sets[1:] if obj and getattr(obj, _first(one[1]["fields"]))]

    def summary(self, charges):
        """What the listed charges come to."""
        return _("Together: %(sum)s") % {"sum": money(charges.total())}

    @display(description=_("key"))
    def key(self, charge):
        return charge.loan.key

    @display(description=_("amount"))
    def costs(self, charge):
        return charge.fee

    @display(description=_("status"), label=COLOURS)
    def state(self, charge):
        return _code(charge), charge.status


def _first(fields):
    return fields[0] if isinstance(fields[0], str) else fields[0][0]


def _code(charge):
    """How the list colours a charge."""
    marks = {
        "waived": charge.waived_at,
        "refunded": charge.refunded_on,
        "paid": charge.paid_on,
        "appealed": charge.is_appealed,
        "invoiced": charge.invoiced_at,
    }
    return next((code for code, there in marks.items() if there), "open")
