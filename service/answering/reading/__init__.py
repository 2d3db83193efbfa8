"""What passages state, and whether that is what was asked."""
