"""The page of other systems: an address is added, its secret shown once, its failure told, and it ends."""

import socket


def test_an_administrator_adds_an_address_sees_how_it_is_and_ends_it(visit, client, plant_module, tmp_path):
    from tests.portal import conftest

    plant = plant_module.build(tmp_path / "data", runs=1, days=1)
    plant.house.engine.dispose()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/{'long-' * 30}path"  # nothing answers there afterwards
    for served in conftest.serve(plant, tmp_path, "--tell", "127.0.0.1"):
        page = visit(served).sign_in("admin", "/publishing").page
        page.get_by_role("link", name="Other systems").click()
        page.get_by_text("No other system is told").wait_for()
        page.get_by_label("Address").fill("https://10.1.2.3/")
        page.get_by_role("button", name="Add").click()
        assert "--tell 10.1.2.3" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Address").input_value() == "https://10.1.2.3/"
        page.get_by_label("Address").fill(url)
        page.get_by_role("button", name="Add").click()
        assert page.get_by_role("status").inner_text().partition("whsec_")[2]
        page.goto(f"{served.address}/publishing/hooks")
        assert "whsec_" not in page.content()
        for _ in range(100):
            if page.get_by_text("not told").count():
                break
            page.wait_for_timeout(100)
            page.reload()
        assert "nothing answers there" in page.locator("tbody").inner_text()
        page.get_by_role("button", name="Try now").click()
        page.get_by_role("button", name="End", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="End").click()
        page.get_by_text("No other system is told").wait_for()
        for login in ("sam", "eve"):
            assert client(login, served).get("/publishing/hooks").status_code == 403
        assert "Other systems" not in client("eve", served).get("/publishing").text
