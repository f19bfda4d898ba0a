"""What tests of tickets begin with."""

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tickets.forms import public


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch, db):
    """Forms may be sent at once, and nobody has tried anything before."""
    monkeypatch.setattr(public, "LEAST_SECONDS", 0)
    cache.clear()


@pytest.fixture
def a_photo(settings, tmp_path):
    """Makes uploads; the files go to a folder of the test."""
    settings.MEDIA_ROOT = tmp_path

    def make(name="photo.jpg"):
        file = io.BytesIO()
        Image.new("RGB", (40, 30), "red").save(file, "JPEG")
        return SimpleUploadedFile(name, file.getvalue(), "image/jpeg")

    return make
