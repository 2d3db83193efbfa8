"""A whole small model without training: a table of vectors, and their mean."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

CHARACTERS = "两地共有多少个事项可以异地办理政务服务数据管理局年度工作报告第条一二三。，？:0123abcd"
DIMENSION = 8
MAXIMUM_TOKENS = 16
PROBE = "第二条"


def character_tokenizer() -> Tokenizer:
    pieces = ["<s>", "</s>", "<unk>", *dict.fromkeys(CHARACTERS)]
    numbers = {piece: place for place, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordLevel(numbers, "<unk>"))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    tokenizer.add_special_tokens(["<s>", "</s>", "<unk>"])
    return tokenizer


def mean_graph(rows: int) -> ir.Model:
    """Return a graph that gives the mean of the tokens' rows."""
    table = np.random.default_rng(7).normal(size=(rows, DIMENSION)).astype(np.float32)
    weights, axis = (
        ir.Value(name=name, const_value=ir.tensor(array, name=name))
        for name, array in (("table", table), ("axis", np.array([1])))
    )
    numbers = ir.Value(name="input_ids", shape=ir.Shape([1, "length"]))
    numbers.dtype = ir.DataType.INT64
    gather = ir.node("Gather", [weights, numbers])
    mean = ir.node("ReduceMean", [gather.outputs[0], axis], {"keepdims": 0})
    mean.outputs[0].name, mean.outputs[0].shape = "vector", ir.Shape([1, DIMENSION])
    mean.outputs[0].dtype = ir.DataType.FLOAT
    graph = ir.Graph(
        [numbers],
        mean.outputs,
        nodes=[gather, mean],
        initializers=[weights, axis],
        opset_imports={"": 20},
        name="mean",
    )
    return ir.Model(graph, ir_version=10)
