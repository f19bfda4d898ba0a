"""What kinds of things there are, who makes and sells them, and how they leave."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history
from keysite.search import beginning_with, words_of

MODEL_WORDS = words_of("name", "number")


class NamedQuerySet(models.QuerySet):
    def with_names(self, names):
        """The rows of these names, which are given in lower case."""
        return self.alias(lower_name=Lower("name")).filter(lower_name__in=list(names))

    def for_list(self):
        return self.order_by("name", "pk")


def _one_per_name(model, sentence):
    return models.UniqueConstraint(Lower("name"), name=f"{model}_one_per_name", violation_error_message=sentence)


class Manufacturer(models.Model):
    """Who makes it."""

    name = models.CharField(_("name"), max_length=100)
    website = models.URLField(_("website"), blank=True)
    support_email = models.EmailField(_("support's e-mail"), blank=True)
    support_phone = models.CharField(_("support's phone"), max_length=64, blank=True)
    history = kept_history()
    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("manufacturer"), _("manufacturers")
        ordering = ["name", "pk"]
        constraints = [
            _one_per_name("manufacturer", _("There is a manufacturer of this name already.")),
            models.CheckConstraint(condition=~Q(name=""), name="manufacturer_has_name"),
        ]

    def __str__(self):
        return self.name


class Supplier(models.Model):
    """Who sold it to us, or gave it."""

    name = models.CharField(_("name"), max_length=100)
    contact_name = models.CharField(_("contact"), max_length=100, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    website = models.URLField(_("website"), blank=True)
    customer_number = models.CharField(_("our customer number"), max_length=64, blank=True)
    history = kept_history()
    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("supplier"), _("suppliers")
        ordering = ["name", "pk"]
        constraints = [
            _one_per_name("supplier", _("There is a supplier of this name already.")),
            models.CheckConstraint(condition=~Q(name=""), name="supplier_has_name"),
        ]

    def __str__(self):
        return self.name


class AssetType(models.Model):
    """What sort of thing it is, such as laptop or projector; it decides for how long one is lent."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    loan_term = models.ForeignKey(
        "accounts.LoanTerm",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="asset_types",
        verbose_name=_("loan term"),
        help_text=_("For how long one is lent; empty: as long as the borrower's affiliation says."),
    )
    history = kept_history()
    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("asset type"), _("asset types")
        ordering = ["name", "pk"]
        constraints = [
            _one_per_name("assettype", _("There is an asset type of this name already.")),
            models.CheckConstraint(condition=~Q(name=""), name="assettype_has_name"),
        ]

    def __str__(self):
        return self.name


class AssetModelQuerySet(NamedQuerySet):
    def lendable(self):
        """Models of which at least one is lent."""
        return self.filter(pk__in=_assets().lendable().values("model"))

    def search(self, text):
        """Models that have a word beginning so, for each word of ``text``, in name or number."""
        query = beginning_with(text)
        return self.alias(words=MODEL_WORDS).filter(words=query) if query else self.none()

    def for_list(self):
        return self.select_related("manufacturer", "type").order_by("name", "pk")


def _assets():
    """All assets; their module is above this one."""
    return AssetModel._meta.get_field("assets").related_model.objects


class AssetModel(models.Model):
    """Things of one make that can stand in for each other; people ask for one of a model, not for one asset."""

    name = models.CharField(_("name"), max_length=100)
    number = models.CharField(_("model number"), max_length=64, blank=True)
    manufacturer = models.ForeignKey(
        Manufacturer, models.PROTECT, null=True, blank=True, related_name="models", verbose_name=_("manufacturer")
    )
    type = models.ForeignKey(AssetType, models.PROTECT, related_name="models", verbose_name=_("asset type"))
    description = models.CharField(
        _("description"),
        max_length=1000,
        blank=True,
        help_text=_("Read by anybody who looks for something to borrow."),
    )
    history = kept_history()
    objects = AssetModelQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("asset model"), _("asset models")
        ordering = ["name", "pk"]
        indexes = [GinIndex(MODEL_WORDS, name="assetmodel_by_words")]
        constraints = [
            models.UniqueConstraint(
                "manufacturer",
                Lower("name"),
                Lower("number"),
                name="assetmodel_one_per_make",
                nulls_distinct=False,
                violation_error_message=_("This manufacturer has a model of this name and number already."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="assetmodel_has_name"),
        ]

    def __str__(self):
        return self.name


class DisposalType(models.Model):
    """How things leave for good: sold, given away, recycled, destroyed."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=500, blank=True)
    history = kept_history()
    objects = NamedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("disposal type"), _("disposal types")
        ordering = ["name", "pk"]
        constraints = [
            _one_per_name("disposaltype", _("There is a disposal type of this name already.")),
            models.CheckConstraint(condition=~Q(name=""), name="disposaltype_has_name"),
        ]

    def __str__(self):
        return self.name
