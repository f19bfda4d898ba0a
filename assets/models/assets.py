"""What we own: one row for each thing with a tag."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Department, Person
from assets.models.catalogue import AssetModel, Supplier
from assets.models.lifecycle import Lifecycle, LifecycleQuerySet
from assets.models.mac import MacField
from assets.models.places import BuildingManager, Space, new_public_code
from assets.models.whereabouts import WhereaboutsQuerySet
from keysite.ledger import kept_history
from keysite.search import beginning_with, one_of, words_of

ASSET_WORDS = words_of("tag", "name", "serial", "barcode", "rfid", "mac")


class Condition(models.TextChoices):
    """In what state a thing is, as seen when it was last in our hands."""

    GOOD = "good", _("Good")
    WORN = "worn", _("Worn")
    DAMAGED = "damaged", _("Damaged")


def worth_much():
    """Of high value, by flag or by price; for assets and for their history."""
    return Q(high_value=True) | Q(price__gte=settings.HIGH_VALUE)


class AssetQuerySet(WhereaboutsQuerySet, LifecycleQuerySet):
    def lendable(self):
        """In service, lent at all, and not a part of a kit: each is a unit of its model that people may ask for."""
        return self.in_service().filter(lendable=True, membership__isnull=True)

    def units(self):
        """What the lendable are, and those that are expected back in service on some day."""
        rows = self.owned().filter(lendable=True, membership__isnull=True)
        return rows.filter(Q(out_of_service_at__isnull=True) | Q(out_of_service_until__isnull=False))

    def components_of(self, asset):
        return self.filter(parent=asset)

    def members_of(self, kit):
        """What is in ``kit`` now."""
        return self.filter(membership__kit=kit)

    def high_value(self):
        """By flag, or by a price of at least the setting."""
        return self.filter(worth_much())

    def with_label(self, code):
        """The asset on whose label this code is printed, typed in any case."""
        return self.filter(public_code=code.strip().upper()) if code.isprintable() else self.none()

    def with_code(self, *codes):
        """The assets that one of these codes means, whatever of it was scanned: tag, label, barcode or RFID."""
        codes = {code.strip().upper() for code in codes if code.isprintable() and code.strip()}
        if not codes:
            return self.none()
        tagged = self.model.objects.alias(code=Upper("tag")).filter(code__in=codes)
        labelled = self.model.objects.filter(public_code__in=codes)
        barcoded = self.model.objects.exclude(barcode="").alias(code=Upper("barcode")).filter(code__in=codes)
        radioed = self.model.objects.exclude(rfid="").alias(code=Upper("rfid")).filter(code__in=codes)
        return self.filter(pk__in=tagged.values("pk").union(*(a.values("pk") for a in (labelled, barcoded, radioed))))

    def under_warranty(self, *, on):
        return self.filter(warranty_until__gte=on)

    def out_of_warranty(self, *, on):
        return self.filter(warranty_until__lt=on)

    def named(self, text):
        """Assets that have a word beginning so, for each word of ``text``, in tag, name, serial number or code."""
        query = beginning_with(text)
        return self.alias(words=ASSET_WORDS).filter(words=query) if query else self.none()

    def of_models_named(self, text):
        return self.filter(model__in=AssetModel.objects.search(text))

    def search(self, text):
        """Assets that ``text`` means: a code, words of name, tag or serial, or of its model."""
        if beginning_with(text) is None:
            return self.none()
        every = self.model.objects
        return self.filter(one_of(every.named(text), every.of_models_named(text), every.with_code(text)))

    def visible_to(self, person):
        """All for who may see all assets; for managers what is at home in their buildings; for anybody their own."""
        if person.has_perm("assets.view_asset") and (
            person.has_perm("accounts.see_everything") or person.has_perm("assets.see_all_assets")
        ):
            return self
        own = Q(owner=person) | Q(pk__in=self.model.objects.held_by(person).values("pk"))
        if person.has_perm("assets.view_asset"):
            today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
            managed = BuildingManager.objects.current(on=today).filter(person=person)
            own |= Q(home__building__in=managed.values("building"))
        return self.filter(own)

    def for_desk(self):
        """With what a clerk with the thing in hand wants to know: which kit it belongs to, where its home is."""
        return self.select_related("model__type", "membership__kit", "home__building")

    def for_list(self):
        """With what a list shows: where it is, who has it."""
        return (
            self.with_assignment()
            .select_related(
                "model__manufacturer",
                "model__type",
                "home__building",
                "department",
                "open_assignment__person",
                "open_assignment__space__building",
            )
            .order_by("tag", "pk")
        )


class Asset(Lifecycle):
    """One thing that we own, known by its tag. Where it is now is a question: the open assignment, else its home."""

    class State(models.TextChoices):
        THERE = "there", _("Available")
        OUT = "out", _("Assigned")
        PLACED = "placed", _("In place")
        LOST = "lost", _("Lost")
        OUT_OF_SERVICE = "out_of_service", _("Out of service")
        DISPOSED = "disposed", _("Disposed of")

    tag = models.CharField(_("asset tag"), max_length=64, blank=True, help_text=_("Empty: the next number."))
    name = models.CharField(_("name"), max_length=200)
    model = models.ForeignKey(
        AssetModel, models.PROTECT, null=True, blank=True, related_name="assets", verbose_name=_("asset model")
    )
    serial = models.CharField(_("serial number"), max_length=100, blank=True)
    mac = MacField(_("MAC address"), max_length=17, blank=True, help_text=_("Such as 00:1a:2b:3c:4d:5e."))
    barcode = models.CharField(_("barcode"), max_length=64, blank=True)
    rfid = models.CharField(_("RFID"), max_length=64, blank=True)
    colour = models.CharField(_("colour"), max_length=32, blank=True)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="owned_assets", verbose_name=_("owner")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="assets", verbose_name=_("department")
    )
    home = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="home_of", verbose_name=_("home")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="components", verbose_name=_("component of")
    )
    purchased_on = models.DateField(_("purchased on"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=11, decimal_places=2, null=True, blank=True)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="assets", verbose_name=_("supplier")
    )
    order_number = models.CharField(_("order number"), max_length=64, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    warranty_notes = models.CharField(_("warranty notes"), max_length=500, blank=True)
    service_due_on = models.DateField(_("service due on"), null=True, blank=True)
    expected_until = models.DateField(
        _("end of life"), null=True, blank=True, help_text=_("When it is expected to be replaced.")
    )
    lendable = models.BooleanField(_("lendable"), default=True, help_text=_("May be assigned to people."))
    high_value = models.BooleanField(_("high value"), default=False)
    condition = models.CharField(_("condition"), max_length=16, choices=Condition, default=Condition.GOOD)
    public_code = models.CharField(_("label code"), max_length=16, default=new_public_code, unique=True, editable=False)

    objects = AssetQuerySet.as_manager()
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("asset"), _("assets")
        permissions = [
            ("see_all_assets", "Sees every asset that the role may view, wherever it is"),
            ("move", "Can move assets to another home"),
            ("set_service", "Can take assets out of service and back"),
            ("dispose", "Can dispose of assets"),
            ("approve_disposal", "Can approve the disposal of a high-value asset"),
            ("restore", "Can restore an asset that was disposed of by mistake"),
            ("import_asset", "Can import assets"),
            ("export_asset", "Can export assets"),
        ]
        indexes = [
            GinIndex(ASSET_WORDS, name="asset_by_words"),
            models.Index(fields=["tag", "id"], name="asset_by_tag"),
            models.Index(
                fields=["warranty_until"],
                condition=Q(disposed_on=None, warranty_until__isnull=False),
                name="asset_warranty",
            ),
            models.Index(
                fields=["service_due_on"],
                condition=Q(disposed_on=None, service_due_on__isnull=False),
                name="asset_service_due",
            ),
        ]
        constraints = [
            *Lifecycle.Meta.constraints,
            models.UniqueConstraint(
                Upper("tag"),
                name="asset_one_per_tag",
                violation_error_message=_("There is an asset of this tag already."),
            ),
            models.CheckConstraint(condition=~Q(tag=""), name="asset_has_tag"),
            models.CheckConstraint(condition=~Q(name=""), name="asset_has_name"),
            models.UniqueConstraint(
                "model",
                Lower("serial"),
                condition=~Q(serial=""),
                name="asset_one_per_model_and_serial",
                nulls_distinct=False,
                violation_error_message=_("An asset of this model has this serial number already."),
            ),
            models.UniqueConstraint(
                Lower("mac"),
                condition=~Q(mac=""),
                name="asset_one_per_mac",
                violation_error_message=_("Another asset has this MAC address."),
            ),
            models.UniqueConstraint(
                Upper("barcode"),
                condition=~Q(barcode=""),
                name="asset_one_per_barcode",
                violation_error_message=_("Another asset has this barcode."),
            ),
            models.UniqueConstraint(
                Upper("rfid"),
                condition=~Q(rfid=""),
                name="asset_one_per_rfid",
                violation_error_message=_("Another asset has this RFID."),
            ),
            models.CheckConstraint(
                condition=Q(mac="") | Q(mac__regex=r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}$"),
                name="asset_mac_is_one",
                violation_error_message=_("Write the MAC address as six pairs, such as 00:1a:2b:3c:4d:5e."),
            ),
            models.CheckConstraint(
                condition=Q(price__isnull=True) | Q(price__gte=0),
                name="asset_price_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")),
                name="asset_not_its_own_part",
                violation_error_message=_("An asset is not a component of itself."),
            ),
            models.CheckConstraint(condition=Q(condition__in=Condition.values), name="asset_condition_is_known"),
        ]

    def __str__(self):
        return f"{self.tag} {self.name}"

    @property
    def is_high_value(self):
        return self.high_value or (self.price is not None and self.price >= settings.HIGH_VALUE)

    @property
    def state(self):
        """One word for where it stands; for an asset that was read ``with_assignment``."""
        held = getattr(self, "open_assignment", None)
        if self.is_disposed:
            return Asset.State.DISPOSED
        if held and held.is_lost:
            return Asset.State.LOST
        if self.is_out_of_service:
            return Asset.State.OUT_OF_SERVICE
        if held:
            return Asset.State.OUT if held.person_id else Asset.State.PLACED
        return Asset.State.THERE
