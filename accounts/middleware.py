"""What every request passes through, besides Django's own."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation


class SecondFactorMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)


class PersonLocaleMiddleware:
    """Pages in the person's language and time zone, where they have chosen one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        person = request.user
        zone = ZoneInfo(person.time_zone) if getattr(person, "time_zone", "") else settings.INSTITUTION_ZONE
        with timezone.override(zone):
            if getattr(person, "language", ""):
                translation.activate(person.language)
            return self.get_response(request)
