"""A charge names its rule, a rule since when it holds, and an appeal gets an answer in words."""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("keys", "0009_timetable_of_campaigns")]
    operations = [
        migrations.RemoveConstraint("charge", "charge_one_per_loan_and_event"),
        migrations.RemoveConstraint("charge", "charge_appeal_rejected_by_someone"),
        *[
            migrations.AddField(
                model,
                "appeal_answer",
                models.CharField(blank=True, editable=False, max_length=200, verbose_name="answer to the appeal"),
            )
            for model in ("charge", "historicalcharge")
        ],
        migrations.AddField(
            "charge",
            "rule",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="charges",
                to="keys.feerule",
                verbose_name="fee rule",
            ),
        ),
        migrations.AddField(
            "historicalcharge",
            "rule",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="keys.feerule",
                verbose_name="fee rule",
            ),
        ),
        *[
            migrations.AddField(
                model,
                "since",
                models.DateTimeField(default=timezone.now, editable=False, verbose_name="since"),
                preserve_default=False,
            )
            for model in ("feerule", "historicalfeerule")
        ],
        migrations.AddConstraint(
            "charge",
            models.UniqueConstraint(
                condition=models.Q(refunded_on__isnull=True, waived_at__isnull=True),
                fields=("loan", "event"),
                name="charge_one_per_loan_and_event",
            ),
        ),
        migrations.AddConstraint(
            "charge",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(appeal_answer="", appeal_rejected_at__isnull=True, appeal_rejected_by__isnull=True),
                    models.Q(
                        ("appeal_rejected_at__isnull", False),
                        ("appeal_rejected_by__isnull", False),
                        models.Q(("appeal_answer", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="charge_appeal_rejected_with_reason",
            ),
        ),
        migrations.AddConstraint(
            "feerule",
            models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", True), ("ended_at__gte", models.F("since")), _connector="OR"),
                name="feerule_ends_after_it_began",
            ),
        ),
    ]
