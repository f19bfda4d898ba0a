"""What is told by itself of an asset's dates. The clock only says “look now”; a date is told once."""

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models, transaction
from django.db.models import Case, Exists, F, Min, OuterRef, Q, Value, When
from django.db.models.functions import MD5, Cast, Coalesce, Concat, Lower, NullIf

from accounts.models import Notice
from accounts.notices import post_all
from assets.models import Asset, AssetReminder
from keysite.ledger import alone, insert_from

KINDS = {AssetReminder.Kind.WARRANTY: "warranty_until", AssetReminder.Kind.SERVICE: "service_due_on"}
TEXT = models.TextField()
OF_DEPARTMENT = NullIf(F("department__contact_email"), Value(""))
OF_OWNERS_DEPARTMENT = NullIf(F("owner__department__contact_email"), Value(""))


@transaction.atomic
def remind_of_dates(*, at):
    """Write, once for each date, that a warranty ends soon or that a service is due: one digest per reader and day.

    It goes to the contact of the asset's department, else to that of its owner's department, else to the owner; of
    what has none of them nothing is written until it has. Not before ``REMINDERS_FROM`` in the institution's time
    zone. Whoever has today's digest already reads the rest tomorrow.
    """
    local = at.astimezone(settings.INSTITUTION_ZONE)
    if local.time() < settings.REMINDERS_FROM or not alone("remind_of_dates"):
        return
    today = local.date()
    due = {
        AssetReminder.Kind.WARRANTY: Asset.objects.warranty_ends_soon(on=today),
        AssetReminder.Kind.SERVICE: Asset.objects.service_due(on=today),
    }
    for kind, assets in due.items():
        rows = _untold(assets, kind, today).values_list("pk", Value(kind.value), KINDS[kind], Value(at))
        insert_from(AssetReminder, ["asset", "kind", "on", "at"], rows)
    post_all([_digest(at, *row) for row in _told(at, today)])


def _untold(assets, kind, today):
    """Those of which this date was not told, and whose reader has no digest of today yet."""
    told = AssetReminder.objects.filter(asset=OuterRef("pk"), kind=kind, on=OuterRef(KINDS[kind]))
    assets = _with_readers(assets, today).exclude(contact=None, reader=None)
    return assets.exclude(Exists(told)).exclude(Exists(Notice.objects.filter(dedupe_key=OuterRef("digest"))))


def _with_readers(assets, day):
    """``assets`` with the address or the person to write to, and the key of their digest of this day."""
    owner = Case(When(contact=None, owner__is_active=True, then=F("owner")), default=None)
    reader = Coalesce(MD5(Lower("contact")), Cast("reader", TEXT), output_field=TEXT)
    return (
        assets.annotate(contact=Coalesce(OF_DEPARTMENT, OF_OWNERS_DEPARTMENT))
        .annotate(reader=owner)
        .annotate(digest=Concat(Value(f"asset_dates:{day}:"), reader, output_field=TEXT))
    )


def _told(at, today):
    """Each digest that is to be written: its key, its address or else person, and the reminders that it is of."""
    told = _with_readers(Asset.objects.filter(reminders__at=at), today).values("digest", "reader")
    told = told.annotate(address=Min("contact"), reminders_told=ArrayAgg("reminders__pk", filter=Q(reminders__at=at)))
    return told.values_list("digest", "address", "reader", "reminders_told").order_by("digest")


def _digest(at, key, address, person, reminders):
    return Notice(
        kind="asset_dates",
        address=address or "",
        person_id=None if address else person,
        facts={"reminders": sorted(reminders)},
        dedupe_key=key,
        next_try_at=at,
    )
