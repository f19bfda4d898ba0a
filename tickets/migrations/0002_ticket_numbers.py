"""Where the number of a ticket comes from, and that its words stand with it: the search reads them row by row."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]
    operations = [
        migrations.RunSQL("CREATE SEQUENCE ticket_number", "DROP SEQUENCE ticket_number"),
        migrations.RunSQL(
            "ALTER TABLE tickets_ticket SET (toast_tuple_target = 4080)",
            "ALTER TABLE tickets_ticket RESET (toast_tuple_target)",
        ),
    ]
