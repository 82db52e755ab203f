"""A kiosk is let in, renamed, given documents and revoked by people in the portal."""

import httpx2
from securesystemslib.signer import CryptoSigner

from content import package


def ask(address: str, name: str) -> dict:
    key = package.public_key(CryptoSigner.generate_ed25519())
    body = {"name": name, "public_key": key, "version": "0.1.0"}
    return httpx2.post(f"{address}/api/v1/enrolments", json=body, timeout=20).raise_for_status().json()


def poll(address: str, asked: dict) -> dict:
    headers = {"Authorization": f"Bearer {asked['secret']}"}
    return httpx2.get(f"{address}/api/v1/enrolments/{asked['id']}", headers=headers, timeout=20).json()


def test_a_kiosk_is_let_in_by_its_code_set_up_and_revoked(visit, served):
    asked = ask(served.address, "kiosk-new")
    page = visit().sign_in(path="/stations/enrol").page
    page.get_by_label("Code", exact=True).fill(asked["code"].replace("-", "").lower())
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("kiosk-new asks to come in").wait_for()
    assert asked["code"] in page.inner_text("main")
    page.get_by_label("Station where it stands").select_option("+")
    page.get_by_label("Name", exact=True).fill("Assembly 9")
    page.get_by_label("Identifier").fill("assembly-9")
    page.get_by_role("button", name="Let it in").click()
    page.wait_for_url("**/stations/assembly-9?done=enrolled")

    given = poll(served.address, asked)
    assert given["state"] == "confirmed"
    assert given["station"]["name"] == "Assembly 9"
    kiosk = {"Authorization": f"Bearer {given['token']}"}
    assignment = f"{served.address}/api/v1/kiosk/assignment"
    assert httpx2.get(assignment, headers=kiosk, timeout=20).status_code == 200

    page.get_by_label("Fit the gears").check()
    page.get_by_role("button", name="Assign").click()
    page.wait_for_url("**?done=assigned")
    assert page.get_by_label("Fit the gears").is_checked()
    assert "on its way to kiosk-new" in page.inner_text("main")

    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    assert not page.get_by_role("dialog").is_visible()
    page.get_by_role("button", name="Revoke", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    page.wait_for_url("**?done=revoked")
    assert httpx2.get(assignment, headers=kiosk, timeout=20).status_code == 401


def test_the_address_of_the_qr_code_leads_to_the_question_itself(visit, served):
    asked = ask(served.address, "kiosk-qr")
    path = asked["url"].removeprefix(served.address)
    page = visit().sign_in(path=path).page
    assert "kiosk-qr asks to come in" in page.inner_text("main")
    page.get_by_role("button", name="Turn it away").click()
    page.wait_for_url("**/stations?done=refused")
    assert poll(served.address, asked)["state"] == "refused"


def test_a_code_that_no_kiosk_shows_is_refused_with_the_mend(client):
    answer = client("admin").send_form(
        "/stations/enrol", code="ABCD-EFGH", station="packing", answer="confirm"
    )
    assert answer.status_code == 404
    assert "no kiosk shows the code ABCD-EFGH" in answer.text


def test_a_station_is_renamed(client):
    admin = client("admin")
    assert admin.send_form("/stations/packing/name", name="Packing & dispatch").status_code == 303
    assert "Packing &amp; dispatch" in admin.get("/stations").text
    assert admin.send_form("/stations/packing/name", name=" ").status_code == 422
    assert admin.send_form("/stations/nowhere/name", name="x").status_code == 404


def test_a_person_is_added_and_can_be_deactivated(client, served, plant_module):
    admin = client("admin")
    fields = {"name": "Zoë <b>Ž</b>", "role": "supervisor", "login": "zoe", "password": plant_module.PASSWORD}
    assert admin.send_form("/people", **fields).status_code == 303
    assert "Zoë &lt;b&gt;Ž&lt;/b&gt;" in admin.get("/people").text
    zoe = client("zoe")
    assert zoe.get("/runs").status_code == 200
    assert admin.send_form("/people/zoe-b-z-b/deactivate").status_code == 303
    assert zoe.get("/runs").status_code == 303, "an open session ends at once"


def test_a_person_is_changed_and_whoever_is_signed_in_changes_their_own_password(
    client, visit, served, plant_module
):
    admin = client()
    fields = {"name": "Ria Rot", "role": "supervisor", "login": "ria", "password": plant_module.PASSWORD}
    assert admin.send_form("/people", **fields).status_code == 303
    page = visit(viewport={"width": 390, "height": 844}).sign_in("admin", "/people").page
    page.get_by_role("link", name="Ria Rot").click()
    page.get_by_label("Role").select_option("engineer")
    page.get_by_label("Badge code").fill("BDG:RIA-1")
    page.get_by_role("button", name="Change", exact=True).click()
    page.get_by_text("Changed. Kiosks learn of it at once.").wait_for()
    assert "without PIN" in page.locator("tr", has_text="Ria Rot").first.inner_text()
    ria = visit().sign_in("ria", "/me").page
    for now, again, words in (
        ("not it at all", "a new good sentence", "The password is wrong"),
        (plant_module.PASSWORD, "a new bad sentence", "The two new passwords differ"),
        (plant_module.PASSWORD, "a new good sentence", "Changed."),
    ):
        ria.get_by_label("The password now").fill(now)
        ria.locator("[name=password]").fill("a new good sentence")
        ria.get_by_label("The new one again").fill(again)
        ria.get_by_role("button", name="Change it").click()
        ria.get_by_text(words).first.wait_for()
    refused = admin.send_form("/people/admin", name="Administrator", role="engineer", login="admin")
    assert refused.status_code == 409
    assert "Nobody else is an administrator" in refused.text
    assert client("sam").get("/people/ria-rot").status_code == 403


def test_a_person_who_cannot_be_added_is_refused_with_the_reason(client):
    admin = client("admin")
    short = admin.send_form("/people", name="Max", role="engineer", login="max", password="short")
    assert short.status_code == 422
    assert "at least 10 characters" in short.text
    assert 'value="Max"' in short.text
    assert admin.send_form("/people", name="Max", role="king").status_code == 422
    assert admin.send_form("/people/admin/deactivate").status_code == 409
