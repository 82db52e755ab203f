"""The one command, and the demonstration: the only place where all rooms meet."""
