"""From a question and ranked passages to a verified answer. Imports no channel."""
