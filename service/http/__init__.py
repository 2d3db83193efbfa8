"""The HTTP interface: JSON for programs, the page for people."""
