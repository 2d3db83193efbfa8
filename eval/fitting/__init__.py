"""Fits what the product ships as numbers: fusion weights and confidence."""
