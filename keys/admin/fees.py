"""What is charged for which case."""

from django.conf import settings
from django.contrib import admin
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from keys.models import FeeRule
from keys.operations import add_fee_rule, change_fee_rule, end_fee_rule
from keysite.console import ConsoleAdmin, Deed, Tabs, display
from keysite.console.fields import Amount, Asking

AMOUNT = format_lazy(_("Amount ({currency})"), currency=settings.CURRENCY)


class RuleTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("current", _("Current")), ("ended", _("Ended")), ("all", _("All"))]
    otherwise = "current"

    def choose(self, rules, value):
        return getattr(rules, value)()


class Another(Asking):
    amount = Amount(label=AMOUNT, max_digits=9, decimal_places=2)


def _is_current(rule):
    return rule.ended_at is None


@admin.register(FeeRule)
class FeeRuleAdmin(ConsoleAdmin):
    """Rules are added here and ended by a button; what was charged by one is never changed."""

    list_display = ["event", "level", "affiliation", "costs", "since", "state"]
    list_filter = [RuleTabs]
    list_select_related = ["affiliation"]
    fields = ["event", ("level", "affiliation"), "amount", ("since", "ended_at")]
    plain_choices = ["affiliation"]
    deeds = [
        Deed(
            change_fee_rule,
            "keys.change_feerule",
            _("Another amount"),
            _("%(row)s: there is a new rule with this amount."),
            row="rule",
            form=Another,
            intro=_("Ends this rule and adds one with the new amount: what was charged so far stays as it is."),
            icon="price_change",
            shown=_is_current,
        ),
        Deed(
            end_fee_rule,
            "keys.change_feerule",
            _("End"),
            _("The rule %(row)s is ended."),
            row="rule",
            intro=_("Nothing more is charged by it. What was charged by it stays."),
            icon="event_busy",
            confirm=True,
            bulk=True,
            shown=_is_current,
        ),
    ]

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.fields[:-1]

    def add(self, row, by):
        added = add_fee_rule(event=row.event, level=row.level, affiliation=row.affiliation, amount=row.amount, by=by)
        row.pk, row.since = added.pk, added.since

    @display(description=_("amount"))
    def costs(self, rule):
        return rule.fee

    @display(description=_("state"), label={"current": "success", "ended": "info"})
    def state(self, rule):
        return ("current", _("Current")) if rule.ended_at is None else ("ended", _("Ended"))
