"""The promises, measured beside their yardsticks in the same run."""
