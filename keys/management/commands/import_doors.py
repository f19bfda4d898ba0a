from keys.operations import DOOR_COLUMNS, import_doors
from keysite.management.tables import TableCommand


class Command(TableCommand):
    help = "Register doors and what opens them from a CSV file: symbol, building, room."
    columns = DOOR_COLUMNS

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--system", default="", metavar="CODE", help="the key system of lines that name none")

    def take(self, table, *, by, dry_run, system, **options):
        return import_doors(table=table, by=by, system=system, dry_run=dry_run)
