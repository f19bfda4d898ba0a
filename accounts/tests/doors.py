"""What tests at the door do again and again: ask for a code, read it, send what waits."""

from django.urls import reverse
from django.utils import timezone

from accounts.codes import code_of
from accounts.models import EmailCode
from accounts.notices import CONTENTS
from accounts.operations import send_notices


def form_of(response):
    """The hidden one-time key of the page's form."""
    return response.context["form"]["once"].value()


def ask_for_code(client, address, **fields):
    """Type ``address`` on the sign-in page and send it."""
    once = form_of(client.get(reverse("sign_in")))
    return client.post(reverse("sign_in"), {"address": address, "once": once, **fields})


def newest_code():
    return code_of(EmailCode.objects.latest("pk"))


def wrong_code():
    return f"{(int(newest_code()) + 1) % 1_000_000:06d}"


def sign_in(client, address, **fields):
    """From the address to the page that comes after the code."""
    ask_for_code(client, address, **fields)
    return client.post(reverse("sign_in_code"), {"code": newest_code()})


def send_all(contents=CONTENTS):
    """Send what waits in the outbox; it is then in ``mailoutbox``."""
    return send_notices(contents=contents, at=timezone.now())


def errors_of(response):
    """All sentences of the page's form, as text."""
    form = response.context["form"]
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
