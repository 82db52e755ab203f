"""Who gets in, and how."""

import pytest

from server.portal.guard import local


def test_signing_in_leads_to_the_page_that_was_wanted(visit):
    visitor = visit()
    visitor.open("/deviations?kind=problem")
    assert "/sign-in?next=" in visitor.page.url
    visitor.enter("sam", visitor.password)
    visitor.page.wait_for_url(visitor.address + "/deviations?kind=problem")


def test_a_wrong_password_and_an_unknown_login_are_refused_in_the_same_words(visit):
    visitor = visit()
    visitor.open("/sign-in")
    visitor.enter("eve", "not the password")
    wrong = visitor.page.get_by_role("alert").inner_text()
    visitor.enter("nobody-at-all", "not the password")
    assert visitor.page.get_by_role("alert").inner_text() == wrong == "Login or password is wrong."


def test_many_wrong_passwords_lock_a_login_for_a_while_even_for_the_right_one(visit):
    visitor = visit()
    visitor.open("/sign-in")
    for turn in range(5):
        visitor.enter("olga", f"guess number {turn}")
        visitor.page.get_by_role("alert").wait_for()
    visitor.enter("olga", visitor.password)
    assert "too many tries; wait" in visitor.page.get_by_role("alert").inner_text()
    assert visitor.page.url.endswith("/sign-in")


def test_many_wrong_passwords_for_a_login_that_does_not_exist_lock_it_just_the_same(visit):
    visitor = visit()
    visitor.open("/sign-in")
    for turn in range(6):
        visitor.enter("ghost", f"guess number {turn}")
        visitor.page.get_by_role("alert").wait_for()
    assert "too many tries; wait" in visitor.page.get_by_role("alert").inner_text()


def test_signing_out_ends_the_session_on_the_server_too(visit, client):
    with_cookie = client("sam")
    kept = dict(with_cookie.cookies)
    assert with_cookie.send_form("/sign-out").headers["location"] == "/sign-in"
    with_cookie.cookies.update(kept)
    assert with_cookie.get("/").headers["location"] == "/sign-in"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(visit):
    visitor = visit().sign_in("sam")
    (cookie,) = [c for c in visitor.context.cookies() if c["name"] == "stepline"]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [
        ("/runs?state=held", "/runs?state=held"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_nobody_is_sent_to_another_server_after_signing_in(wanted, leads):
    assert local(wanted) == leads
