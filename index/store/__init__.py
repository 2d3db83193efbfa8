"""The catalogue and everything kept beside it: one SQLite file, the originals, the caches."""
