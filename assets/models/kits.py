"""Things that travel together."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Count, F, FilteredRelation, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from assets.models.places import Space, new_public_code
from keysite.ledger import kept_history
from keysite.search import beginning_with, words_of

KIT_WORDS = words_of("name", "public_code")


class KitQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(dissolved_at__isnull=True)

    def dissolved(self):
        return self.filter(dissolved_at__isnull=False)

    def out(self):
        return self.with_assignment().filter(open_assignment__isnull=False)

    def with_member_counts(self):
        return self.annotate(members_count=Count("members"))

    def with_code(self, *codes):
        """The kits whose tags carry these codes, typed in any case."""
        return self.filter(public_code__in=[code.strip().upper() for code in codes if code.isprintable()])

    def meant_by(self, *texts):
        """The kits of these tag codes or names, typed in any case; a kit that was dissolved by its code only."""
        words = [text.strip().upper() for text in texts if text.isprintable()]
        named = Q(upper_name__in=words, dissolved_at__isnull=True)
        return self.alias(upper_name=Upper("name")).filter(Q(public_code__in=words) | named)

    def with_contents(self):
        """With what belongs to each kit."""
        return self.prefetch_related("members__asset", "parts")

    def with_assignment(self):
        """Joins the open assignment of each kit."""
        return self.annotate(
            open_assignment=FilteredRelation("assignments", condition=Q(assignments__returned_at__isnull=True))
        )

    def search(self, text):
        query = beginning_with(text)
        return self.alias(words=KIT_WORDS).filter(words=query) if query else self.none()

    def visible_to(self, person):
        """What is in which kit is no secret for staff."""
        return self if person.has_perm("assets.view_kit") else self.none()

    def for_list(self):
        """With where it is, and who has it."""
        held = ["open_assignment__person", "open_assignment__space__building"]
        return self.with_assignment().select_related("home__building", *held).order_by("name", "pk")


class Kit(models.Model):
    """Assets and untagged parts that go out and come back as one; none of its assets is handed out alone."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    home = models.ForeignKey(
        Space, models.PROTECT, null=True, blank=True, related_name="home_of_kits", verbose_name=_("home")
    )
    public_code = models.CharField(_("tag code"), max_length=16, default=new_public_code, unique=True, editable=False)
    dissolved_at = models.DateTimeField(_("dissolved"), null=True, blank=True, editable=False)
    dissolved_by = models.ForeignKey(
        "accounts.Person", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    history = kept_history()
    objects = KitQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("kit"), _("kits")
        ordering = ["name", "pk"]
        permissions = [("dissolve_kit", "Can dissolve a kit")]
        indexes = [GinIndex(KIT_WORDS, name="kit_by_words")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                condition=Q(dissolved_at__isnull=True),
                name="kit_one_per_name",
                violation_error_message=_("There is a kit of this name already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="kit_has_name"),
            models.CheckConstraint(
                condition=Q(dissolved_at__isnull=False) | Q(dissolved_by__isnull=True), name="kit_dissolved_at_a_moment"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def contents(self):
        """Its assets and its parts, for a kit that was read ``with_contents``."""
        return [member.asset for member in self.members.all()], list(self.parts.all())


class KitMember(models.Model):
    """An asset that belongs to a kit now; which assets once went out with it, their assignments say."""

    kit = models.ForeignKey(Kit, models.PROTECT, related_name="members", verbose_name=_("kit"))
    asset = models.OneToOneField(
        "assets.Asset",
        models.PROTECT,
        related_name="membership",
        verbose_name=_("asset"),
        error_messages={"unique": _("This asset belongs to a kit already.")},
    )
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("kit member"), _("kit members")
        ordering = ["kit", "pk"]

    def __str__(self):
        return f"{self.kit} · {self.asset}"


class KitPart(models.Model):
    """Something without a tag that has to be in the kit: a cable, the case."""

    kit = models.ForeignKey(Kit, models.PROTECT, related_name="parts", verbose_name=_("kit"))
    name = models.CharField(_("name"), max_length=100)
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("part"), _("parts")
        ordering = ["kit", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                F("kit"),
                Lower("name"),
                name="kitpart_one_per_name",
                violation_error_message=_("This kit lists such a part already: change its quantity."),
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=999),
                name="kitpart_quantity_in_range",
                violation_error_message=_("Give a quantity from 1 to 999."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="kitpart_has_name"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.name}" if self.quantity > 1 else self.name
