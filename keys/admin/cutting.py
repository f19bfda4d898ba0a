"""The key shop's queue, and what has become of each key that was to be cut."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from keys.admin.sections import page_of
from keys.models import CuttingJob, KeySymbol
from keys.operations import cancel_job, check_cut_key, cut_key, deliver_key
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Tabs, display
from keysite.console.fields import Asking, why


class CuttingTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("In the shop")),
        ("queued", _("To cut")),
        ("to_check", _("To check")),
        ("to_deliver", _("To deliver")),
        ("done", _("Delivered")),
        ("cancelled", _("Cancelled")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def choose(self, jobs, value):
        return getattr(jobs, value)()


class OfSymbol(Related):
    title, parameter_name, related_model = _("symbol"), "symbol", KeySymbol

    def narrow(self, jobs, symbol):
        return jobs.for_symbols(symbol)


class Delivery(Asking):
    reason = why(
        _("Why one more than its most keys, if it is"), required=False, help_text=_("For administrators only.")
    )


def _is_open(job):
    return not (job.done_at or job.cancelled_at)


def _deed(operation, label, done, **options):
    return Deed(operation, row="job", permission="keys.cut_key", label=label, done=done, bulk=True, **options)


@admin.register(CuttingJob)
class CuttingJobAdmin(ReadOnly, ConsoleAdmin):
    list_display = ["symbol", "level", "person", "wanted_for", "queued_at", "cut_by", "state"]
    list_filter = [CuttingTabs, OfSymbol]
    search_fields = ["line"]
    search_help_text = _("Symbol or person")
    fields = [("symbol", "level"), ("wanted_for", "person"), "queued_at"]
    happened = ["cut_at", "cut_by", "checked_at", "checked_by", "done_at", "key", "cancelled_at"]
    deeds = [
        _deed(
            cut_key,
            _("It is cut"),
            _("%(row)s: cut. Now somebody looks whether it fits."),
            icon="build",
            shown=lambda job: _is_open(job) and not job.cut_at,
        ),
        _deed(
            check_cut_key,
            _("It fits"),
            _("%(row)s: checked. Bring it to the desk."),
            icon="task_alt",
            shown=lambda job: _is_open(job) and job.cut_at and not job.checked_at,
        ),
        _deed(
            deliver_key,
            _("It is at the desk"),
            _("%(row)s: delivered. Whoever waits for it gets a mail."),
            form=Delivery,
            icon="local_shipping",
            shown=lambda job: _is_open(job) and job.checked_at,
        ),
        _deed(
            cancel_job,
            _("Do not cut it"),
            _("%(row)s: not cut any more."),
            intro=_("The request stays as it is, without this key."),
            icon="cancel",
            confirm=True,
            grave=True,
            shown=_is_open,
        ),
    ]

    def get_fields(self, request, obj=None):
        return [*self.fields, *(name for name in self.happened if obj and getattr(obj, name))]

    def get_readonly_fields(self, request, obj=None):
        return ["symbol", "level", "wanted_for", "person"]

    def links(self, request, job):
        if request.user.has_perm("keys.view_keyrequest") and job.line:
            yield job.wanted_for, page_of(job.wanted_for)
        if request.user.has_perm("keys.view_key") and job.key:
            yield job.key, page_of(job.key)

    @display(description=_("key symbol"))
    def symbol(self, job):
        return job.symbol

    @display(description=_("level"))
    def level(self, job):
        return job.symbol.get_level_display()

    @display(description=_("for"))
    def person(self, job):
        return job.person.name or job.person.email

    @display(description=_("wanted for"))
    def wanted_for(self, job):
        return job.wanted_for

    @display(
        description=_("state"),
        label={"queued": "info", "to_check": "warning", "to_deliver": "warning", "done": "success", "cancelled": ""},
    )
    def state(self, job):
        if not _is_open(job):
            return ("done", _("Delivered")) if job.done_at else ("cancelled", _("Cancelled"))
        if job.checked_at:
            return "to_deliver", _("To deliver")
        return ("to_check", _("To check")) if job.cut_at else ("queued", _("To cut"))
