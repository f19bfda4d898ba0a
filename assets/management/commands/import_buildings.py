from assets.operations import BUILDING_COLUMNS, import_buildings
from keysite.management.tables import TableCommand


class Command(TableCommand):
    help = "Register the buildings in a CSV file: a number and a name each."
    columns = BUILDING_COLUMNS

    def take(self, table, *, by, dry_run, **options):
        return import_buildings(table=table, by=by, dry_run=dry_run)
