"""Start a kiosk: `python -m kiosk --data DIR --server URL --devices FILE`."""

import sys

from kiosk.main import main

sys.exit(main())
