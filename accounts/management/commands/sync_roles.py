from django.core.management.base import BaseCommand

from accounts.operations import sync_roles


class Command(BaseCommand):
    help = "Make the groups match the roles in accounts/roles.py."

    def handle(self, **options):
        changed = sync_roles()
        self.stdout.write(f"Roles are up to date ({changed} changed).")
