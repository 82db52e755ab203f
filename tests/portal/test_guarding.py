"""What is refused without a session, a role or a token, and what every answer carries."""

import pytest

PAGES = (
    "/",
    "/runs",
    "/deviations",
    "/step-times",
    "/library",
    "/stations",
    "/fleet",
    "/fleet.csv",
    "/runs.csv",
    "/floor/live",
)
ENGINEERS = ("/stations/packing/documents",)
ADMINISTRATORS = ("/stations/packing/name", "/stations/enrol", "/people", "/people/ada/deactivate")


@pytest.mark.parametrize(
    "path", [*PAGES, "/people", "/media/" + "0" * 64, "/photos/" + "0" * 64, "/no/such/page"]
)
def test_every_page_asks_for_a_sign_in_first(client, path):
    answer = client(None).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", [*ENGINEERS, *ADMINISTRATORS, "/deviations/x", "/sign-out"])
def test_a_form_without_the_sessions_own_token_is_refused(client, path):
    admin = client("admin")
    for token in ("", "x" * 43, client("sam").csrf):
        answer = admin.post(path, data={"csrf": token, "name": "forged"})
        assert answer.status_code == 403
        assert "did not come from a page" in answer.text
    assert "forged" not in admin.get("/stations").text


def test_the_sign_in_form_works_only_in_the_browser_that_it_was_shown_in(client):
    answer = client(None).post("/sign-in", data={"ticket": "guessed", "login": "admin", "password": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", [*PAGES[:-1], "/sign-in", "/no/such/page", "/people"])
def test_every_answer_forbids_inline_scripts_styles_and_frames(client, path):
    headers = client("sam").get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("login", "refused"),
    [
        ("sam", [*ENGINEERS, *ADMINISTRATORS]),
        ("eve", ADMINISTRATORS),
    ],
)
def test_a_role_reaches_no_further_than_it_says(client, login, refused):
    visitor = client(login)
    for path in refused:
        assert visitor.send_form(path, name="x", document="close-pump").status_code == 403, path
    assert visitor.get("/people").status_code == 403
    assert "for the role administrator" in visitor.get("/stations/enrol").text


def test_an_operator_with_a_login_sees_no_page_of_others(served, client, plant_module):
    from server.people.roster import add_person

    add_person(
        served.plant.house, "otto", "Otto", "operator", "admin", login="otto", password=plant_module.PASSWORD
    )
    visitor = client(None)
    ticket = visitor.get("/sign-in").text.split('name="ticket" value="')[1].split('"')[0]
    visitor.post("/sign-in", data={"ticket": ticket, "login": "otto", "password": plant_module.PASSWORD})
    for path in PAGES:
        assert visitor.get(path).status_code == 403, path


def test_a_page_that_does_not_exist_is_a_page_in_the_same_looks(client):
    answer = client("sam").get("/runs/no-such-run")
    assert answer.status_code == 404
    assert "There is no such run." in answer.text
    assert "To the floor" in answer.text


@pytest.mark.parametrize(
    "path", ["/static/x/../../guard.py", "/static/x/%2e%2e/%2e%2e/guard.py", "/static/x/nothing.js"]
)
def test_static_addresses_lead_to_nothing_but_static_files(client, path):
    assert client("sam").get(path).status_code == 404


def test_a_form_of_any_size_is_not_read_to_its_end(client):
    endless = (b"login=" + b"x" * 65_536 for _ in range(64))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client(None).post("/sign-in", content=endless, headers=headers)
    assert answer.status_code in {303, 413}
    assert "csrf" not in answer.text
