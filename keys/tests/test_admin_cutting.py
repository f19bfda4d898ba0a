"""The key shop's queue in the console: each step a button, for many keys at once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import PersonFactory
from keys.models import CuttingJob, Key
from keys.tests.factories import KeyFactory
from keys.tests.request_rows import job_of
from keys.tests.requests import Campus
from keysite.tests.history import last_version
from keysite.tests.reading import text_of

LIST = reverse("admin:keys_cuttingjob_changelist")


@pytest.fixture
def shop(client, key_shop):
    client.force_login(key_shop)
    return client


@pytest.fixture
def campus(db):
    return Campus()


@pytest.fixture
def job(campus):
    campus.approve_all(campus.ask("101"))
    return CuttingJob.objects.get()


def page(row, name="change"):
    return reverse(f"admin:keys_cuttingjob_{name}", args=[row.pk])


def press(client, row, deed, **typed):
    return client.post(page(row, deed), {"once": deed + str(len(typed))} | typed, follow=True)


def rows_of(client, query=""):
    return set(client.get(f"{LIST}?{query}").context["cl"].result_list)


def test_each_tab_shows_its_jobs(shop):
    now, by = timezone.now(), PersonFactory()
    cut = {"cut_at": now, "cut_by": by}
    checked = cut | {"checked_at": now, "checked_by": by}
    rows = {"queued": job_of(), "to_check": job_of(**cut), "to_deliver": job_of(**checked)}
    rows |= {"cancelled": job_of(cancelled_at=now), "done": job_of(**checked, done_at=now, key=KeyFactory())}

    for tab, job in rows.items():
        assert rows_of(shop, f"show={tab}") == {job}, tab
    assert rows_of(shop) == {rows["queued"], rows["to_check"], rows["to_deliver"]}
    assert rows_of(shop, f"show=all&symbol={rows['done'].symbol.pk}") == {rows["done"]}
    assert rows_of(shop, f"show=all&q={rows['queued'].symbol}") >= {rows["queued"]}
    assert rows_of(shop, f"show=all&q={rows['queued'].person.email}") == {rows["queued"]}


def test_a_key_is_cut_checked_and_delivered(shop, key_shop, job):
    assert "Now somebody looks whether it fits." in text_of(press(shop, job, "cut_key"))
    press(shop, job, "check_cut_key")
    press(shop, job, "deliver_key")

    job.refresh_from_db()
    assert (str(job.key), job.cut_by, job.checked_by) == ("AA1 1", key_shop, key_shop)
    assert last_version(job) == (key_shop, "delivered")
    assert "Delivered" in text_of(shop.get(page(job)))


def test_a_job_offers_only_its_next_step(shop, job):
    def offered():
        shown = shop.get(page(job)).content.decode()
        return [name for name in ("cut_key", "check_cut_key", "deliver_key", "cancel_job") if page(job, name) in shown]

    assert offered() == ["cut_key", "cancel_job"]
    press(shop, job, "cut_key")
    assert offered() == ["check_cut_key", "cancel_job"]
    press(shop, job, "cancel_job")
    assert offered() == []


def test_a_step_out_of_turn_is_refused_in_a_sentence(shop, job):
    assert "Key AA1 is not waiting to be checked." in text_of(press(shop, job, "check_cut_key"))
    assert "Key AA1 is not cut and checked yet." in text_of(press(shop, job, "deliver_key"))


def test_one_more_than_the_most_keys_needs_an_administrators_reason(client, shop, key_shop, administrator, campus, job):
    press(shop, job, "cut_key")
    press(shop, job, "check_cut_key")
    symbol = campus.symbols["AA1"]
    symbol.most_copies = 0
    symbol.save()

    refused = press(shop, job, "deliver_key", reason="Please")
    client.force_login(administrator)
    press(client, job, "deliver_key", reason="The third door", once="z")

    assert "There may be no more than 0 keys AA1. An administrator may say why more." in text_of(refused)
    assert "The third door" in last_version(Key.objects.get())[1]


def test_many_keys_are_cut_with_one_click(shop, campus):
    campus.approve_all(campus.ask("101", "102"))
    jobs = list(CuttingJob.objects.all())
    values = {"action": "cut_key", "_selected_action": [job.pk for job in jobs], "index": "0", "once": "k"}

    shop.post(LIST, values, follow=True)

    assert rows_of(shop, "show=to_check") == set(jobs)


def test_who_does_not_cut_sees_the_queue_without_buttons(client, clerk, job):
    client.force_login(clerk)

    shown = client.get(page(job)).content.decode()

    assert "AA1" in shown
    assert page(job, "cut_key") not in shown
    assert client.post(page(job, "cut_key"), {"once": "a"}).status_code == 403
