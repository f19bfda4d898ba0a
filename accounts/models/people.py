"""Who borrows, who works here, and what they are allowed."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, Permission, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Lower, Trim
from django.utils.translation import gettext_lazy as _

from accounts.models.departments import Affiliation, Department
from keysite.ledger import kept_history, record
from keysite.search import beginning_with, words_of

PERSON_WORDS = words_of("first_name", "last_name", "identifier", "email")


class Trust(models.IntegerChoices):
    """How sure we are who acts: recorded on every deed, and each key symbol says the least it needs."""

    TYPED = 0, _("address only typed")
    PROVED = 1, _("address proved by code")
    PRESENT = 2, _("kiosk or clerk present")
    STAFF = 3, _("staff sign-in")


class PersonQuerySet(models.QuerySet):
    def with_address(self, address):
        """The one person with this address, whatever its case; uses the unique index."""
        return self.alias(lower_email=Lower("email")).filter(lower_email=Lower(Value(address.strip())))

    def with_addresses(self, addresses):
        """Everybody with one of these addresses, which are given in lower case."""
        return self.alias(lower_email=Lower("email")).filter(lower_email__in=addresses)

    def with_identifiers(self, identifiers):
        """Everybody with one of these identifiers, which are given in lower case."""
        return self._identified().filter(lower_identifier__in=identifiers)

    def with_identifier(self, identifier):
        return self._identified().filter(lower_identifier=Lower(Value(identifier.strip())))

    def _identified(self):  # without the condition of the unique index PostgreSQL would not use it
        return self.exclude(identifier="").alias(lower_identifier=Lower("identifier"))

    def search(self, text):
        """People who have a word beginning so, for each word of ``text``, in name, identifier or address."""
        query = beginning_with(text)
        return self.alias(words=PERSON_WORDS).filter(words=query) if query else self.none()

    def active(self):
        return self.filter(is_active=True)

    def with_permission(self, *names):
        """Active people whose roles give one of these, written ``app.codename``."""
        given = Q()
        for app, _dot, codename in (name.partition(".") for name in names):
            given |= Q(content_type__app_label=app, codename=codename)
        roles = Group.objects.filter(permissions__in=Permission.objects.filter(given))
        return self.active().filter(pk__in=self.model.objects.filter(groups__in=roles).values("pk"))

    def inactive(self):
        return self.filter(is_active=False)

    def blocked(self):
        return self.active().filter(blocked_at__isnull=False)

    def left(self, *, on):
        """Active still although their last day is over."""
        return self.active().filter(leaves_on__lt=on)

    def lacking_identifier(self):
        """Cannot borrow until the identifier that their affiliation asks for is added."""
        return self.active().filter(affiliation__identifier_required=True, identifier="")

    def bounced(self):
        return self.active().filter(email_bounced_at__isnull=False)

    def staff(self):
        return self.active().filter(is_staff=True)

    def allowed(self, permission):
        """Active people whose role holds ``permission``, written ``app.codename``; and superusers."""
        by_role = self.model.objects.with_permission(permission)
        return self.active().filter(Q(is_superuser=True) | Q(pk__in=by_role.values("pk")))

    def visible_to(self, person):
        """Everybody for a role without scope, otherwise oneself."""
        if person.has_perms(["accounts.view_person", "accounts.see_everything"]):
            return self
        return self.filter(pk=person.pk)

    def for_list(self):
        return self.select_related("affiliation", "department").order_by("last_name", "first_name", "pk")


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):
    def create_user(self, email, password=None, **fields):
        """A new person; for the command line and for tests, everything else goes through ``register``."""
        person = self.model(email=email.strip(), **fields)
        person.set_password(password)
        record(person, by=None, reason="made on the command line")
        return person

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, address):
        return self.with_address(address).get()


class Person(AbstractBaseUser, PermissionsMixin):
    """Anybody known here: a borrower typed in at the desk and an administrator are the same kind of row."""

    email = models.EmailField(_("e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    identifier = models.CharField(
        _("identifier"), max_length=32, blank=True, help_text=_("University or staff number.")
    )
    affiliation = models.ForeignKey(
        Affiliation, models.PROTECT, null=True, blank=True, verbose_name=_("affiliation"), related_name="people"
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, verbose_name=_("department"), related_name="people"
    )
    sponsor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("sponsor"), related_name="sponsored"
    )
    leaves_on = models.DateField(_("leaves on"), null=True, blank=True, help_text=_("The last day here."))
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    is_staff = models.BooleanField(_("may open the console"), default=False)
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    joined_at = models.DateTimeField(_("known since"), auto_now_add=True)
    email_proved_at = models.DateTimeField(_("address proved"), null=True, blank=True, editable=False)
    email_bounced_at = models.DateTimeField(_("mail bounced"), null=True, blank=True, editable=False)
    blocked_at = models.DateTimeField(_("blocked"), null=True, blank=True, editable=False)
    blocked_by = models.ForeignKey("self", models.PROTECT, null=True, blank=True, editable=False, related_name="+")
    blocked_reason = models.CharField(_("why blocked"), max_length=200, blank=True, editable=False)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, blank=True, editable=False)
    pin_digest = models.CharField(max_length=64, blank=True, editable=False)

    last_login = None  # one write per sign-in for a date that nobody asks for

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = PersonManager()
    history = kept_history(excluded_fields=["password", "pin_digest"])

    class Meta:
        verbose_name, verbose_name_plural = _("person"), _("people")
        permissions = [
            ("see_everything", "Sees every row of what the role may view, not only those in scope"),
            ("block_person", "Can block and unblock people"),
            ("deactivate_person", "Can deactivate, reactivate and anonymise people"),
            ("assign_roles", "Can give and take roles"),
            ("import_person", "Can import people"),
            ("export_person", "Can export people"),
        ]
        indexes = [
            models.Index(fields=["last_name", "first_name", "id"], name="person_by_name"),
            GinIndex(PERSON_WORDS, name="person_by_words"),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="person_one_per_address",
                violation_error_message=_("Somebody with this e-mail address is in the register already."),
            ),
            models.UniqueConstraint(
                Lower("identifier"),
                condition=~Q(identifier=""),
                name="person_one_per_identifier",
                violation_error_message=_("Somebody else has this identifier."),
            ),
            models.UniqueConstraint(fields=["pin_digest"], condition=~Q(pin_digest=""), name="person_one_per_pin"),
            models.CheckConstraint(condition=Q(email=Trim("email")) & ~Q(email=""), name="person_address_trimmed"),
            models.CheckConstraint(
                condition=Q(blocked_at__isnull=True, blocked_reason="", blocked_by__isnull=True)
                | (Q(blocked_at__isnull=False) & ~Q(blocked_reason="")),
                name="person_blocked_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_active=True, deactivated_at__isnull=True)
                | Q(is_active=False, deactivated_at__isnull=False),
                name="person_active_unless_deactivated",
            ),
            models.CheckConstraint(
                condition=Q(anonymised_at__isnull=True) | Q(is_active=False), name="person_anonymised_is_inactive"
            ),
            models.CheckConstraint(
                condition=~Q(sponsor=F("id")),
                name="person_not_own_sponsor",
                violation_error_message=_("Nobody is their own sponsor."),
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.email})" if self.name else self.email

    @property
    def name(self):
        return f"{self.first_name} {self.last_name}".strip()

    def get_full_name(self):
        """What Django's own pages call a person."""
        return self.name

    @property
    def is_blocked(self):
        return self.blocked_at is not None

    def has_usable_password(self):
        return bool(self.password) and super().has_usable_password()

    @property
    def zone(self):
        """The time zone they read times in, or None for the institution's."""
        try:
            return ZoneInfo(self.time_zone) if self.time_zone else None
        except (ValueError, ZoneInfoNotFoundError):  # from an import, or gone from the list of zones
            return None
