"""Start a kiosk: `python -m kiosk --data DIR --server URL --devices FILE`."""

import logging
import sys
from collections.abc import Sequence

from hardware.settings import DevicesFileWrong
from kiosk.main import run
from kiosk.settings import Settings
from kiosk.store.errors import StoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        run(Settings.read(sys.argv[1:] if arguments is None else arguments))
    except (StoreError, DevicesFileWrong) as problem:
        print(f"The kiosk cannot start: {problem}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
