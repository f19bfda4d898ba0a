"""The staff console in place of Django's own admin site."""

from django.contrib.admin import apps


class ConsoleConfig(apps.AdminConfig):
    """Django's admin app with our site; named in INSTALLED_APPS instead of ``django.contrib.admin``."""

    default = False  # of “keysite”, which needs no configuration of its own
    default_site = "keysite.console.site.ConsoleSite"
