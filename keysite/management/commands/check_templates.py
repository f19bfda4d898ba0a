from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateDoesNotExist, TemplateSyntaxError, engines
from django.template.base import FilterExpression
from django.template.loader_tags import ExtendsNode, IncludeNode


class Command(BaseCommand):
    """Compile every template of this project, and those which they name."""

    help = "Compile every template of this project."
    requires_system_checks = []

    def handle(self, *args, **options):
        engine = engines["django"].engine
        names = sorted(self.names_in(engine.dirs) | self.names_in(settings.BASE_DIR.glob("*/templates")))
        faults = [fault for name in names for fault in self.faults(engine, name)]
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write(f"{len(names)} templates compile.")

    @staticmethod
    def names_in(folders):
        return {str(path.relative_to(folder)) for folder in folders for path in folder.rglob("*") if path.is_file()}

    def faults(self, engine, name):
        """A sentence for each thing that is wrong with the template ``name``."""
        try:
            template = engine.get_template(name)
        except (TemplateSyntaxError, TemplateDoesNotExist, UnicodeDecodeError) as error:
            return [f"{name}: {error}"]
        missing = []
        for node in template.nodelist.get_nodes_by_type((ExtendsNode, IncludeNode)):
            named = getattr(node, "parent_name", None) or node.template
            try:
                engine.get_template(named.var) if self.is_literal(named) else None
            except TemplateDoesNotExist:
                missing.append(f"{name}: there is no template {named.var!r}.")
        return missing

    @staticmethod
    def is_literal(expression):
        return isinstance(expression, FilterExpression) and isinstance(expression.var, str)
