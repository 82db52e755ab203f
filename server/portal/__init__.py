"""The pages that supervisors, engineers and administrators read and work with."""
