"""Which rows a person sees: lists, choices, autocompletion, filters and messages of the console all ask here."""

from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth import get_permission_codename

LARGEST_ID = 2**63 - 1


def visible(queryset, person):
    """The rows of ``queryset`` that ``person`` may see; a model without scope is seen by who may view it."""
    if hasattr(queryset, "visible_to"):
        return queryset.visible_to(person)
    options = queryset.model._meta
    may = person.has_perm(f"{options.app_label}.{get_permission_codename('view', options)}")
    return queryset if may else queryset.none()


def listed(queryset):
    """``queryset`` with what a list shows of each row, in its order."""
    return queryset.for_list() if hasattr(queryset, "for_list") else queryset


def offered(model, person):
    """The rows of ``model`` that ``person`` may choose from."""
    return listed(visible(model._default_manager.all(), person))


def row_id(text):
    """The number in ``text`` if it can be the key of a row, else None."""
    number = int(text) if str(text).isascii() and str(text).isdigit() else 0
    return number if 0 < number <= LARGEST_ID else None


class Autocomplete(AutocompleteSelect):
    """Django's autocompletion that shows only what its field offers, and is not upset by what cannot be an id.

    ``known``, rows by key, saves the question where many of these stand on one page.
    """

    known = None

    def optgroups(self, name, value, attrs=None):
        chosen = [row_id(choice) for choice in value if row_id(choice)]
        known = self.choices.queryset.in_bulk(chosen) if self.known is None else self.known
        options = [] if self.is_required else [self.create_option(name, "", "", False, 0)]
        for key in chosen[:1]:
            if key in known:
                label = self.choices.field.label_from_instance(known[key])
                options.append(self.create_option(name, key, label, True, len(options)))
        return [(None, options, 0)]


class Scoped:
    """A page or inline of the console that shows, offers and accepts only rows which the person may see."""

    plain_choices = ()  # foreign keys to a handful of rows: a plain select; all others are completed as one types

    def get_queryset(self, request):
        return visible(super().get_queryset(request), request.user)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = offered(db_field.remote_field.model, request.user)
        if db_field.name not in self.plain_choices:
            kwargs["widget"] = Autocomplete(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
