"""What a sample was drawn from, so that anybody can draw it again; attestations may be exported."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("keys", "0007_ask_about_losses"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="attestation",
            options={
                "permissions": [("export_attestation", "Can export attestations")],
                "verbose_name": "attestation",
                "verbose_name_plural": "attestations",
            },
        ),
        migrations.AlterField(
            model_name="campaign",
            name="closes_on",
            field=models.DateField(
                help_text="It closes when that day is over.", verbose_name="departments answer until"
            ),
        ),
        migrations.AlterField(
            model_name="historicalcampaign",
            name="closes_on",
            field=models.DateField(
                help_text="It closes when that day is over.", verbose_name="departments answer until"
            ),
        ),
        migrations.CreateModel(
            name="Candidate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="candidates",
                        to="keys.campaign",
                        verbose_name="campaign",
                    ),
                ),
                (
                    "loan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="keys.loan",
                        verbose_name="loan",
                    ),
                ),
            ],
            options={
                "verbose_name": "candidate of a sample",
                "verbose_name_plural": "candidates of a sample",
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "loan"), name="candidate_once_per_campaign")
                ],
            },
        ),
    ]
