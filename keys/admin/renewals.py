"""Later due dates that were agreed."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from keys.models import Loan, Renewal
from keysite.console import ConsoleAdmin, ReadOnly, Related


class OfLoan(Related):
    title, parameter_name, path, related_model = _("loan"), "loan", "loan", Loan


@admin.register(Renewal)
class RenewalAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["at", "loan", "old_due_at", "new_due_at", "by", "why"]
    list_filter = [OfLoan]
    search_fields = ["why"]
    search_help_text = _("Borrower or key")
    fields = ["loan", ("old_due_at", "new_due_at"), "at", "by", "trust", "why"]
