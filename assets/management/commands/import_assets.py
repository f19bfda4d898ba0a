from assets.operations import ASSET_COLUMNS, import_assets
from keysite.management.tables import TableCommand


class Command(TableCommand):
    help = "Register the assets in a CSV file, matched by tag, else by model and serial number; and who has which."
    columns = ASSET_COLUMNS

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--building", default="", metavar="CODE", help="where rooms are made that are not known")
        parser.add_argument(
            "--affiliation", default="", metavar="NAME", help="for people who are not known and have something"
        )

    def take(self, table, *, by, dry_run, building, affiliation, **options):
        return import_assets(table=table, by=by, building=building, affiliation=affiliation, dry_run=dry_run)
