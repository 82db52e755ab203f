"""The JSON API, version 1: for kiosks, engineers' tools and other systems."""
