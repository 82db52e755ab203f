"""The dry run: a simulated operator with simulated readings walks every path, with the decider that kiosks use."""
