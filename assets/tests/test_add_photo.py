"""``add_photo``, ``remove_photo``, ``sweep_photos``: files and rows come and go together."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from assets.models import AssetPhoto
from assets.operations import add_photo, remove_photo, sweep_photos
from assets.tests.factories import AssetFactory, photo_file
from keysite.ledger import Refusal
from keysite.tests.history import last_version, refused
from keysite.tests.races import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def asset(db):
    return AssetFactory(tag="T1")


def files(media):
    return sorted(os.listdir(media / "assets")) if (media / "assets").exists() else []


def undone(deed):
    """What surrounds the deed fails after it is done."""
    with transaction.atomic():
        deed()
        transaction.set_rollback(True)


def test_a_photo_is_kept_under_names_that_say_nothing(asset, clerk, media):
    photo = add_photo(asset=asset, upload=photo_file(), caption="  The  lid ", by=clerk)

    photo.refresh_from_db()
    assert (photo.caption, photo.added_by, photo.width, photo.height) == ("The lid", clerk, 64, 48)
    assert last_version(photo) == (clerk, "added")
    assert files(media) == sorted(os.path.basename(file.name) for file in (photo.image, photo.thumbnail))
    assert "IMG" not in photo.image.name


def test_what_is_no_photo_leaves_nothing(asset, clerk, media):
    with pytest.raises(Refusal):
        add_photo(asset=asset, upload=SimpleUploadedFile("x.jpg", b"<svg/>"), by=clerk)

    assert (files(media), AssetPhoto.objects.count()) == ([], 0)


def test_no_more_than_twelve(asset, clerk, media):
    for _number in range(12):
        add_photo(asset=asset, upload=photo_file(), by=clerk)

    with refused("There are 12 photos of T1 Laptop already. Remove one first."):
        add_photo(asset=asset, upload=photo_file(), by=clerk)

    assert len(files(media)) == 24


def test_a_full_disk_is_said_and_leaves_nothing(asset, clerk, media, monkeypatch):
    saved = default_storage.save

    def full(name, content, max_length=None):
        if files(media):
            raise OSError("No space left on device")
        return saved(name, content, max_length)

    monkeypatch.setattr(AssetPhoto._meta.get_field("image").storage, "save", full)

    with refused("The photo cannot be stored now. Try again later, or tell an administrator."):
        add_photo(asset=asset, upload=photo_file(), by=clerk)

    assert (files(media), AssetPhoto.objects.count()) == ([], 0)


def test_when_the_row_cannot_be_written_the_files_go(asset, clerk, media, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("assets.operations.photos.record", fail)

    with pytest.raises(RuntimeError):
        add_photo(asset=asset, upload=photo_file(), by=clerk)

    assert files(media) == []


def test_a_removed_photo_goes_with_its_files_once_that_is_certain(
    asset, clerk, media, django_capture_on_commit_callbacks
):
    photo = add_photo(asset=asset, upload=photo_file(), by=clerk)
    pk = photo.pk

    with django_capture_on_commit_callbacks(execute=True):
        remove_photo(photo=photo, by=clerk)
        assert len(files(media)) == 2

    assert (files(media), AssetPhoto.objects.count()) == ([], 0)
    assert AssetPhoto.history.filter(id=pk).latest("history_id").history_user == clerk


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_is_taken_back_keeps_the_files(media, django_user_model):
    clerk = django_user_model.objects.create_user("clerk@example.edu")
    photo = add_photo(asset=AssetFactory(), upload=photo_file(), by=clerk)

    undone(lambda: remove_photo(photo=AssetPhoto.objects.get(), by=clerk))

    assert len(files(media)) == 2
    assert AssetPhoto.objects.get() == photo


def test_it_is_removed_once(asset, clerk):
    photo = add_photo(asset=asset, upload=photo_file(), by=clerk)
    stale = AssetPhoto.objects.get()
    remove_photo(photo=photo, by=clerk)

    with refused("This is no longer in the register. Open the list again."):
        remove_photo(photo=stale, by=clerk)


@pytest.mark.django_db(transaction=True)
def test_what_surrounds_the_deed_fails_and_the_sweep_clears_up(media, django_user_model):
    clerk = django_user_model.objects.create_user("clerk@example.edu")
    asset = AssetFactory()
    kept = add_photo(asset=asset, upload=photo_file(), by=clerk)
    undone(lambda: add_photo(asset=asset, upload=photo_file(), by=clerk))
    assert len(files(media)) == 4

    sweep_photos(at=timezone.now())
    assert len(files(media)) == 4  # it may still be on its way
    sweep_photos(at=timezone.now() + timedelta(days=2))

    assert files(media) == sorted(os.path.basename(file.name) for file in (kept.image, kept.thumbnail))


def test_without_any_photo_there_is_nothing_to_sweep():
    sweep_photos(at=timezone.now())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_taken_once(media, django_user_model):
    clerk, asset = django_user_model.objects.create_user("clerk@example.edu"), AssetFactory(tag="T1")
    for _number in range(11):
        add_photo(asset=asset, upload=photo_file(), by=clerk)

    results = at_once(*[lambda: add_photo(asset=type(asset).objects.get(), upload=photo_file(), by=clerk)] * 4)

    assert AssetPhoto.objects.count() == 12
    assert sum(isinstance(result, Refusal) for result in results) == 3
    assert len(files(media)) == 24
