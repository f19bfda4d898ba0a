"""How long loans last: terms, their calendars, closed days."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.models import ClosedDay, LoanTerm, TermDate
from keysite.console import ConsoleAdmin, ConsoleInline


class TermDateInline(ConsoleInline):
    model = TermDate
    removable = True


@admin.register(LoanTerm)
class LoanTermAdmin(ConsoleAdmin):
    list_display = ["name", "kind", "days", "renewals_allowed", "renewal_window_days"]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "days"]}),
        (_("Renewal by the borrower"), {"fields": ["renewals_allowed", "renewal_window_days"]}),
    ]
    inlines = [TermDateInline]


@admin.register(ClosedDay)
class ClosedDayAdmin(ConsoleAdmin):
    removable = True
    list_display = ["on", "name"]
    search_fields = ["name"]
    ordering = ["-on"]
