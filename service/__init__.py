"""From a question to an answer, and the channels it goes out by."""
