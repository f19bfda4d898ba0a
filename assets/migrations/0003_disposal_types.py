"""The ways in which things leave that every institution knows; staff may change them afterwards."""

from django.db import migrations

TYPES = {
    "Destroyed securely": "With a certificate, for what carries data or opens doors.",
    "Donation": "Given away.",
    "Recycling": "Given to a recycler.",
    "Sale": "Sold; the reason names the buyer or the auction.",
}


def add(apps, schema_editor):
    DisposalType = apps.get_model("assets", "DisposalType")
    for name, description in TYPES.items():
        DisposalType.objects.get_or_create(name=name, defaults={"description": description})


class Migration(migrations.Migration):
    dependencies = [("assets", "0002_asset_tag_numbers")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
