"""Doors, and what the cylinder of each is pinned to."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Window
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from assets.models import Building, Only, Space, Span, new_public_code
from keys.models.keysets import NOW, Keyset, Operates, at_moment
from keysite.ledger import kept_history
from keysite.search import beginning_with, first_found, pieces, words_of

DOOR_WORDS = words_of("label")
CRITICAL = 4  # one lost key is enough to think of rekeying


class DoorQuerySet(models.QuerySet):
    def current(self):
        return self.filter(retired_at__isnull=True)

    def retired(self):
        return self.filter(retired_at__isnull=False)

    def with_code(self, code):
        """The door whose QR code carries this, typed in any case."""
        return self.filter(public_code=code.strip().upper()) if code.isprintable() else self.none()

    def with_labels(self, labels):
        """Doors of one of these labels in any building; the labels are given in lower case."""
        return self.alias(lower_label=Lower("label")).filter(lower_label__in=labels)

    def named(self, names):
        """Doors called so: pairs of a building's code and a label, in any case."""
        either = Q(pk__in=[])
        for code, label in names:
            either |= Q(lower_code=code.lower(), lower_label=label.lower())
        return self.alias(lower_code=Lower("building__code"), lower_label=Lower("label")).filter(either)

    def critical(self):
        return self.filter(criticality__gte=CRITICAL)

    def ordinary(self):
        return self.filter(criticality__lt=CRITICAL)

    def keyed_to(self, *keysets):
        """The doors whose cylinders are pinned to one of these keysets now."""
        return self.filter(pk__in=Pinning.objects.now().filter(keyset__in=keysets).values("door"))

    def of_space(self, *spaces):
        """The doors that lead into one of these spaces, or out of it."""
        return self.filter(Q(space_to__in=spaces) | Q(space_from__in=spaces))

    def of_no_space(self):
        """Doors that lead into no room, such as entrances and corridors."""
        return self.filter(space_to__isnull=True)

    def spaces(self):
        """The rooms that these doors lead into."""
        return Space.objects.filter(pk__in=self.order_by().filter(space_to__isnull=False).values("space_to"))

    def opened_by(self, symbols, *, at=None):
        """The doors that keys of these symbols open (``at`` a moment; None: now)."""
        keysets = Operates.objects.at(at).filter(symbol__in=symbols).values("keyset")
        pinned = Pinning.objects.at(at).filter(first_found("keyset", keysets))
        return self.filter(first_found("pk", pinned.values("door")))

    def nothing_opens(self):
        """Doors with a cylinder that no key symbol turns, or with none on file; electronic doors need none."""
        turned = Pinning.objects.now().filter(Exists(Operates.objects.now().filter(keyset=OuterRef("keyset"))))
        return self.current().filter(electronic_only=False).exclude(Exists(turned.filter(door=OuterRef("pk"))))

    def search(self, text):
        """Doors of which ``text`` says the label, the building, or first the building and then the label."""
        first, *rest = pieces(text) or [""]
        whole = beginning_with(text)
        if whole is None:
            return self.none()
        labelled = self.model.objects.alias(words=DOOR_WORDS)
        meant = [labelled.filter(words=whole), self.model.objects.filter(building__in=Building.objects.search(text))]
        if rest:
            places = Building.objects.search(first)
            meant.append(labelled.filter(words=beginning_with(" ".join(rest)), building__in=places))
        first_meant, *others = (doors.values("pk") for doors in meant)
        return self.filter(pk__in=first_meant.union(*others))

    def visible_to(self, person):
        """All for a role without scope; for managers the doors of their buildings."""
        if not person.has_perm("keys.view_door"):
            return self.none()
        if person.has_perm("accounts.see_everything"):
            return self
        today = timezone.localdate(timezone=settings.INSTITUTION_ZONE)
        return self.filter(building__in=Building.objects.managed_by(person, on=today))

    def with_keyset(self):
        """Annotates ``keyset_now``, the designation of what the cylinder is pinned to (None: it has none on file)."""
        now = FilteredRelation("pinnings", condition=Q(pinnings__until=None))
        return self.annotate(pinning_now=now, keyset_now=F("pinning_now__keyset__designation"))

    def for_list(self):
        rooms = ("space_from__building", "space_to__building")
        return self.select_related("building", *rooms).order_by("building__code", "label", "pk")

    def critical_first(self):
        return self.for_list().order_by("-criticality", "building__code", "label", "pk")

    def with_total(self):
        """Annotates ``total``, how many rows there are without the limit of the page."""
        return self.annotate(total=Window(Count("*")))


class Door(models.Model):
    """What a key opens: a door of a building, or another lock (a cabinet, a padlock, a vehicle)."""

    class Kind(models.TextChoices):
        EXTERIOR = "exterior", _("Entrance")
        SUITE = "suite", _("Suite or corridor")
        OFFICE = "office", _("Office")
        LAB = "lab", _("Laboratory")
        CLASSROOM = "classroom", _("Classroom")
        MECHANICAL = "mechanical", _("Mechanical room")
        COMPUTER = "computer", _("Computer or media room")
        STORAGE = "storage", _("Storage")
        RESIDENCE = "residence", _("Residence")
        CABINET = "cabinet", _("Cabinet")
        PADLOCK = "padlock", _("Padlock")
        VEHICLE = "vehicle", _("Vehicle")
        OTHER = "other", _("Other")

    building = models.ForeignKey(Building, models.PROTECT, related_name="doors", verbose_name=_("building"))
    label = models.CharField(_("door"), max_length=64, help_text=_("Such as 101, 101 to corridor, North entrance."))
    space_to = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="doors_in", verbose_name=_("leads into")
    )
    space_from = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="doors_out", verbose_name=_("from")
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind, default=Kind.OTHER)
    criticality = models.PositiveSmallIntegerField(_("criticality"), default=1, help_text=_("1 (low) to 5."))
    electronic_only = models.BooleanField(
        _("electronic only"), default=False, help_text=_("By policy nobody gets a metal key to it.")
    )
    public_code = models.CharField(_("QR code"), max_length=16, default=new_public_code, unique=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    retired_reason = models.CharField(_("why retired"), max_length=200, blank=True, editable=False)
    history = kept_history()
    objects = DoorQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("door"), _("doors")
        ordering = ["building", "label", "pk"]
        permissions = [
            ("retire_door", "Can retire a door"),
            ("import_door", "Can import doors and what opens them"),
            ("export_door", "Can export doors"),
        ]
        indexes = [GinIndex(DOOR_WORDS, name="door_by_words")]
        constraints = [
            models.UniqueConstraint(
                "building",
                Lower("label"),
                name="door_one_per_building_label",
                violation_error_message=_("This building has a door of this label already."),
            ),
            models.CheckConstraint(condition=~Q(label=""), name="door_has_label"),
            models.CheckConstraint(
                condition=Q(criticality__gte=1, criticality__lte=5),
                name="door_criticality_one_to_five",
                violation_error_message=_("Criticality goes from 1 to 5."),
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_reason="", retired_by__isnull=True)
                | (Q(retired_at__isnull=False) & ~Q(retired_reason="")),
                name="door_retired_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(space_to__isnull=True) | Q(space_from__isnull=True) | ~Q(space_to=F("space_from")),
                name="door_between_two_spaces",
                violation_error_message=_("A door leads from one space into another."),
            ),
        ]

    def __str__(self):
        return f"{self.building.code} {self.label}"

    @property
    def is_critical(self):
        """One lost key is enough to think of rekeying it."""
        return self.criticality >= CRITICAL


class PinningQuerySet(models.QuerySet):
    def now(self):
        return self.filter(NOW)

    def at(self, moment):
        """What was pinned to what at ``moment``."""
        return self.filter(at_moment(moment))

    def for_list(self):
        return self.select_related("door__building", "keyset__system").order_by("-since", "-pk")


class Pinning(models.Model):
    """The cylinder of a door is pinned to a keyset, from one moment to another: now, and what it was then."""

    door = models.ForeignKey(Door, models.PROTECT, related_name="pinnings", verbose_name=_("door"))
    keyset = models.ForeignKey(Keyset, models.PROTECT, related_name="pinnings", verbose_name=_("keyset"))
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    history = kept_history()
    objects = PinningQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("keyset of a door"), _("keysets of doors")
        indexes = [
            models.Index(fields=["keyset", "door"], condition=NOW, name="pinning_now_by_keyset"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["door"], condition=NOW, include=["keyset"], name="pinning_one_now_per_door"
            ),
            models.CheckConstraint(condition=NOW | Q(until__gt=F("since")), name="pinning_ends_after_it_begins"),
            ExclusionConstraint(
                name="pinning_one_at_a_time",
                expressions=[
                    (Only("door"), RangeOperators.OVERLAPS),
                    (Span("since", "until"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.door} · {self.keyset}"
