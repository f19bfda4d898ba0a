import sys

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Migrate and apply the roles, in one process because each start of Django takes a second.

    Exit code 0 when nobody is in the database yet, 3 when somebody is.
    """

    help = "Bring the database up to date: migrations, roles. The exit code is 3 when people are in it."

    def handle(self, *args, **options):
        call_command("migrate", interactive=False, verbosity=0)
        call_command("sync_roles", verbosity=0)
        call_command("demo", "--check")
        sys.exit(0)
