"""The demonstration: a small plant of real processes, ptys and a broker, played with or without a person."""
