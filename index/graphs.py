"""Opens an exported model for serving; the embedding model and the reader are served alike."""

from __future__ import annotations

from pathlib import Path

import onnxruntime

_SLOW_FUSION = "SkipLayerNormFusion"  # the fused operation takes seven times its two parts


def open_graph(path: Path) -> onnxruntime.InferenceSession:
    """Open a graph that runs one text a thread, and gives memory back after each."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=[_SLOW_FUSION]
    )
