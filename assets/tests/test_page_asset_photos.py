"""Photos of an asset: taken with a phone by staff, seen by whom the asset is shown to, and by nobody else."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from assets.models import AssetPhoto, BuildingManager
from assets.operations import add_photo
from assets.tests.factories import AssetFactory, AssignmentFactory, SpaceFactory, photo_file
from keysite.tests.queries import queries
from keysite.tests.reading import problems_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def asset(db):
    return AssetFactory(tag="T1", home=SpaceFactory())


@pytest.fixture
def photo(asset, clerk):
    return add_photo(asset=asset, upload=photo_file((640, 480)), caption="The lid", by=clerk)


@pytest.fixture
def desk(client, clerk):
    client.force_login(clerk)
    return client


def page_of(asset):
    return reverse("asset_photos", args=[asset.pk])


def send(client, asset, **fields):
    once = client.get(page_of(asset)).context["adding"]["once"].value()
    return client.post(page_of(asset), {"once": once} | fields)


def test_a_photo_is_taken_and_shown(desk, asset, clerk):
    response = send(desk, asset, photo=photo_file((640, 480)), caption="The lid")

    photo = AssetPhoto.objects.get()
    assert (photo.asset, photo.added_by, photo.caption) == (asset, clerk, "The lid")
    page = desk.get(response.url)
    assert "The photo is there." in text_of(page)
    assert f'src="{reverse("asset_thumbnail", args=[photo.pk])}" alt="The lid"' in page.content.decode()
    assert 'capture="environment"' in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({}, "Take a photo, or choose a file."),
        ({"photo": SimpleUploadedFile("x.jpg", b"")}, "The file is empty. Choose the photo again."),
        (
            {"photo": SimpleUploadedFile("x.jpg", b"<svg/>")},
            "This photo cannot be read. Send a JPEG, PNG or WebP file that opens on your device.",
        ),
        ({"photo": "text"}, "Take a photo, or choose a file."),
    ],
)
def test_what_is_no_photo_says_so_and_keeps_what_was_typed(desk, asset, fields, problem):
    response = send(desk, asset, caption="The lid", **fields)

    assert problems_of(response) == [problem]
    assert 'value="The lid"' in response.content.decode()
    assert not AssetPhoto.objects.exists()


def test_a_caption_that_is_too_long(desk, asset):
    response = send(desk, asset, photo=photo_file((640, 480)), caption="x" * 300)

    assert problems_of(response) == ["Ensure this value has at most 200 characters (it has 300)."]


def test_the_same_post_twice_is_one_photo_and_another_photo_is_not_swallowed(desk, asset):
    once = desk.get(page_of(asset)).context["adding"]["once"].value()

    for _time in range(2):
        assert desk.post(page_of(asset), {"once": once, "photo": photo_file((640, 480))}).status_code == 302
    other = desk.post(page_of(asset), {"once": once, "photo": photo_file((900, 100))})

    assert AssetPhoto.objects.count() == 1
    assert "This form was sent before with other values" in problems_of(other)[0]


def test_a_photo_is_removed(desk, asset, photo):
    [(_photo, form)] = desk.get(page_of(asset)).context["photos"]

    response = desk.post(reverse("asset_photo_remove", args=[photo.pk]), {"once": form["once"].value()}, follow=True)

    assert "The photo is gone." in text_of(response)
    assert not AssetPhoto.objects.exists()


def test_the_file_does_nothing_in_a_browser(desk, photo):
    response = desk.get(reverse("asset_photo", args=[photo.pk]))

    assert Image.open(io.BytesIO(b"".join(response.streaming_content))).size == (640, 480)
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert set(response["Content-Security-Policy"].split("; ")) == {"default-src 'none'", "sandbox"}
    assert response["Cache-Control"] == "private, max-age=3600"
    assert response["Content-Disposition"] == f'inline; filename="photo-{photo.pk}.jpg"'
    small = desk.get(reverse("asset_thumbnail", args=[photo.pk]))
    assert Image.open(io.BytesIO(b"".join(small.streaming_content))).size == (320, 240)


def test_a_file_that_has_gone_is_not_found(desk, photo):
    photo.image.delete(save=False)

    assert desk.get(reverse("asset_photo", args=[photo.pk])).status_code == 404


def test_only_whom_the_asset_is_shown_to_sees_it(client, photo, asset, borrower, building_manager, auditor):
    addresses = [reverse(name, args=[photo.pk]) for name in ("asset_photo", "asset_thumbnail")]

    def answer(address):
        response = client.get(address)
        b"".join(response.streaming_content if response.streaming else [])
        return response.status_code

    def answers(person, **how):
        client.force_login(person, **how)
        return {answer(address) for address in addresses}

    assert {answer(address) for address in addresses} == {302}
    assert answers(borrower) == {404}
    assert answers(building_manager) == {404}
    assert answers(auditor) == {200}
    assert answers(auditor, methods=("email",)) == {404}  # a mailbox is not enough for what is not one's own
    BuildingManager.objects.create(building=asset.home.building, person=building_manager, since="2020-01-01")
    assert answers(building_manager) == {200}
    AssignmentFactory(asset=asset, person=borrower)
    assert answers(borrower, methods=("email",)) == {200}


def test_who_may_not_change_assets_adds_none(client, auditor, asset, photo):
    client.force_login(auditor)

    assert client.get(page_of(asset)).status_code == 403
    assert client.post(page_of(asset), {"photo": photo_file((640, 480))}).status_code == 403
    assert client.post(reverse("asset_photo_remove", args=[photo.pk])).status_code == 403
    assert AssetPhoto.objects.count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_query_budget(desk, asset, clerk, number):
    for _photo in range(number):
        photo = add_photo(asset=asset, upload=photo_file((640, 480)), by=clerk)
    once = desk.get(page_of(asset)).context["adding"]["once"].value()

    with queries(6):
        desk.get(page_of(asset))
    with queries(5):
        b"".join(desk.get(reverse("asset_thumbnail", args=[photo.pk])).streaming_content)
    with queries(12):
        assert desk.post(page_of(asset), {"once": once, "photo": photo_file((640, 480))}).status_code == 302
