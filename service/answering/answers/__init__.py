"""Each way a question can be answered, one file a way: a fact, an article, a value, a passage."""
