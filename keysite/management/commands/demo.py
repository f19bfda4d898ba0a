import sys
from functools import partial

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Person
from accounts.roles import ROLES
from keysite.demo import SIGN_INS, invent
from keysite.ledger import Refusal
from tickets.operations import make_demo

SAMPLE = "brass-lantern-orchard"
NOBODY, SOMEBODY = 0, 3


class Command(BaseCommand):
    help = "Fill an empty register with an invented university, to look at keysite with."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="only tell by the exit code whether people are here: 0 no, 3 yes"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing when people are here")

    def handle(self, *, check, if_empty, **options):
        if check:
            sys.exit(SOMEBODY if Person.objects.exists() else NOBODY)
        if if_empty and Person.objects.exists():
            return
        password = make_password(SAMPLE if settings.DEBUG else None)
        try:
            university = make_demo(invent=partial(invent, password=password))
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self._tell("The demo is ready." if university else "The demo is here already; nothing was changed.")

    def _tell(self, state):
        self.stdout.write(f"{state} Sign in at {settings.SITE_URL} as:")
        for role, address, *_name in SIGN_INS:
            label = ROLES[role].label if role else "Customer"
            self.stdout.write(f"  {label!s:18} {address}")
        if settings.DEBUG:
            self.stdout.write(f"All have the password {SAMPLE}, or take the code that is sent by e-mail.")
        else:
            self.stdout.write("They have no password: the code comes by e-mail.")
