"""The latest instant that this kiosk has proof of, kept over restarts: a clock set back proves nothing."""

from datetime import datetime

from kiosk.store.store import Store
from kiosk.ticker import Ticker

KEPT = "proven"  # the name under which it is kept: the instant and its tick


def keep(store: Store, ticker: Ticker) -> None:
    """Note what is proven by now; raises StoreError."""
    proof = ticker.proof()
    if proof is not None:
        store.meta.put(**{KEPT: f"{proof[0].isoformat()} {proof[1]}"})


def recall(store: Store, ticker: Ticker) -> None:
    """Tell `ticker` what was proven before the kiosk was switched off; raises StoreError."""
    instant, _, tick = (store.meta.get(KEPT) or "").rpartition(" ")
    if instant:
        ticker.prove(datetime.fromisoformat(instant), int(tick))
    assignment = store.library.assignment()
    if assignment is not None and assignment.issued_at is not None:
        ticker.prove(assignment.issued_at)
