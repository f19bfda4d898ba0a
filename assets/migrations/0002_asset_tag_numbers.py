"""Where the number of an asset comes from that is registered without a tag."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("assets", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE asset_tag_number", "DROP SEQUENCE asset_tag_number"),
    ]
