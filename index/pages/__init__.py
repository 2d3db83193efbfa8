"""The pages of originals as pictures, and where on them a quote stands."""
