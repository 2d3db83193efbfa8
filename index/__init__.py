"""From bytes to ranked passages."""
