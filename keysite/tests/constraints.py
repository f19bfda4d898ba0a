"""Rows that the database refuses."""

from contextlib import contextmanager

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction


@contextmanager
def refused_by(constraint):
    """Fail unless the database refuses the block, and by this constraint."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        yield
    assert f'"{constraint}"' in str(error.value)


def constraints_of(app):
    """The names of all constraints of an app's models."""
    models = apps.get_app_config(app).get_models()
    return {constraint.name for model in models for constraint in model._meta.constraints}
