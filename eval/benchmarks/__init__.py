"""How fast and how big: `python -m eval.benchmarks`. Ratios count, single times do not."""
