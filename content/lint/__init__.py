"""The checker: what is valid, and still not as good as it could be."""
