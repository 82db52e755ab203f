"""The language both sides speak: documents that go down, records that come up, and the pure run between them."""
