"""What every request passes through, besides Django's own."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from accounts.trust import staff_gate


class SecondFactorMiddleware:
    """The console opens to staff with a role whose session stands on a second factor, where the setting asks for one.

    It runs after the sign-in has been asked for; signing out is always possible.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not request.path_info.startswith(reverse("admin:index")) or request.user.is_anonymous:
            return None
        return None if request.resolver_match.url_name == "logout" else staff_gate(request)


class PersonLocaleMiddleware:
    """Pages in the person's language and time zone, where they have chosen one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with timezone.override(getattr(request.user, "zone", None) or settings.INSTITUTION_ZONE):
            if getattr(request.user, "language", ""):
                translation.activate(request.user.language)
            return self.get_response(request)


class PrivatePagesMiddleware:
    """What somebody saw while signed in is in no cache, and not behind the back button of a shared machine."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
        return response
