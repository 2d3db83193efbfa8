"""Train the reader: one cross-encoder for how relevant a passage is, whether it answers, and where.

`python -m eval.training --data DIR --questions DIR --output DIR` trains,
`python -m eval.training.export` writes what is served, `python -m eval.training.evaluate` measures.
"""
