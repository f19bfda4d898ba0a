"""What each role may do in the console; the auditor sees everything and changes nothing."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.models import ClosedDay, Department, Kiosk, Notice
from accounts.tests.factories import InvitationFactory, PersonFactory
from assets.models import Building, Space
from assets.tests.factories import assets_of_every_kind
from keys.models import Renewal
from keys.tests.factories import (
    AttestationFactory,
    CabinetCountFactory,
    ChargeFactory,
    FeeRuleFactory,
    HoldFactory,
    HookFactory,
    LoanExceptionFactory,
    LoanFactory,
    LossReportFactory,
    RekeyedDoorFactory,
    opening,
    separation_of,
)
from keys.tests.request_rows import rows_of_requests
from tickets.tests.factories import tickets_of_every_kind

OURS = [model for model in admin.site._registry if model._meta.app_label != "django_celery_beat"]


@pytest.fixture
def everything(db):
    """One row of every model."""
    now = timezone.now()
    loan = LoanFactory()
    later = now + timezone.timedelta(days=1)
    Renewal.objects.create(loan=loan, at=now, by=loan.borrower, trust=3, old_due_at=now, new_due_at=later)
    LoanExceptionFactory()
    HoldFactory()
    HookFactory()
    opening(loan.key.symbol, building__code="D1")
    InvitationFactory()
    Kiosk.objects.create(name="Desk", place="Hall")
    ClosedDay.objects.create(on="2026-12-25")
    Department.objects.create(name="Physics", accepted_at=now)
    Notice.objects.create(kind="x", person=loan.borrower, dedupe_key="x", next_try_at=now)
    Space.objects.create(building=Building.objects.create(code="HALL", name="Hall"), number="1")
    assets_of_every_kind(loan.borrower)
    tickets_of_every_kind(loan.borrower)
    rows_of_requests()
    ChargeFactory()
    FeeRuleFactory()
    separation_of(loan.borrower)
    CabinetCountFactory()
    LossReportFactory()
    RekeyedDoorFactory()
    AttestationFactory()


def address(model, name, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


@pytest.mark.slow
def test_the_auditor_sees_everything_and_changes_nothing(client, auditor, everything):
    client.force_login(auditor)
    for model in OURS:
        _sees_all_and_changes_nothing(client, model)


def _whole(model):
    """The tab of the list that leaves out nothing, where it has tabs."""
    filters = admin.site._registry[model].list_filter
    tabs = [spec for spec in filters if "all" in dict(getattr(spec, "choices_offered", ()))]
    return f"?{tabs[0].parameter_name}=all" if tabs else ""


def _sees_all_and_changes_nothing(client, model):
    row = model._default_manager.first()
    versions = model.history.count() if hasattr(model, "history") else 0

    shown = client.get(address(model, "changelist") + _whole(model)).context["cl"].result_count
    assert shown == model._default_manager.count()
    assert client.get(address(model, "change", row.pk)).status_code == 200
    assert client.get(address(model, "history", row.pk)).status_code == 200
    posts = [address(model, "add"), address(model, "change", row.pk), address(model, "delete", row.pk)]
    posts += [address(model, deed.name, row.pk) for deed in admin.site._registry[model].deeds]
    for post in posts:
        assert client.post(post, {"once": "x", "_save": "1", "post": "yes", "reason": "x"}).status_code == 403, post
    for deed in admin.site._registry[model].deeds:
        values = {"action": deed.name, "_selected_action": row.pk, "index": "0", "once": "x", "console_asked": "1"}
        client.post(address(model, "changelist"), values)
    assert (model.history.count() if hasattr(model, "history") else 0) == versions
    assert 'name="_save"' not in client.get(address(model, "change", row.pk)).content.decode()
    assert "<form" not in client.get(address(model, "history", row.pk)).content.decode().split('id="content"')[1]


def test_no_old_version_can_be_put_back(client, administrator, everything):
    """The history form of the audit package would let even who may only view write an old version over the row."""
    client.force_login(administrator)
    for model in OURS:
        row = model._default_manager.first()
        if hasattr(row, "history"):
            row.save()
            version, versions = row.history.earliest("history_id"), row.history.count()
            old = f"{address(model, 'history', row.pk)}{version.pk}/"
            assert client.post(old, {"_save": "1", "_change_history": "1"}).status_code in {301, 302, 403, 404}
            assert row.history.count() == versions


def test_history_is_shown_with_who_why_and_what(client, auditor):
    person = PersonFactory(first_name="Robin", phone="1")
    person.phone = "<script>alert(1)</script>"
    person.save()
    client.force_login(auditor)

    page = client.get(address(type(person), "history", person.pk)).content.decode()

    assert "Phone" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "the clock" in page
    assert client.get(address(type(person), "history", person.pk), {"p": "abc"}).status_code == 200


def test_a_customer_is_kept_out(client, borrower):
    client.force_login(borrower)

    assert client.get("/admin/").status_code == 403
    assert client.get(address(type(borrower), "changelist")).status_code == 403


def test_console_pages_have_their_own_policy_and_others_the_strict_one(client, clerk):
    client.force_login(clerk)

    console = client.get("/admin/").headers["Content-Security-Policy"]
    public = client.get("/").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in console
    assert "style-src 'self' 'unsafe-inline'" in console
    assert "object-src 'none'" in console
    assert "frame-ancestors 'none'" in console
    assert "unsafe" not in public
