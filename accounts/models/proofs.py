"""How somebody without a password shows who they are: a code by e-mail, or a device in a staffed place."""

import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keysite.ledger import kept_history


def new_seed():
    return secrets.token_urlsafe(32)


class EmailCode(models.Model):
    """A code sent to an address: ten minutes, five tries, once, only for the browser that asked.

    The code itself is nowhere in the database; it follows from ``seed`` and the secret key.
    """

    address = models.EmailField(_("address"))
    purpose = models.CharField(_("purpose"), max_length=16)
    seed = models.CharField(max_length=64, default=new_seed, editable=False)
    browser_digest = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True, db_index=True)
    expires_at = models.DateTimeField(_("expires"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("e-mail code"), _("e-mail codes")
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="emailcode_five_tries")]

    def __str__(self):
        return self.address


class KioskQuerySet(models.QuerySet):
    def in_use(self):
        return self.filter(revoked_at__isnull=True).exclude(token_digest="")


class Kiosk(models.Model):
    """A device in a staffed place where people check out and return keys without signing in."""

    class Asks(models.TextChoices):
        CODE = "code", _("the code sent by e-mail")
        CLERK = "clerk", _("the clerk's PIN")
        NOTHING = "nothing", _("nothing")

    name = models.CharField(_("name"), max_length=64)
    place = models.CharField(_("place"), max_length=100)
    asks = models.CharField(
        _("asks for"),
        max_length=16,
        choices=Asks,
        default=Asks.CODE,
        help_text=_("What it asks before it hands out a key. Anyone may return any key."),
    )
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = KioskQuerySet.as_manager()
    history = kept_history(excluded_fields=["token_digest"])

    class Meta:
        verbose_name, verbose_name_plural = _("kiosk"), _("kiosks")
        ordering = ["name", "pk"]
        permissions = [("register_kiosk", "Can register and revoke kiosks")]
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="kiosk_one_per_name",
                violation_error_message=_("There is a kiosk of this name already."),
            ),
            models.UniqueConstraint(fields=["token_digest"], condition=~Q(token_digest=""), name="kiosk_one_per_token"),
            models.CheckConstraint(
                condition=Q(asks__in=["code", "clerk", "nothing"]), name="kiosk_asks_for_known_proof"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(token_digest=""), name="kiosk_revoked_has_no_token"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_in_use(self):
        return self.revoked_at is None and self.token_digest != ""
