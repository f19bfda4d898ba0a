"""What keys open, as the institution lists it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


class SymbolSpace(models.Model):
    """A room that, by the institution's key list, keys of this symbol open."""

    symbol = models.ForeignKey(
        "keys.KeySymbol", models.PROTECT, related_name="listed_spaces", verbose_name=_("key symbol")
    )
    space = models.ForeignKey("assets.Space", models.PROTECT, related_name="listed_symbols", verbose_name=_("space"))
    history = kept_history()

    class Meta:
        verbose_name, verbose_name_plural = _("listed room"), _("listed rooms")
        constraints = [
            models.UniqueConstraint(
                fields=["symbol", "space"],
                name="symbolspace_once",
                violation_error_message=_("This room is listed for this symbol already."),
            )
        ]

    def __str__(self):
        return f"{self.symbol} · {self.space}"
