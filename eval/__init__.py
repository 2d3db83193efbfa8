"""Datasets, metrics, benchmarks and fitting. Nothing imports this package."""
