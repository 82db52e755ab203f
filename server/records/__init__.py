"""What was recorded: taking in the kiosks' records, and the projections that follow from them."""
