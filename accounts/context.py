"""What every template knows."""

from django.conf import settings


def site(request):
    """The institution's name for this service and whom to ask."""
    return {"SITE_NAME": settings.SITE_NAME, "DESK_CONTACT": settings.DESK_CONTACT, "DEBUG": settings.DEBUG}
