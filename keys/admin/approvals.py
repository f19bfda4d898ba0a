"""Who has to agree to requests, who did, and who decides in another's place."""

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Building
from keys.admin.request_sections import answer_of
from keys.admin.sections import doors_about, page_of
from keys.models import Approval, Delegation
from keys.models.approvals import today
from keys.operations import delegate_approvals, end_delegation
from keysite.console import ConsoleAdmin, ConsoleForm, Deed, ReadOnly, Related, Tabs, display
from keysite.console.fields import Email


class ApprovalTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("open", _("Open")),
        ("mine", _("Mine")),
        ("late", _("Waiting too long")),
        ("given", _("Agreed")),
        ("rejected", _("Rejected")),
        ("all", _("All")),
    ]
    otherwise = "open"

    def __init__(self, request, params, model, model_admin):
        self.person = request.user
        super().__init__(request, params, model, model_admin)

    def choose(self, steps, value):
        if value == "mine":
            return steps.open().in_charge_of(self.person)
        return steps.overdue(at=timezone.now()) if value == "late" else getattr(steps, value)()


class InBuilding(Related):
    title, parameter_name, path, related_model = _("building"), "building", "building", Building


@admin.register(Approval)
class ApprovalAdmin(ReadOnly, ConsoleAdmin):
    """Nothing is decided here: who is in charge is led to the page that shows all that a decision needs."""

    list_display = ["request", "who", "place", "asked_at", "due_at", "decided_by", "state"]
    list_filter = [ApprovalTabs, InBuilding]
    search_fields = ["comment"]
    search_help_text = _("Number of the request, such as R12, person or building")
    fields = ["request", ("kind", "place"), ("asked_at", "due_at")]
    happened = ["escalated_at", "decided_at", "decided_by", "comment", "dropped_at"]

    def get_fields(self, request, obj=None):
        return [*self.fields, *(name for name in self.happened if obj and getattr(obj, name))]

    def get_readonly_fields(self, request, obj=None):
        return ["place"]

    def links(self, request, step):
        if Approval.objects.for_decider(request.user).filter(pk=step.pk).exists():
            yield _("Decide on it"), reverse("approval", args=[step.pk])
        if request.user.has_perm("keys.view_keyrequest"):
            yield step.request, page_of(step.request)

    def sections(self, request, step):
        if request.user.has_perm("keys.view_door"):
            yield doors_about(step, request.user)

    @display(description=_("for"))
    def who(self, step):
        return step.request.person.name or step.request.person.email

    @display(description=_("who is asked"))
    def place(self, step):
        return step.place

    @display(
        description=_("answer"),
        label={"open": "info", "late": "warning", "given": "success", "rejected": "danger", "dropped": ""},
    )
    def state(self, step):
        return answer_of(step)


class DelegationForm(ConsoleForm):
    """Whoever delegates need not see the other in the register: they know the address."""

    deputy = Email(label=_("Who decides for you (e-mail)"), max_length=254)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["deputy"]

    def clean_deputy(self):
        person = Person.objects.active().with_address(self.cleaned_data["deputy"]).first()
        if person is None:
            raise forms.ValidationError(_("Nobody here has this address."))
        return person

    def clean_until(self):
        until, since = self.cleaned_data["until"], self.cleaned_data.get("since")
        if since and until < since:
            raise forms.ValidationError(_("The last day is before the first."))
        return until


class DelegationTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("current", _("Current")),
        ("coming", _("Coming")),
        ("over", _("Over")),
        ("all", _("All")),
    ]
    otherwise = "current"

    def choose(self, delegations, value):
        return delegations.all() if value == "all" else getattr(delegations, value)(on=today())


class OfPerson(Related):
    title, parameter_name, path, related_model = _("person"), "person", "person", Person


@admin.register(Delegation)
class DelegationAdmin(ConsoleAdmin):
    """One delegates one's own decisions, and ends that by a button; what was delegated is never changed."""

    form = DelegationForm
    list_display = ["person", "deputy", "since", "until", "state"]
    list_filter = [DelegationTabs, OfPerson]
    search_fields = ["person"]
    search_help_text = _("Either person")
    fields = ["deputy", ("since", "until")]
    deeds = [
        Deed(
            end_delegation,
            row="delegation",
            permission="keys.add_delegation",
            label=_("End"),
            done=_("%(row)s is ended."),
            intro=_("From now on one decides by oneself again."),
            icon="event_busy",
            confirm=True,
            shown=lambda delegation: delegation.ended_at is None and delegation.until >= today(),
        )
    ]

    def has_change_permission(self, request, obj=None):
        return False

    def get_fields(self, request, obj=None):
        return ["person", "deputy", ("since", "until"), "ended_at"] if obj else self.fields

    def save_model(self, request, obj, form, change):
        words = {name: form.cleaned_data[name] for name in ("deputy", "since", "until")}
        obj.person, obj.pk = request.user, delegate_approvals(by=request.user, **words).pk

    @display(description=_("state"), label={"ended": "", "over": "", "current": "success", "coming": "info"})
    def state(self, delegation):
        if delegation.ended_at:
            return "ended", _("Ended")
        if delegation.until < today():
            return "over", _("Over")
        return ("current", _("Current")) if delegation.since <= today() else ("coming", _("Coming"))
