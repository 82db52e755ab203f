"""The devices of a station: transports that move bytes, decoders that know what they mean, and a simulator for each."""
