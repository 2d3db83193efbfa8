"""What a question asks for, about what, and under which limits."""
