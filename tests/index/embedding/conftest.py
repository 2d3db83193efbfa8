from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest

from index.embedding.prepared import (
    GRAPH_NAME,
    Description,
    Prepared,
    export_folder,
    point,
    write_description,
)
from index.embedding.tokens import FULL_NAME
from tests.index.embedding.small_model import (
    DIMENSION,
    MAXIMUM_TOKENS,
    PROBE,
    character_tokenizer,
    mean_graph,
)


@pytest.fixture
def make_prepared(tmp_path: Path) -> Callable[[str], Prepared]:
    """Prepare the small model under a name in `tmp_path`, as `prepare` would have."""

    def make(name: str) -> Prepared:
        folder = export_folder(tmp_path, name, "0" * 64)
        folder.mkdir(parents=True)
        tokenizer = character_tokenizer()
        tokenizer.save(str(folder / FULL_NAME))
        model = mean_graph(tokenizer.get_vocab_size())
        ir.save(model, folder / GRAPH_NAME, external_data=f"{GRAPH_NAME}.data")
        table = model.graph.initializers["table"].const_value.numpy()
        mean = table[tokenizer.encode(PROBE).ids].mean(axis=0)
        description = Description(
            identity=f"{name}@0/float32/onnxruntime",
            dimension=DIMENSION,
            maximum_tokens=MAXIMUM_TOKENS,
            query_prompt="问:",
            passage_prompt="",
            probe=PROBE,
            probe_vector=tuple((mean / np.linalg.norm(mean)).tolist()),
            sizes={path.name: path.stat().st_size for path in folder.iterdir()},
        )
        write_description(folder, description)
        point(tmp_path, name, folder, None)
        return Prepared(folder, description)

    return make
