"""The steps from every earlier form of the catalogue to the one of today."""
