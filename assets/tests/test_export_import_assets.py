"""What the console exports of the inventory comes back as it left."""

from datetime import date

import pytest

from accounts.tests.factories import DepartmentFactory
from assets.models import Asset
from assets.operations import import_assets
from assets.tests.factories import (
    AssetFactory,
    AssignmentFactory,
    KitMemberFactory,
    ManufacturerFactory,
    SpaceFactory,
    SupplierFactory,
)
from assets.tests.test_import_assets import table
from keysite.tests.lists import counts


@pytest.fixture
def exported(client, administrator):
    client.force_login(administrator)
    return lambda: b"".join(client.get("/admin/assets/asset/export/?show=owned").streaming_content)


def test_an_export_comes_back_as_it_left(exported):
    home = SpaceFactory(number="101", floor="1")
    SpaceFactory(number="101")  # a room of the same number in another building
    AssetFactory(
        tag="=1",
        name="-x",
        serial="+5",
        mac="00:1a:2b:3c:4d:5e",
        barcode="@b",
        colour="red",
        description="two\nlines",
        department=DepartmentFactory(name="Physics"),
        home=home,
        model__manufacturer=ManufacturerFactory(name="Halyard"),
        model__number="M-1",
        supplier=SupplierFactory(),
        order_number="7",
        price="1234.50",
        purchased_on=date(2026, 3, 4),
        warranty_until=date(2027, 3, 4),
        warranty_notes="on site",
        expected_until=date(2030, 3, 4),
    )
    AssignmentFactory()
    AssignmentFactory(person=None, term=None, due_at=None, space=home)
    KitMemberFactory()
    versions = Asset.history.count()

    outcome = import_assets(table=table(exported()), by=None)

    assert (outcome.refused, outcome.left_out, outcome.remarked) == ([], [], [])
    assert counts(outcome) == (0, 0, 4, 0, 0)
    assert Asset.history.count() == versions
