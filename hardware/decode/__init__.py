"""What a device's bytes mean: pure decoders with a ceiling; they are fed, and never read, wait or raise."""
