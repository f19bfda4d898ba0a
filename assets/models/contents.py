"""What went out with a kit, and what of it is missing."""

from django.db import models


class Contents(models.Model):
    """A hand-over whose members and parts say what went out with it, when it is a kit's.

    For rows that were read ``with_contents``.
    """

    class Meta:
        abstract = True

    @property
    def contents(self):
        """What went out with the kit: assets, then parts."""
        return [*(member.asset for member in self.members.all()), *self.parts.all()]

    @property
    def went_out(self):
        """The assets that are still out with the kit, and the parts."""
        return [member.asset for member in self.members.all() if member.is_open], list(self.parts.all())

    @property
    def missing(self):
        """What did not come back with the kit, in words."""
        lost = [str(member.asset) for member in self.members.all() if member.is_lost]
        short = [part for part in self.parts.all() if part.missing]
        return lost + [f"{part.missing} × {part.name}" if part.quantity > 1 else part.name for part in short]

    @property
    def is_short(self):
        """Back, and something of the kit is missing."""
        return not self.is_open and self.kit_id is not None and bool(self.missing)
