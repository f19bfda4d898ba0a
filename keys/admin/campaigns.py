"""Attestation campaigns, and what was answered in them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Department, Person
from keys.admin.sections import list_of, page_of
from keys.models import Attestation, Campaign
from keys.models.results import results_of
from keys.operations import answer_attestation, close_campaign, open_campaign
from keysite.console import ConsoleAdmin, Deed, ReadOnly, Related, Section, Tabs, display
from keysite.console.exchange import Exporting
from keysite.console.fields import Asking, Choice

ASKED = ("name", "scope", "department", "building", "holders_until", "managers_until", "closes_on")
SAMPLE = ("confidence", "tolerated")


class CampaignTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]
    otherwise = "open"

    def choose(self, campaigns, value):
        return getattr(campaigns, value)()


@admin.register(Campaign)
class CampaignAdmin(ConsoleAdmin):
    """A campaign is opened by its form and closed by a button or by the clock; it is never changed."""

    list_display = ["name", "scope", "population", "holders_until", "closes_on", "opened_by", "turn"]
    list_filter = [CampaignTabs]
    search_fields = ["name"]
    fieldsets = [
        (None, {"fields": ["name", "scope", ("department", "building")]}),
        (
            _("Who answers until when"),
            {
                "fields": ["holders_until", "managers_until", "closes_on"],
                "description": _(
                    "Each holder gets one mail. Where somebody keeps silent until the first day, the managers of the "
                    "doors are asked, and after the second day the contact of the department."
                ),
            },
        ),
        (
            _("A sample"),
            {
                "fields": [SAMPLE],
                "description": _(
                    "Leave both empty to ask about every key. With 95 and 2, so many keys are drawn that you can be 95 "
                    "percent sure that less than 2 percent of all are wrong, if none of the drawn ones is."
                ),
            },
        ),
    ]
    deeds = [
        Deed(
            close_campaign,
            "keys.run_campaign",
            _("Close"),
            _("The campaign %(row)s is closed."),
            row="campaign",
            intro=_("Nobody answers any more. What is not answered stays so."),
            icon="lock",
            confirm=True,
            shown=lambda campaign: campaign.is_open,
        )
    ]

    def has_add_permission(self, request):
        return request.user.has_perm("keys.run_campaign")

    def has_change_permission(self, request, obj=None):
        return False

    def get_fieldsets(self, request, obj=None):
        began = (_("What came of it"), {"fields": [("population", "seed"), ("opened_at", "opened_by"), "closed_at"]})
        return [*self.fieldsets, began] if obj else self.fieldsets

    def add(self, row, by):
        row.pk = open_campaign(by=by, **{name: getattr(row, name) for name in (*ASKED, *SAMPLE)}).pk

    def links(self, request, campaign):
        yield _("Results"), reverse("campaign", args=[campaign.pk])
        if request.user.has_perm("keys.view_attestation"):
            yield _("Answers"), list_of("attestation", f"show=all&campaign={campaign.pk}")

    def sections(self, request, campaign):
        tally = results_of(campaign).all
        yield Section(
            title=_("Answers"),
            headings=[_("Answer"), _("Keys")],
            lines=[("", [label, number]) for label, number in tally.cells],
            more=_("Results by department and building"),
            address=reverse("campaign", args=[campaign.pk]),
        )

    @display(description=_("state"), label={"open": "warning", "closed": "success"})
    def turn(self, campaign):
        return "open" if campaign.is_open else "closed", campaign.state


class AttestationTabs(Tabs):
    title, parameter_name = _("show"), "show"
    choices_offered = [
        ("live", _("To be answered")),
        ("wrong", _("Register wrong")),
        ("answered", _("Answered")),
        ("unanswered", _("Without an answer")),
        ("sampled", _("Drawn by chance")),
        ("all", _("All")),
    ]
    otherwise = "live"

    def choose(self, lines, value):
        return getattr(lines, value)()


class OfCampaign(Related):
    title, parameter_name, path, related_model = _("campaign"), "campaign", "campaign", Campaign


class OfHolder(Related):
    title, parameter_name, path, related_model = _("person"), "person", "loan__borrower", Person


class OfDepartment(Related):
    title, parameter_name, path = _("department"), "department", "loan__borrower__department"
    related_model = Department


class AttestationResource(ModelResource):
    key, serial = Field("loan__key__symbol__symbol", "key"), Field("loan__key__serial", "serial")
    person, email = Field("loan__borrower__name", "person"), Field("loan__borrower__email", "email")
    department = Field("loan__borrower__department__name", "department")
    campaign = Field("campaign__name", "campaign")
    why = Field("get_stratum_display", "why asked")
    asked = Field("get_stage_display", "who is asked")
    answer = Field("get_answer_display", "answer")
    answered_by = Field("answered_by__email", "answered by")

    class Meta:
        model = Attestation
        fields = export_order = [
            "campaign",
            "key",
            "serial",
            "person",
            "email",
            "department",
            "why",
            "asked",
            "answer",
            "answered_at",
            "answered_by",
        ]


class Answering(Asking):
    answer = Choice(label=_("What is so"), choices=Attestation.Answer)


@admin.register(Attestation)
class AttestationAdmin(Exporting, ReadOnly, ConsoleAdmin):
    """Each question with its answer; the desk answers for who comes to it."""

    list_display = ["key", "holder", "department", "campaign", "stage", "answered_at", "said"]
    list_filter = [OfCampaign, OfHolder, OfDepartment, AttestationTabs]
    search_fields = ["campaign"]
    search_help_text = _("Person or key")
    fields = ["campaign", "loan", ("stratum", "stage"), "answer", ("answered_at", "answered_by")]
    resource_classes = [AttestationResource]
    deeds = [
        Deed(
            answer_attestation,
            "keys.report_lost",
            _("Answer"),
            _("%(row)s: the answer is noted."),
            row="attestation",
            form=Answering,
            intro=_(
                "For somebody who says it here. A lost key becomes a loss report; another answer replaces this one."
            ),
            icon="fact_check",
            shown=lambda line: line.campaign.is_open and line.loan.is_open,
        )
    ]

    def links(self, request, line):
        yield line.loan, page_of(line.loan)

    @display(description=_("key"))
    def key(self, line):
        return line.loan.key

    @display(description=_("person"))
    def holder(self, line):
        return line.loan.borrower.name or line.loan.borrower.email

    @display(description=_("department"))
    def department(self, line):
        return line.loan.borrower.department

    @display(
        description=_("answer"),
        label={"": "info", "have": "success", "lost": "danger", "returned": "warning", "never": "danger"},
    )
    def said(self, line):
        return line.answer, line.get_answer_display() or _("No answer")
