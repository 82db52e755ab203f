"""What tests of the editor ask of it: whether it has saved, what a draft holds, a picture to give it."""

import io

from PIL import Image


def picture(color: str = "blue") -> dict:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), color).save(out, "PNG")
    return {"name": f"{color}.png", "mimeType": "image/png", "buffer": out.getvalue()}


def saved(writer) -> None:
    writer.page.locator("#saved", has_text="Saved").wait_for()


def state(writer) -> dict:
    draft = writer.page.locator("#editor").get_attribute("data-draft")
    return writer.page.request.get(f"{writer.address}/drafts/{draft}/state").json()


def titles(writer) -> list[str]:
    return writer.page.locator("#steps li span").all_inner_texts()
