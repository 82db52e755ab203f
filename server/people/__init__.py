"""Who may: people, their passwords and sessions, and the kiosks they let in."""
