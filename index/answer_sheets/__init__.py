"""Spreadsheets of questions and spoken answers, read row by row into curated answers."""
