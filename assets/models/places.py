"""Places: where keys hang and what they open."""

import secrets

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history
from keysite.search import beginning_with, pieces, words_of

BUILDING_WORDS = words_of("code", "name")
SPACE_WORDS = words_of("number", "floor", "kind")


def new_public_code():
    """What a QR code carries: says nothing, cannot be guessed, easy to type (no 0/O, 1/I/L)."""
    return "".join(secrets.choice("23456789ABCDEFGHJKMNPQRSTUVWXYZ") for _letter in range(10))


class BuildingQuerySet(models.QuerySet):
    def with_code(self, code):
        return self.alias(lower_code=Lower("code")).filter(lower_code=code.strip().lower())

    def with_codes(self, codes):
        """The buildings of these codes, which are given in lower case."""
        return self.alias(lower_code=Lower("code")).filter(lower_code__in=list(codes))

    def managed_by(self, person, *, on):
        """The buildings that ``person`` manages on this day, first and last day included."""
        appointments = BuildingManager.objects.current(on=on).filter(person=person)
        return self.filter(pk__in=appointments.values("building"))

    def visible_to(self, person):
        """Where rooms are is no secret: everybody who may view buildings sees all."""
        return self if person.has_perm("assets.view_building") else self.none()

    def search(self, text):
        """Buildings that have a word beginning so, for each word of ``text``, in code or name."""
        query = beginning_with(text)
        return self.alias(words=BUILDING_WORDS).filter(words=query) if query else self.none()

    def for_list(self):
        return self.order_by("code", "pk")


class Building(models.Model):
    """A building, known by its number or code."""

    code = models.CharField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=200)
    history = kept_history()
    objects = BuildingQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("building"), _("buildings")
        ordering = ["code", "pk"]
        permissions = [("import_building", "Can import buildings"), ("export_building", "Can export buildings")]
        indexes = [GinIndex(BUILDING_WORDS, name="building_by_words")]
        constraints = [
            models.UniqueConstraint(
                Lower("code"),
                name="building_one_per_code",
                violation_error_message=_("There is a building of this code already."),
            ),
            models.CheckConstraint(condition=~Q(code=""), name="building_has_code"),
        ]

    def __str__(self):
        return f"{self.code} {self.name}"


class BuildingManagerQuerySet(models.QuerySet):
    def current(self, *, on):
        return self.filter(Q(until__isnull=True) | Q(until__gte=on), since__lte=on)


class BuildingManager(models.Model):
    """Who is in charge of a building from one day to another; several at a time are deputies."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="managers", verbose_name=_("building"))
    person = models.ForeignKey(
        "accounts.Person", models.PROTECT, related_name="managed_buildings", verbose_name=_("person")
    )
    since = models.DateField(_("from"))
    until = models.DateField(_("until"), null=True, blank=True, help_text=_("That day included; empty: no end."))
    history = kept_history()
    objects = BuildingManagerQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("building manager"), _("building managers")
        ordering = ["building", "since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="buildingmanager_until_after_since",
                violation_error_message=_("The last day is before the first."),
            ),
            models.UniqueConstraint(
                fields=["building", "person", "since"],
                name="buildingmanager_once_from_a_day",
                violation_error_message=_("This appointment is in the register already."),
            ),
        ]

    def __str__(self):
        return f"{self.person} · {self.building}"


class SpaceQuerySet(models.QuerySet):
    def with_numbers(self, numbers):
        """Spaces of one of these numbers in any building; the numbers are given in lower case."""
        return self.alias(lower_number=Lower("number")).filter(lower_number__in=numbers)

    def with_label(self, code):
        """The space whose QR code carries this, typed in any case."""
        return self.filter(public_code=code.strip().upper())

    def for_list(self):
        return self.select_related("building", "department").order_by("building__code", "floor", "number", "pk")

    def search(self, text):
        """Spaces of which ``text`` says the building, the number, or first the building and then the number."""
        first, *rest = pieces(text) or [""]
        whole = beginning_with(text)
        if whole is None:
            return self.none()
        numbered = self.model.objects.alias(words=SPACE_WORDS)
        meant = [numbered.filter(words=whole), self.model.objects.filter(building__in=Building.objects.search(text))]
        if rest:
            places = Building.objects.search(first)
            meant.append(numbered.filter(words=beginning_with(" ".join(rest)), building__in=places))
        first_meant, *others = (spaces.values("pk") for spaces in meant)
        return self.filter(pk__in=first_meant.union(*others))

    def visible_to(self, person):
        return self if person.has_perm("assets.view_space") else self.none()


class Space(models.Model):
    """A room, or another place with a number in a building."""

    building = models.ForeignKey(Building, models.PROTECT, related_name="spaces", verbose_name=_("building"))
    floor = models.CharField(_("floor"), max_length=16, blank=True)
    number = models.CharField(_("number"), max_length=32)
    kind = models.CharField(_("kind"), max_length=64, blank=True)
    department = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="spaces",
        verbose_name=_("department"),
    )
    sensitivity = models.PositiveSmallIntegerField(_("sensitivity"), default=1, help_text=_("1 (low) to 5."))
    public_code = models.CharField(_("QR code"), max_length=16, default=new_public_code, unique=True, editable=False)
    history = kept_history()
    objects = SpaceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("space"), _("spaces")
        ordering = ["building", "floor", "number", "pk"]
        indexes = [GinIndex(SPACE_WORDS, name="space_by_words")]
        constraints = [
            models.UniqueConstraint(
                "building",
                Lower("floor"),
                Lower("number"),
                name="space_one_per_building_floor_number",
                violation_error_message=_("This building has a space of this floor and number already."),
            ),
            models.CheckConstraint(
                condition=Q(sensitivity__gte=1, sensitivity__lte=5),
                name="space_sensitivity_one_to_five",
                violation_error_message=_("Sensitivity goes from 1 to 5."),
            ),
            models.CheckConstraint(condition=~Q(number=""), name="space_has_number"),
        ]

    def __str__(self):
        return f"{self.building.code} {self.number}"
