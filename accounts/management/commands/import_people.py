from accounts.operations import PERSON_COLUMNS, import_people
from keysite.management.tables import TableCommand


class Command(TableCommand):
    help = "Register the people in a CSV file, matched by e-mail address."
    columns = PERSON_COLUMNS

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--affiliation", default="", metavar="NAME", help="for those who have none and are given none by the file"
        )

    def take(self, table, *, by, dry_run, affiliation, **options):
        return import_people(table=table, by=by, affiliation=affiliation, dry_run=dry_run)
