"""One file for each kind of device: the keys of its table, its pure decoder, and its entry as `DRIVER`."""
