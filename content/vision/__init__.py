"""What a camera is taught to judge: the file of a taught check, teaching it, looking with it, measuring it."""
