"""Every setting, read from the environment; README lists them."""

from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from keysite.environment import channels, flag, number, text, time_of_day, words
from keysite.incoming import IMAP as IMAP
from keysite.incoming import TICKET_MAIL as TICKET_MAIL
from keysite.limits import RATE_LIMITS
from keysite.logs import LOGGING as LOGGING
from keysite.navigation import UNFOLD as UNFOLD
from keysite.providers import ORIGINS, PROVIDERS
from keysite.sign_in_forms import ACCOUNT_FORMS as ACCOUNT_FORMS
from keysite.sign_in_forms import MFA_FORMS as MFA_FORMS

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = flag("KEYSITE_DEBUG")
SECRET_KEY = text("KEYSITE_SECRET_KEY", hint="50 random characters that nobody else knows")
ALLOWED_HOSTS = words("KEYSITE_ALLOWED_HOSTS", "localhost,127.0.0.1" if DEBUG else None)
SITE_URL = text("KEYSITE_SITE_URL", hint="the address people open, such as https://keys.example.edu").rstrip("/")
SITE_NAME = text("KEYSITE_SITE_NAME", "keysite")
HTTPS = SITE_URL.startswith("https://")

# The institution
TIME_ZONE = text("KEYSITE_TIME_ZONE", "Europe/Berlin")
if TIME_ZONE not in available_timezones():
    raise ImproperlyConfigured(f"KEYSITE_TIME_ZONE is {TIME_ZONE!r}: set a name such as Europe/Berlin.")
INSTITUTION_ZONE = ZoneInfo(TIME_ZONE)
CLOSING_TIME = time_of_day("KEYSITE_CLOSING_TIME", "18:00")
REMINDERS_FROM = time_of_day("KEYSITE_REMINDERS_FROM", "08:00")
DUE_SOON_DAYS = number("KEYSITE_DUE_SOON_DAYS", 2)
CURRENCY = text("KEYSITE_CURRENCY", "EUR")
HIGH_VALUE = number("KEYSITE_HIGH_VALUE", 1000)
WARRANTY_WARNING_DAYS = number("KEYSITE_WARRANTY_WARNING_DAYS", 30)
NO_SHOW_HOURS = number("KEYSITE_NO_SHOW_HOURS", 24)
APPROVAL_DAYS = number("KEYSITE_APPROVAL_DAYS", 5)
PICK_UP_DAYS = number("KEYSITE_PICK_UP_DAYS", 7)
REQUEST_KEYS = number("KEYSITE_REQUEST_KEYS", 5)
INVITATION_DAYS = number("KEYSITE_INVITATION_DAYS", 14)
INVITATIONS_PER_DAY = number("KEYSITE_INVITATIONS_PER_DAY", 50)
REFUND_DAYS = number("KEYSITE_REFUND_DAYS", 365)
CYLINDER_COST = number("KEYSITE_CYLINDER_COST", 40)
KEY_COST = number("KEYSITE_KEY_COST", 8)
REPORT_PROOF = flag("KEYSITE_REPORT_PROOF", False)
REOPEN_DAYS = number("KEYSITE_REOPEN_DAYS", 14)
CONFIRM_DAYS = number("KEYSITE_CONFIRM_DAYS", 7)
TICKET_UNTOUCHED_DAYS = number("KEYSITE_TICKET_UNTOUCHED_DAYS", 3)
TICKET_LONG_DAYS = number("KEYSITE_TICKET_LONG_DAYS", 14)
TICKET_REVIEWER_DAYS = number("KEYSITE_TICKET_REVIEWER_DAYS", 7)
TICKET_KEEP_DAYS = number("KEYSITE_TICKET_KEEP_DAYS", 3650)
TICKET_CHANNELS = channels("KEYSITE_TICKET_CHANNELS")
DESK_CONTACT = text("KEYSITE_DESK_CONTACT", "the key desk")
DESK_EMAIL = text("KEYSITE_DESK_EMAIL", "desk@localhost")
HISTORY_KEPT_DAYS = number("KEYSITE_HISTORY_KEPT_DAYS", 3650)
NOTICES_KEPT_DAYS = number("KEYSITE_NOTICES_KEPT_DAYS", 730)
STAFF_SECOND_FACTOR = flag("KEYSITE_STAFF_SECOND_FACTOR", not DEBUG)

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",  # before the admin, whose templates it overrides
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "keysite.apps.ConsoleConfig",  # Django's admin with our site
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",  # its templates, for the form renderer
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.google",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "import_export",
    "simple_history",
    "keysite",
    "accounts",
    "assets",
    "keys",
    "tickets",
]

MIDDLEWARE = [
    "keysite.health.HealthMiddleware",
    "keysite.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
    "accounts.middleware.PersonLocaleMiddleware",
    "accounts.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "keysite.urls"
WSGI_APPLICATION = "keysite.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.site",
            ],
        },
    },
]

# Data
DATABASES = {
    "default": dj_database_url.parse(
        text("DATABASE_URL", hint="postgresql://user:password@host/name"),
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database: its constraints are the rules.")
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = text("REDIS_URL", hint="redis://host:6379/0 or unix:///path/redis.sock?db=0")
REDIS_PATIENCE = 0.3  # seconds that a page waits for Redis before it goes on without
CACHES = {
    "default": {
        "BACKEND": "keysite.cache.UnneededRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "keysite",
        # Rate limits live here: without Redis people still sign in, only uncounted.
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": REDIS_PATIENCE,
            "SOCKET_TIMEOUT": REDIS_PATIENCE,
        },
    }
}
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
SESSION_ENGINE = "keysite.sessions"

# Queue and clock
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 10,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long Redis is away
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Mail: to a server, or to a folder; never to the log, which names nobody
DEFAULT_FROM_EMAIL = SERVER_EMAIL = text("KEYSITE_MAIL_FROM", "keysite@localhost")
EMAIL_TIMEOUT = 10
EMAIL_SUBJECT_PREFIX = ""
_smtp = urlsplit(text("KEYSITE_SMTP_URL", ""))
EMAIL_FILE_PATH = text("KEYSITE_MAIL_DIR", "")
if _smtp.scheme in {"smtp", "smtps"}:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _smtp.hostname or "localhost", _smtp.port or (465 if _smtp.scheme == "smtps" else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_smtp.username or ""), unquote(_smtp.password or "")
    EMAIL_USE_SSL = _smtp.scheme == "smtps"
    EMAIL_USE_TLS = not EMAIL_USE_SSL and parse_qs(_smtp.query).get("tls") == ["1"]
elif _smtp.scheme:
    raise ImproperlyConfigured("KEYSITE_SMTP_URL must look like smtp://user:password@host:587?tls=1.")
elif EMAIL_FILE_PATH:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
else:
    raise ImproperlyConfigured("Set KEYSITE_SMTP_URL, or KEYSITE_MAIL_DIR for a folder that takes the mail.")

# Language
LANGUAGE_CODE = text("KEYSITE_LANGUAGE", "en")
LANGUAGES = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = text("KEYSITE_STATIC_DIR", str(BASE_DIR / "var" / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = text("KEYSITE_MEDIA_DIR", str(BASE_DIR / "var" / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # each key of a large cabinet is ticked or missing
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# Security
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
if flag("KEYSITE_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF, *ORIGINS],  # browsers hold the redirect to a provider against it, too
        "frame-ancestors": [NONE],
    }
}

# Sign-in
AUTH_USER_MODEL = "accounts.Person"
SILENCED_SYSTEM_CHECKS = ["auth.E003"]  # the address is unique ignoring case, by a constraint that Django does not see
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",  # allauth's own looks only for lower-case addresses
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "start"
INVITATION_REDIRECT_URL = "key_request_new"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # nobody signs up; without these the sign-in has no password
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_RATE_LIMITS = RATE_LIMITS
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password or factor is told, through our outbox
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
SOCIALACCOUNT_ADAPTER = "accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"disconnect": "accounts.forms.passwords.UnlinkForm"}
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_QUERY_EMAIL = True
SOCIALACCOUNT_PROVIDERS = PROVIDERS
MFA_ADAPTER = "accounts.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # half a minute of clocks that differ
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# History, import, export
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
