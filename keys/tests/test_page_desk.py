"""The desk page itself: what waits, what was scanned, and how much it asks of the database."""

import pytest
from django.urls import reverse

from assets.tests.factories import AssetFactory, KitFactory
from keys.tests.factories import HoldFactory, KeyFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

DESK = reverse("desk")


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def test_empty_lists_say_why(desk):
    page = text_of(desk.get(DESK))

    assert "What people return from afar waits here until it is scanned." in page
    assert "No key is kept ready for anybody." in page
    assert "Just now" not in page


def test_long_lists_lead_to_the_console(desk):
    HoldFactory.create_batch(21)
    for loan in LoanFactory.create_batch(21):
        loan.claimed_at, loan.claimed_by = loan.out_at, loan.borrower
        loan.save()

    page = desk.get(DESK).content.decode()

    assert page.count("Hand out<") == 20
    assert page.count("Not here<") == 20
    assert page.count("See all of them") == 2
    assert desk.get(f"{reverse('admin:keys_loan_changelist')}?show=claimed").status_code == 200


def test_a_scanned_key_that_is_out_is_ready_to_be_taken_back(desk, loan):
    response = desk.get(f"{DESK}?key={loan.key.public_code}")

    assert 'value="AA1 1"' in response.content.decode()
    assert "borrower@example.edu" in text_of(response)
    assert "Checked out Due in" in text_of(response)


def test_a_scanned_key_that_is_in_is_ready_to_go_out(desk, key):
    response = desk.get(f"{DESK}?key={key.public_code.lower()}")

    assert f'name="keys" value="{key.public_code}"' in response.content.decode()
    assert "AA1 1 free" in text_of(response)


def test_a_key_kept_ready_is_handed_out_with_one_click(desk, borrower, key):
    HoldFactory(key=key, person=borrower)
    address = f"{DESK}?key={key.public_code}&person={borrower.pk}"
    assert address.replace("&", "&amp;") in desk.get(DESK).content.decode()

    page = text_of(desk.get(address))

    assert "borrower@example.edu" in page
    assert "Check out 1 key" in page


@pytest.mark.parametrize(
    "query",
    ["key=", "key=XXXXXXXXXX", "key=%00", "key=%F0%9F%94%91", "loan=1", "loan=x", "loan=99999999999999999999"],
)
def test_a_strange_address_is_the_plain_desk(desk, query):
    assert desk.get(f"{DESK}?{query}").status_code == 200


@pytest.mark.parametrize("person", ["0", "x", "99999999999999999999", "%00", "²"])
def test_a_strange_person_is_nobody(desk, key, person):
    response = desk.get(f"{DESK}?key={key.public_code}&person={person}")

    assert response.status_code == 200
    assert "Somebody else" not in text_of(response)


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget(desk, clerk, count):
    LoanFactory.create_batch(count)
    HoldFactory.create_batch(count)
    for loan in LoanFactory.create_batch(count):
        loan.claimed_at, loan.claimed_by = loan.out_at, loan.borrower
        loan.save()
    done = "&".join(f"loan={loan.pk}" for loan in LoanFactory.create_batch(count))

    with queries(12):
        assert desk.get(f"{DESK}?{done}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_query_budget_of_a_scanned_key(desk, borrower, count):
    LoanFactory.create_batch(count, borrower=borrower)
    key = KeyFactory()

    with queries(17):
        assert desk.get(f"{DESK}?key={key.public_code}&person={borrower.pk}").status_code == 200


def test_an_asset_or_a_kit_leads_to_the_equipment_desk(desk, key):
    asset, kit = AssetFactory(tag="LAP-1"), KitFactory(name="Camera 1")
    once = desk.get(DESK).context["returning"]["once"].value()

    back = desk.post(reverse("desk_return"), {"keys": f"http://localhost/a/{asset.public_code}/", "once": once})
    out = desk.post(reverse("desk_check_out"), {"keys": ["AA1 1", "lap-1", kit.public_code], "look": "1"})

    assert "LAP-1 Laptop is no key. It goes out and comes back at the equipment desk." in text_of(back)
    addresses = [f'href="{reverse("asset_desk")}?code={item.public_code}"' for item in (asset, kit)]
    assert addresses[0] in back.content.decode()
    assert all(address in out.content.decode() for address in addresses)
    assert "Camera 1 is no key." in text_of(out)
