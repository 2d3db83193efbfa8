"""The usual ways to serve a model, to be measured beside ours: padded batches, other int8."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx_ir as ir
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer

from index.embedding import quantise
from index.embedding.export import OPSET
from index.embedding.prepared import Prepared
from index.embedding.tokens import load_tokens
from index.engine import Vectors

BATCH = 32
BLOCK = 32  # weights of MatMulNBits that share a scale


class PaddedEmbedder:
    """A graph that takes batches: texts sorted by length, padded, the padding masked."""

    def __init__(self, graph: Path, prepared: Prepared) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._tokens = load_tokens(prepared.folder)
        self._description = prepared.description
        self.identity = graph.name

    @property
    def dimension(self) -> int:
        """Return the length of a vector."""
        return self._description.dimension

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row a passage."""
        rows = [self._numbers(self._description.passage_prompt, text) for text in texts]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place]))
        vectors = np.empty((len(rows), self.dimension), np.float32)
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            vectors[places] = self._run([rows[place] for place in places])
        return vectors

    def embed_query(self, text: str) -> Vectors:
        """Return the unit vector of a question."""
        vectors: Vectors = self._run([self._numbers(self._description.query_prompt, text)])[0]
        return vectors

    def _numbers(self, prompt: str, text: str) -> list[int]:
        return self._tokens.numbers(prompt + text)[: self._description.maximum_tokens]

    def _run(self, rows: Sequence[Sequence[int]]) -> Vectors:
        shape = len(rows), max(map(len, rows))
        numbers, mask = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for place, row in enumerate(rows):
            numbers[place, : len(row)], mask[place, : len(row)] = row, 1
        found = self._session.run(None, {"input_ids": numbers, "attention_mask": mask})
        return np.asarray(found[0], np.float32)


def trace_padded(model: SentenceTransformer) -> ir.Model:
    """Return the graph of a model for padded batches."""

    class Batch(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            for step in self.steps:
                features = step(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    numbers = torch.arange(14).reshape(2, 7)
    axes = {0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks of the exporter about itself
        program = torch.onnx.export(
            Batch().eval(),
            (numbers, torch.ones_like(numbers)),
            input_names=["input_ids", "attention_mask"],
            dynamic_shapes=(axes, axes),
            dynamo=True,
            opset_version=OPSET,
            verbose=False,
        )
    if program is None:
        raise ValueError("no program")
    return program.model


def blockwise(model: ir.Model) -> ir.Model:
    """Return the graph with weights in blocks of int8, computed in int8: MatMulNBits."""
    graph = model.graph.clone()
    for product in quantise.find_products(graph):
        inputs, outputs = product.weights.shape
        blocks = product.weights.T.reshape(outputs, -1, BLOCK)
        scales = np.maximum(np.abs(blocks).max(axis=2), 1e-8) / 127
        steps = (np.round(blocks / scales[..., None]) + 128).astype(np.uint8)
        name = product.node.outputs[0].name
        constants = []
        for kind, array in (("steps", steps), ("scales", scales.reshape(-1).astype(np.float32))):
            tensor = ir.tensor(array, name=f"{name}.{kind}")
            constants.append(ir.Value(name=tensor.name, const_value=tensor))
            graph.register_initializer(constants[-1])
        attributes = {"K": inputs, "N": outputs, "bits": 8, "block_size": BLOCK}
        node = ir.node(
            "MatMulNBits",
            [product.activations, *constants],
            attributes | {"accuracy_level": 4},
            domain=quantise.RUNTIME_DOMAIN,
        )
        node.outputs[0].name = f"{name}.blockwise"
        graph.insert_before(product.node, node)
        ir.convenience.replace_all_uses_with(product.node.outputs[0], node.outputs[0])
        graph.remove(product.node, safe=True)
    graph.opset_imports[quantise.RUNTIME_DOMAIN] = 1
    quantise.quantise_tables(graph)
    return ir.Model(graph, ir_version=model.ir_version)


def one_scale_a_tensor(source: Path, target: Path) -> None:
    """Write the graph in the runtime's dynamic int8: a scale for all of a batch's activations."""
    quantize_dynamic(
        source, target, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"]
    )
