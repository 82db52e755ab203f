"""A station's devices: transports that move bytes, decoders that know their meaning, a simulator for each."""
