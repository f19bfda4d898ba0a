import ast
import re
import shutil
import subprocess

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
STRING = re.compile(r'(?:(msgid|msgid_plural|msgstr(?:\[\d\])?)\s+)?(".*")$')

PLACES = ("locale/*/LC_MESSAGES/*.po", "*/locale/*/LC_MESSAGES/*.po")


class Command(BaseCommand):
    """Compile every catalogue with gettext; on a machine without it, compare the placeholders ourselves."""

    help = "Check that the translations compile."
    requires_system_checks = []

    def handle(self, *args, **options):
        catalogues = [path for place in PLACES for path in sorted(settings.BASE_DIR.glob(place))]
        faults = [fault for path in catalogues for fault in self.faults(path)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(catalogues)} catalogues compile.")

    def faults(self, path):
        if msgfmt := shutil.which("msgfmt"):
            done = subprocess.run([msgfmt, "--check", "-o", "/dev/null", str(path)], capture_output=True, text=True)
            return [done.stderr] if done.returncode else []
        return [
            f"{path}: {text!r} and {translated!r} have other placeholders."
            for text, translated in self.pairs(path)
            if translated and set(PLACEHOLDER.findall(translated)) - set(PLACEHOLDER.findall(text))
        ]

    @staticmethod
    def pairs(path):
        """Each text, with its plural, and each of its translations."""
        entry, field = {}, None
        for line in [*path.read_text("utf-8").splitlines(), 'msgid ""']:
            if not (found := STRING.match(line)):
                continue
            if found[1] == "msgid":
                text = entry.pop("msgid", "") + entry.pop("msgid_plural", "")
                yield from ((text, translated) for translated in entry.values())
                entry = {}
            field = found[1] or field
            entry[field] = entry.get(field, "") + ast.literal_eval(found[2])
