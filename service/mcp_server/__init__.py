"""The desk as tools for other programs' models, by the Model Context Protocol."""
