"""Read-only questions to what was recorded; answers are frozen values, bounded in size, with aware times."""
