"""What the QR code of a key tag opens: for a finder, for a borrower, for a clerk."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Trust
from keys.tests.factories import HoldFactory, LoanFactory
from keysite.tests.queries import queries
from keysite.tests.reading import text_of


def page(key):
    return reverse("key_tag", args=[key.public_code])


def test_a_finder_learns_where_to_bring_it_and_nothing_else(client, loan, key):
    response = client.get(page(key))

    words = text_of(response)
    assert "This key belongs to keysite" in words
    assert "Please bring it to the key desk. Thank you." in words
    assert f'href="{reverse("sign_in")}?next=/k/{key.public_code}/"' in response.content.decode()
    for secret in ("AA1", "out", "Robin", "due"):
        assert secret not in words.replace("brought", "").replace("check it out", "")


@pytest.mark.parametrize("code", ["XXXXXXXXXX", "x" * 200, "🔑", "%00", "a%2Fb", "<script>"])
def test_an_unknown_code_gets_a_helpful_page(client, borrower, code):
    response = client.get(f"/k/{code}/")
    assert response.status_code == 404

    if code not in {"a%2Fb"}:
        assert "No key has this tag" in text_of(response)
        assert "Please bring it to the key desk." in text_of(response)
        client.force_login(borrower)
        assert "No key has this tag" in text_of(client.get(f"/k/{code}/"))


def test_small_letters_do(client, key):
    assert client.get(page(key).lower()).status_code == 200


def test_who_holds_it_may_renew_return_or_report_it(client, borrower, loan, key):
    client.force_login(borrower)

    response = client.get(page(key))

    assert "You hold this key" in text_of(response)
    for name in ("loan_renew", "loan_return", "loan_lose"):
        assert f'href="{reverse(name, args=[loan.pk])}"' in response.content.decode()


def test_a_free_key_may_be_taken(client, borrower, key):
    client.force_login(borrower)

    response = client.get(page(key))

    assert "This key is free, and you may take it." in text_of(response)
    assert f'href="{reverse("loan_check_out")}?key={key.public_code}"' in response.content.decode()


def test_a_key_kept_ready_may_be_taken(client, borrower, key):
    key.symbol.self_service = False
    key.symbol.save()
    HoldFactory(key=key, person=borrower)
    client.force_login(borrower)

    assert "you may take it" in text_of(client.get(page(key)))


def test_else_it_says_why_not_and_where_to_bring_it(client, borrower, key):
    LoanFactory(key=key, borrower__first_name="Secret")
    client.force_login(borrower)

    words = text_of(client.get(page(key)))

    assert "Key AA1 1 is out; it is due back on" in words
    assert "Please bring it to the key desk." in words
    assert "Secret" not in words
    assert "you may take it" not in words


def test_a_person_who_may_not_borrow_reads_why(client, borrower, key):
    borrower.blocked_at, borrower.blocked_reason = timezone.now(), "owes a key"
    borrower.save()
    client.force_login(borrower)

    assert "is blocked from borrowing." in text_of(client.get(page(key)))


def test_a_clerk_gets_the_desk_with_the_key(client, clerk, key):
    client.force_login(clerk)

    assert client.get(page(key)).url == f"{reverse('desk')}?key={key.public_code}"


def test_a_clerk_without_a_staff_sign_in_is_a_borrower(client, clerk, key):
    key.symbol.least_trust = Trust.PROVED
    key.symbol.save()
    client.force_login(clerk, methods=("email",))

    assert "you may take it" in text_of(client.get(page(key)))


def test_query_budget(client, borrower, key):
    client.force_login(borrower)

    with queries(8):
        assert client.get(page(key)).status_code == 200
