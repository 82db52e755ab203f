"""The enrolment's address as a QR code."""

import io

import qrcode
from qrcode.image.pil import PilImage

BOX = 10  # pixels of one module
QUIET = 2  # modules of white around it; the screen's own background adds to that


def picture(url: str) -> bytes:
    """A PNG of the QR code (ISO/IEC 18004, error correction M) that leads to `url`."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, box_size=BOX, border=QUIET)
    code.add_data(url)
    code.make(fit=True)
    stream = io.BytesIO()
    code.make_image(image_factory=PilImage).save(stream, "PNG")
    return stream.getvalue()
