"""One station's terminal: its session, its local store, its sync and its screens."""
