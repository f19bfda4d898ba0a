"""A new key for each old one of a rekeying: cut, kept ready, handed over, the old one asked for."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notice, Person
from accounts.operations import deactivate
from keys.models import CuttingJob, Hold, KeySwap, KeySymbol, ProposedKey, Rekeying
from keys.notices import CONTENTS
from keys.operations import (
    cancel_job,
    cancel_rekeying,
    check_cut_key,
    check_out,
    close_rekeyings,
    cut_key,
    deliver_key,
    drop_swap,
    hold_key,
    leave_door,
    rekey_door,
    release_expired_holds,
    report_lost,
    retire_key,
    return_key,
    revalidate_requests,
    transfer,
    undo,
)
from keys.tests.factories import LoanExceptionFactory, LoanFactory
from keys.tests.rekeyings import Shop, later
from keys.tests.request_rows import line_of, request_of
from keysite.ledger import Refusal
from keysite.tests import reading
from keysite.tests.history import last_version, refused


@pytest.fixture
def shop(key_shop):
    return Shop(key_shop)


def mails(kind="key_swap"):
    return Notice.objects.filter(kind=kind).order_by("pk")


def text_of(notice):
    content = CONTENTS[notice.kind](notice)
    return content and content.text


def look(**delta):
    close_rekeyings(at=later(**delta))


def test_the_new_key_is_kept_ready_and_its_holder_told(shop):
    shop.report()
    rekeying = shop.plan()

    key = shop.make_ready(shop.swap(rekeying))

    swap = shop.swap(rekeying)
    assert (str(key), swap.hold.key, swap.hold.person) == ("AA1-2 1", key, shop.colleague)
    assert last_version(key) == (shop.by, f"cut for {rekeying}")
    assert last_version(swap) == (shop.by, "kept ready")
    notice = mails().get()
    assert notice.person == shop.colleague
    assert "AA1-2 1" in text_of(notice)
    assert "Keep your old key AA1 2 as well" in text_of(notice)


def test_what_is_kept_ready_stays_so(shop):
    shop.report()
    key = shop.make_ready(shop.swap(shop.plan()))

    with refused("Key AA1-2 1 is kept ready for a rekeying already. It stays so until then."):
        hold_key(key=key, person=shop.colleague, until=later(days=1), by=shop.by)


def test_when_the_door_is_done_the_old_key_is_asked_for_at_once(shop):
    shop.report()
    rekeying = shop.plan()
    shop.make_ready(shop.swap(rekeying))
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    assert "Bring your old key AA1 2" in text_of(mails().get())


def test_the_hand_over_is_a_loan_that_is_due_as_the_old_one(shop):
    shop.report()
    rekeying = shop.plan()

    new = shop.hand_over(shop.swap(rekeying))

    assert (new.due_at, new.borrower) == (shop.old.due_at, shop.colleague)
    assert shop.swap(rekeying).handed == new
    assert last_version(shop.swap(rekeying)) == (shop.by, "handed over")
    assert text_of(mails().get()) is None  # nobody is told to fetch what they have


def test_who_has_an_overdue_key_gets_the_usual_term(shop):
    shop.report()
    shop.old.out_at, shop.old.due_at = later(days=-9), later(days=-1)
    shop.old.save()

    new = shop.hand_over(shop.swap(shop.plan()))

    assert new.due_at > timezone.now()


def test_who_has_two_old_keys_gets_two_new_ones(shop):
    shop.report()
    LoanExceptionFactory(person=shop.colleague, symbol=shop.symbols["AA1"])
    second = LoanFactory(key=shop.key("AA1", 3), borrower=shop.colleague)
    rekeying = shop.plan()

    keys = [shop.make_ready(shop.swap(rekeying, loan)) for loan in (shop.old, second)]
    loans = check_out(keys=keys, borrower=shop.colleague, by=shop.by, trust=3)

    assert sorted(str(loan.key) for loan in loans) == ["AA1-2 1", "AA1-2 2"]
    assert not KeySwap.objects.outstanding().exists()


def test_the_hand_over_may_be_undone(shop):
    shop.report()
    rekeying = shop.plan()
    new = shop.hand_over(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    assert Rekeying.objects.done().exists()

    undo(loan=new, by=shop.by)

    swap = shop.swap(rekeying)
    assert (swap.handed, swap.hold.ended_at, Rekeying.objects.open().get()) == (None, None, rekeying)
    assert last_version(swap) == (shop.by, "check-out undone")


def test_what_was_agreed_to_for_the_old_key_goes_for_the_new_one(shop):
    shop.report()
    line = line_of(request_of(person=shop.colleague, status="done"), symbol=shop.symbols["AA1"], loan=shop.old)

    new = shop.hand_over(shop.swap(shop.plan()))

    line.refresh_from_db()
    assert line.loan == new
    with pytest.raises(Refusal, match="was agreed to for its holder only"):
        transfer(loan=new, borrower=shop.person, by=shop.by)
    undo(loan=new, by=shop.by)
    line.refresh_from_db()
    assert line.loan == shop.old


def test_when_the_old_key_comes_back_the_clock_closes_it(shop):
    shop.report()
    rekeying = shop.plan()
    shop.hand_over(shop.swap(rekeying))
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    look()
    look()
    assert not Rekeying.objects.done().exists()
    wanted = mails().filter(facts__event="back").get()  # once
    assert "bring it to" in text_of(wanted)

    return_key(loan=shop.old, by=shop.by)
    look()

    assert Rekeying.objects.done().get() == rekeying
    assert last_version(rekeying) == (None, "all doors and keys done")
    assert text_of(wanted) is None


def test_an_old_key_that_is_lost_is_not_waited_for(shop):
    shop.report()
    rekeying = shop.plan()
    shop.hand_over(shop.swap(rekeying))
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    report_lost(loan=shop.old, by=shop.colleague)
    look()

    assert Rekeying.objects.done().exists()


def test_an_old_key_that_opens_other_doors_is_kept(shop):
    master = LoanFactory(key=shop.key("AA"), borrower=shop.colleague)
    rekeying = shop.plan("101", replaced=["AA"])
    shop.hand_over(shop.swap(rekeying, master))

    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    assert Rekeying.objects.done().exists()
    assert KeySymbol.objects.get(symbol="AA").retired_at is None


def test_what_is_not_picked_up_is_kept_ready_once_more(shop):
    shop.report()
    rekeying = shop.plan()
    key = shop.make_ready(shop.swap(rekeying))
    Hold.objects.update(held_at=later(days=-9), until=later(days=-1))
    release_expired_holds(at=timezone.now())

    look()
    look()

    swap = shop.swap(rekeying)
    assert (swap.hold.key, swap.hold.ended_at, swap.hold.held_by) == (key, None, shop.by)
    assert mails().count() == 2


def test_a_key_that_is_retired_before_it_is_fetched_is_cut_again(shop):
    shop.report()
    rekeying = shop.plan()
    key = shop.make_ready(shop.swap(rekeying))
    retire_key(key=key, by=shop.by, retirement="broken", reason="Bent")

    look()

    job = CuttingJob.objects.get()
    assert (job.cut_at, job.key, last_version(job)) == (None, None, (None, "queued again"))


def test_who_gets_an_old_key_later_gets_a_new_one_too(shop):
    shop.report()
    rekeying = shop.plan()
    late = LoanFactory(key=shop.key("AA1", 3))
    look()

    assert shop.swap(rekeying, late).job.queued_at
    assert last_version(shop.swap(rekeying, late)) == (None, "to be swapped")


def test_a_key_that_is_handed_on_is_swapped_by_whoever_has_it(shop):
    shop.report()
    rekeying = shop.plan()
    other = shop.member()
    following = transfer(loan=shop.old, borrower=other, by=shop.by)
    look()

    assert shop.swap(rekeying, following).job.queued_at
    assert shop.swap(rekeying).dropped_at
    assert shop.swap(rekeying).job.cancelled_at


@pytest.mark.parametrize("how", ["left", "brought"])
def test_nobody_waits_for_who_has_left_or_does_not_come(shop, how, administrator):
    shop.report()
    rekeying = shop.plan()
    shop.make_ready(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)
    if how == "left":
        deactivate(person=shop.colleague, by=administrator, reason="Left")
        look()
    else:
        look(days=1)
        assert shop.swap(rekeying).dropped_at is None
        Hold.objects.update(held_at=later(days=-9), until=later(days=-1))
        look()

    swap = shop.swap(rekeying)
    assert (swap.dropped_at is None, swap.hold.ended_at is None) == (False, False)
    assert last_version(swap) == (None, "not wanted any more")


def test_who_gives_the_old_key_back_before_the_new_one_is_ready_gets_none(shop):
    shop.report()
    rekeying = shop.plan()
    return_key(loan=shop.old, by=shop.by)

    look()

    swap = shop.swap(rekeying)
    assert (swap.dropped_at is None, swap.job.cancelled_at is None) == (False, False)


def test_who_brings_an_old_key_that_opens_nothing_gets_the_new_one_later(shop):
    shop.report()
    rekeying = shop.plan()
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    return_key(loan=shop.old, by=shop.by)

    look()

    assert shop.swap(rekeying).dropped_at is None
    assert shop.hand_over(shop.swap(rekeying)).borrower == shop.colleague


def test_who_has_the_old_key_after_all_gets_a_new_one(shop, administrator):
    shop.report()
    rekeying = shop.plan()
    deactivate(person=shop.colleague, by=administrator, reason="Left")
    look()
    assert shop.swap(rekeying).dropped_at
    Person.objects.filter(pk=shop.colleague.pk).update(is_active=True, deactivated_at=None)

    look()
    look()

    swap = shop.swap(rekeying)
    assert (swap.dropped_at, swap.job.cancelled_at) == (None, None)
    assert last_version(swap) == (None, "to be swapped after all")
    drop_swap(swap=swap, by=shop.by)
    look()
    assert shop.swap(rekeying).dropped_at


def test_a_key_for_doors_that_are_left_is_not_handed_out(shop):
    shop.report()
    LoanFactory(key=shop.key("AA2"), borrower=shop.colleague)
    rekeying = shop.plan("101", "102", replaced=["AA1", "AA2"])
    leave_door(rekeyed=shop.row(rekeying, "102"), by=shop.by)

    look()

    dropped = KeySwap.objects.get(dropped_at__isnull=False)
    assert (dropped.symbol.symbol, dropped.job.cancelled_at is None) == ("AA2-2", False)


def test_a_swap_may_be_dropped_by_hand_once(shop):
    shop.report()
    rekeying = shop.plan()
    swap = shop.swap(rekeying)

    drop_swap(swap=shop.swap(rekeying), by=shop.by)

    assert CuttingJob.objects.cancelled().count() == 1
    with refused(f"{shop.colleague} has the new key for AA1 2 already, or gets none."):
        drop_swap(swap=swap, by=shop.by)


def test_nothing_is_cut_for_a_rekeying_that_is_cancelled(shop):
    rekeying = shop.plan()
    jobs = list(CuttingJob.objects.order_by("pk"))
    cancel_rekeying(rekeying=rekeying, by=shop.by, reason="Found")

    for job in jobs:
        for deed in (cut_key, check_cut_key, deliver_key, cancel_job):
            with refused(f"Key AA1-2 is not wanted for rekeying {rekeying} any more."):
                deed(job=job, by=shop.by)


def test_what_a_request_promised_is_chosen_anew_when_its_symbol_is_replaced(shop):
    asker = shop.member()
    shop.key("AA1", 9)
    request = shop.approve_all(shop.ask("101", by=asker))
    shop.report()
    rekeying = shop.plan()
    shop.hand_over(shop.swap(rekeying))
    return_key(loan=shop.old, by=shop.by)
    rekey_door(rekeyed=shop.row(rekeying), by=shop.by)

    revalidate_requests(at=timezone.now())

    request.refresh_from_db()
    assert request.status == "submitted"
    assert not ProposedKey.objects.outstanding().filter(proposal__request=request).exists()


def test_the_clock_may_come_by_at_any_time(shop):
    shop.report()
    shop.plan()
    before = timezone.now() - timedelta(days=1)

    close_rekeyings(at=before)
    close_rekeyings(at=timezone.now())
    close_rekeyings(at=timezone.now())

    assert KeySwap.objects.count() == CuttingJob.objects.count() == 2 - 1


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (False, "In place of AA1 2, which stays with them: it still opens doors."),
        (True, "Ask for AA1 2, and take it back."),
    ],
)
def test_the_desk_asks_for_the_old_key(shop, client, clerk, done, said):
    shop.report()
    rekeying = shop.plan()
    key = shop.make_ready(shop.swap(rekeying))
    if done:
        rekey_door(rekeyed=shop.row(rekeying), by=shop.by)
    client.force_login(clerk)

    answer = client.get(reverse("desk"), {"key": key.public_code, "person": shop.colleague.pk})

    assert said in reading.text_of(answer)
