"""The shapes of requests and responses, by subject."""
