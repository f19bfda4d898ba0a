from keys.operations import KEY_COLUMNS, import_keys
from keysite.management.tables import TableCommand


class Command(TableCommand):
    help = "Register the keys in a CSV file: symbol, serial, hook, building and room."
    columns = KEY_COLUMNS

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--system", default="", metavar="CODE", help="the key system of lines that name none")
        parser.add_argument("--cabinet", default="", metavar="NAME", help="the cabinet of hooks that name none")

    def take(self, table, *, by, dry_run, system, cabinet, **options):
        return import_keys(table=table, by=by, system=system, cabinet=cabinet, dry_run=dry_run)
