"""The page of a department, with the requests and the keys of its people; ``accounts`` knows nothing of these."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import DepartmentAdmin
from accounts.models import Department
from keys.admin.sections import list_of

admin.site.unregister(Department)


@admin.register(Department)
class KeyedDepartmentAdmin(DepartmentAdmin):
    def links(self, request, department):
        yield from super().links(request, department)
        if request.user.has_perm("keys.view_keyrequest"):
            yield _("Requests"), list_of("keyrequest", f"show=all&department={department.pk}")
        if request.user.has_perm("keys.view_loan"):
            yield _("Keys of its people"), list_of("loan", f"department={department.pk}")
            yield _("Keys not needed"), list_of("loan", f"show=redundant&department={department.pk}")
