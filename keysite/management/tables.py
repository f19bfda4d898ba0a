"""The door that all import commands share."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.models import Person
from keysite import tables
from keysite.ledger import Refusal


class TableCommand(BaseCommand):
    """Reads a file and hands it to a deed, then says what became of each line.

    Exit code 0 when every line went in or was knowingly left out, 1 when a line or the whole file was refused.
    """

    columns = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="a CSV file, in any usual encoding and with any usual delimiter")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        known = "; ".join(f"{column.name} ({', '.join(column.headings)})" for column in self.columns)
        parser.epilog = f"Columns are found by these headings, whatever their case: {known}. Others are not read."
        parser.add_argument("--by", metavar="ADDRESS", help="who imports, by e-mail address, for the history")

    def take(self, table, *, by, dry_run, **options):
        """Hand the table to the deed; gives back its outcome."""
        raise NotImplementedError

    def handle(self, *, file, dry_run, by, **options):
        try:
            table = tables.read(file.read_bytes(), name=file.name, columns=self.columns)
            outcome = self.take(table, by=_person(by), dry_run=dry_run, **options)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self._tell(outcome, dry_run)
        if outcome.refused:
            sys.exit(1)

    def _tell(self, outcome, dry_run):
        table = outcome.table
        self.stdout.write(f"{table.name}: {table.encoding}, {table.delimiter} between values.")
        taken = ", ".join(f"{heading} → {column}" for column, heading in table.headings.items())
        self.stdout.write(f"Read: {taken}.")
        if table.unread:
            self.stdout.write(f"Not read: {tables.some(table.unread)}.")
        self._list("Left out", outcome.left_out)
        self._list("Refused", outcome.refused)
        self._list("To be looked at", outcome.remarked)
        self.stdout.write("")
        for note in outcome.notes:
            self.stdout.write(note)
        if dry_run:
            self.stdout.write("Nothing was written: this was a dry run.")
        self.stdout.write(
            f"{outcome.created} created, {outcome.changed} changed, {outcome.same} left as they are, "
            f"{len(outcome.left_out)} left out, {outcome.lines_refused} refused."
        )

    def _list(self, heading, remarks):
        if remarks:
            self.stdout.write(f"{heading}:")
        for remark in sorted(remarks):
            self.stdout.write(f"  {remark}")


def _person(address):
    person = Person.objects.active().with_address(address).first() if address else None
    if address and person is None:
        raise Refusal(_("Nobody active in the register has the address %(address)s.") % {"address": address})
    return person
