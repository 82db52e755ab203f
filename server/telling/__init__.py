"""Other systems hear of every move: the audit trail as an event stream, and as calls to addresses (webhooks)."""
