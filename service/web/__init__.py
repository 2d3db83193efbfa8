"""The pages people use: asking, the list of documents, a document with its quote marked."""
