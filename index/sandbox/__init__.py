"""Reading in child processes, so that no file can take the program down or run away with it."""
