"""The key shop's queue: cut, check, bring to the desk."""

import pytest
from django.urls import reverse

from keys.models import CuttingJob, Hold
from keys.operations import check_cut_key, cut_key, deliver_key
from keys.tests.requests import Campus
from keysite.tests.queries import queries
from keysite.tests.reading import text_of

PAGE = reverse("cutting_list")


@pytest.fixture
def campus(db):
    return Campus()


@pytest.fixture
def shop(client, key_shop):
    client.force_login(key_shop)
    return client


def press(client, do, job, **values):
    once = client.get(PAGE).context["fresh"]["once"].value()
    return client.post(PAGE, {"do": do, "job": job.pk, "once": once} | values, follow=True)


def test_a_key_goes_through_the_shop_with_one_button_a_step(shop, campus):
    campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()
    assert "AA1" in text_of(shop.get(PAGE))

    assert "Cut. Now somebody looks whether it fits." in text_of(press(shop, "cut", job))
    assert "Key AA1 is cut already." in text_of(press(shop, "cut", job))
    press(shop, "check", job)
    assert "Nothing is to be cut." in text_of(press(shop, "deliver", job))

    assert str(Hold.objects.get().key) == "AA1 1"


def test_a_job_is_cancelled_and_what_is_not_there_is_not_found(shop, campus):
    campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()

    press(shop, "cancel", job)

    job.refresh_from_db()
    assert job.cancelled_at
    assert press(shop, "burn", job).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_it_asks_as_often_however_long_the_queue(shop, campus, rows):
    for label in ["101", "102", "103"][:rows]:
        campus.approve_all(campus.ask(label, by=campus.member()))

    with queries(exactly=5):
        shop.get(PAGE)


def test_whoever_asked_reads_how_far_it_is(client, campus, key_shop):
    request = campus.approve_all(campus.ask("101"))
    job = CuttingJob.objects.get()
    client.force_login(campus.person)
    here, steps = reverse("key_request", args=[request.pk]), []

    for deed in (None, cut_key, check_cut_key, deliver_key):
        if deed:
            deed(job=job, by=key_shop)
        steps.append(client.get(here).context["row"].step_in_words)

    assert steps[0] == steps[1] == "Key being Fabricated"
    assert steps[2:] == ["Key Available (waiting for delivery)", "Key Ready for Pickup"]
    assert f"Request {request}: Key Ready for Pickup" in text_of(client.get(here))
    assert f"{request} Key Ready for Pickup" in text_of(client.get(reverse("key_request_list")))
