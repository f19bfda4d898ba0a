"""Fees in the console: rules, tabs, buttons, what a list comes to, and the file for whoever writes invoices."""

import csv
import io
import zipfile
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from accounts.models import Department
from accounts.tests.factories import PersonFactory
from keys.admin.fees import Another
from keys.admin.loan_deeds import Fee, Paid
from keys.models import Charge, FeeRule
from keys.operations import appeal_charge, mark_invoiced, pay_charge, report_lost, return_key
from keys.tests.factories import ChargeFactory, FeeRuleFactory, LoanFactory
from keysite.tests.pages import form_of, send

LIST, RULES = reverse("admin:keys_charge_changelist"), reverse("admin:keys_feerule_changelist")


@pytest.fixture
def console(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def page(row, deed="change"):
    return reverse(f"admin:keys_{row._meta.model_name}_{deed}", args=[row.pk])


def text_of(response):
    return response.content.decode().replace("&#x27;", "'")


def listed(client, tab):
    return set(client.get(f"{LIST}?show={tab}").context["cl"].result_list)


def one_of_each(clerk, administrator):
    rows = {name: ChargeFactory() for name in ("open", "invoiced", "appealed", "paid", "to_refund")}
    mark_invoiced(charges=[rows["invoiced"]], by=clerk)
    appeal_charge(charge=rows["appealed"], by=rows["appealed"].person, text="Stolen")
    for name in ("paid", "to_refund"):
        report_lost(loan=rows[name].loan, by=clerk)
        pay_charge(charge=rows[name], by=clerk, note="R1")
    return_key(loan=rows["to_refund"].loan, by=clerk)
    return rows


def test_tabs_answer_the_questions_of_the_day(desk, clerk, administrator):
    rows = one_of_each(clerk, administrator)

    assert listed(desk, "open") == {rows["open"], rows["invoiced"], rows["appealed"]}
    assert listed(desk, "invoiceable") == {rows["open"]}
    assert listed(desk, "invoiced") == {rows["invoiced"]}
    assert listed(desk, "appealed") == {rows["appealed"]}
    assert listed(desk, "paid") == {rows["paid"], rows["to_refund"]}
    assert listed(desk, "to_refund") == {rows["to_refund"]}
    assert listed(desk, "all") == set(rows.values())


def test_a_list_says_what_it_comes_to(desk):
    person = PersonFactory(last_name="Kestrel")
    ChargeFactory(amount=Decimal("12.50"), loan__borrower=person)
    ChargeFactory(amount=1000)

    assert "Together: 1,012.50 EUR" in text_of(desk.get(LIST))
    assert "Together: 12.50 EUR" in text_of(desk.get(f"{LIST}?q=kestrel"))
    assert "Together: 0.00 EUR" in text_of(desk.get(f"{LIST}?show=paid"))


def test_found_by_person_and_by_key(desk):
    charge, _other = ChargeFactory(loan__key__symbol__symbol="ZZ9"), ChargeFactory()

    for words in ("zz9", f"zz9 {charge.loan.key.serial}", charge.person.email):
        assert set(desk.get(f"{LIST}?q={words}").context["cl"].result_list) == {charge}


def test_the_desk_takes_payments_and_marks_invoices_and_waives_nothing(desk, clerk):
    charges = [ChargeFactory() for _number in range(3)]

    shown = text_of(desk.get(page(charges[0])))
    assert page(charges[0], "pay_charge") in shown
    assert page(charges[0], "waive_charge") not in shown
    send(desk, page(charges[0], "pay_charge"), note="R1")
    chosen = {"_selected_action": [row.pk for row in charges], "action": "mark_invoiced"}
    asked = desk.post(f"{LIST}?show=all", chosen)
    answer = desk.post(f"{LIST}?show=all", form_of(asked), follow=True)

    assert Charge.objects.invoiced().count() == 2
    assert "nothing is open any more" in text_of(answer)


def test_an_administrator_answers_appeals(console, administrator):
    first, second = ChargeFactory(), ChargeFactory()
    for charge in (first, second):
        appeal_charge(charge=charge, by=charge.person, text="My bag was stolen")

    assert "My bag was stolen" in text_of(console.get(page(first)))
    send(console, page(first, "reject_appeal"), reason="No report")
    send(console, page(second, "waive_charge"), reason="With a report")

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.appeal_answer, second.waived_reason) == ("No report", "With a report")


def test_refunds_by_rule_and_all_the_same(console, clerk):
    loan = LoanFactory()
    report_lost(loan=loan, by=clerk)
    charge = ChargeFactory(loan=loan)
    pay_charge(charge=charge, by=clerk, note="R1")

    assert page(charge, "refund_charge") not in text_of(console.get(page(charge)))
    refused = send(console, page(charge, "refund_charge"), note="R2")
    assert "is not back. Take it back first" in text_of(refused)
    send(console, page(charge, "refund_exceptionally"), note="R2", why="Booked twice")

    charge.refresh_from_db()
    assert charge.status == "Refunded"


def test_a_fee_for_what_was_kept_is_refunded_once_it_is_back(console, clerk):
    charge = ChargeFactory(event="kept")
    pay_charge(charge=charge, by=clerk, note="R1")
    assert page(charge, "refund_charge") not in text_of(console.get(page(charge)))
    return_key(loan=charge.loan, by=clerk)

    assert page(charge, "refund_charge") in text_of(console.get(page(charge)))
    send(console, page(charge, "refund_charge"), note="R2")

    charge.refresh_from_db()
    assert charge.status == "Refunded"


@pytest.mark.parametrize("form", [Another, Fee, Paid])
def test_an_amount_is_asked_for_in_the_language_of_who_gives_it(form):
    label = form.base_fields["amount"].label

    assert (isinstance(label, Promise), str(label)) == (True, "Amount (EUR)")


@pytest.fixture
def owed(db):
    """A fee with everything an accountant wants to know, and a name that a spreadsheet would calculate."""
    department = Department.objects.create(name="+Physics", box="4711", accepted_at=timezone.now())
    person = PersonFactory(first_name="=1+1", last_name="", identifier="@17", department=department)
    return ChargeFactory(loan__borrower=person, amount=Decimal("50.00"))


def test_the_file_for_invoices(desk, owed):
    response = desk.get(f"{reverse('admin:keys_charge_export')}?show=invoiceable")

    (row,) = csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig")))
    assert row == {
        "name": "'=1+1",
        "identifier": "'@17",
        "e-mail": owed.person.email,
        "department": "'+Physics",
        "cost box": "4711",
        "key": str(owed.loan.key),
        "event": "Key lost",
        "amount": "50.00",
        "currency": "EUR",
        "charged on": f"{timezone.localdate(owed.charged_at):%Y-%m-%d}",
        "status": "Charged",
    }


def test_the_same_as_a_workbook(desk, owed):
    response = desk.get(f"{reverse('admin:keys_charge_export_xlsx')}?show=invoiceable")

    sheet = zipfile.ZipFile(io.BytesIO(response.content)).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row>") == 2
    assert "<c><v>50.00</v></c>" in sheet
    assert "'=1+1</t>" in sheet
    assert response["Content-Disposition"].endswith('.xlsx"')


@pytest.mark.parametrize("name", ["keys_charge_export", "keys_charge_export_xlsx"])
def test_who_may_not_export_gets_no_file(client, key_shop, owed, name):
    client.force_login(key_shop)

    assert client.get(reverse(f"admin:{name}")).status_code == 403
    assert reverse(f"admin:{name}") not in text_of(client.get(LIST))


def test_a_rule_is_added_once_changed_and_ended(console, administrator):
    add = reverse("admin:keys_feerule_add")
    send(console, add, "feerule_form", event="lost", level="3", amount="250")
    rule = FeeRule.objects.get()
    assert (rule.amount, rule.level, rule.since is None) == (250, 3, False)

    again = send(console, add, "feerule_form", event="lost", level="3", amount="10")
    assert "There is a rule for “Key lost · Master key” already: 250.00 EUR." in text_of(again)
    send(console, page(rule, "change_fee_rule"), amount="300")
    send(console, page(FeeRule.objects.current().get(), "end_fee_rule"))

    assert [str(row.amount) for row in FeeRule.objects.ended().order_by("pk")] == ["250.00", "300.00"]
    assert not FeeRule.objects.current().exists()


@pytest.mark.parametrize("amount", ["-1", "much", "", "1" * 30, "NaN"])
def test_a_bad_amount_gets_a_sentence(console, amount):
    response = send(console, reverse("admin:keys_feerule_add"), "feerule_form", event="lost", amount=amount)

    assert response.status_code == 200
    assert "errorlist" in text_of(response) or "error" in text_of(response)
    assert not FeeRule.objects.exists()


def test_the_desk_reads_rules_and_changes_none(desk):
    rule = FeeRuleFactory()

    assert "50.00 EUR" in text_of(desk.get(RULES))
    assert desk.get(page(rule, "end_fee_rule")).status_code == 403


def test_a_loan_is_charged_and_paid_from_its_page(desk, clerk):
    loan = LoanFactory()
    assert page(loan, "charge_by_hand") not in text_of(desk.get(page(loan)))
    report_lost(loan=loan, by=clerk)
    assert f"{LIST}?show=all&amp;loan={loan.pk}" in text_of(desk.get(page(loan)))

    send(desk, page(loan, "charge_by_hand"), event="lost", amount="12.50", note="Old padlock")
    asked = desk.get(page(loan, "record_payment"))
    assert 'value="12.50"' in text_of(asked)
    send(desk, page(loan, "record_payment"), note="R1")

    assert Charge.objects.get().status == "Paid"


def test_a_person_leads_to_their_fees(desk):
    charge, _other = ChargeFactory(), ChargeFactory()
    address = f"{LIST}?show=all&person={charge.person_id}"

    shown = text_of(desk.get(reverse("admin:accounts_person_change", args=[charge.person_id])))

    assert address.replace("&", "&amp;") in shown
    assert set(desk.get(address).context["cl"].result_list) == {charge}
