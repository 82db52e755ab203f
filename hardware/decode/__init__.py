"""What the bytes of a device mean: pure decoders that are fed, with a ceiling, and never read, wait or raise."""
