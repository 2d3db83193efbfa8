"""A knowledge base in one archive, to be carried into another."""
