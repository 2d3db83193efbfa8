"""A graph in int8 whose vectors depend on the text alone.

Every token's activations get a scale of their own, so that neither the other tokens nor the
other texts change how finely they are stepped. Weights are stepped so that two neighbouring
products, as AVX2 adds them in sixteen bits, never saturate: a processor without VNNI counts
the same as one with it. Channels much louder than the rest are made quieter before the
stepping, and their weights louder, which leaves the product as it is (SmoothQuant,
arXiv 2211.10438).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx_ir as ir
from numpy.typing import NDArray

RUNTIME_DOMAIN = "com.microsoft"

_STEPS = 127
_MIDDLE = 128  # the unsigned value that stands for zero
_PAIR_LIMIT = (2**15 - 1) // 255  # |w0 + w1| of one sign, times 255, fits in sixteen bits
_TABLE_SIZE = 2**20  # from here on a table of embeddings is worth stepping

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Product:
    """A multiplication of activations by constant weights, of shape (inputs, outputs)."""

    node: ir.Node
    activations: ir.Value
    weights: Weights


def find_products(graph: ir.Graph) -> list[Product]:
    """Find the multiplications by constant weights, the bulk of a model's work."""
    products = []
    for node in graph:
        if node.op_type != "MatMul" or node.domain:
            continue
        activations, right = node.inputs
        weights = _constant(right)
        if weights is None or weights.ndim != 2 or activations is None or not activations.shape:
            continue
        if len(activations.shape) == 3 and weights.shape[0] % 2 == 0:
            products.append(Product(node, activations, weights))
    return products


def quantise_products(graph: ir.Graph, loudest: Mapping[str, Weights]) -> None:
    """Replace products by their int8 form, in place.

    `loudest` holds, for the activations of each product by name, the greatest absolute value
    seen in each channel.
    """
    groups: dict[str, list[Product]] = {}
    for product in find_products(graph):
        groups.setdefault(_name(product.activations), []).append(product)
    for name, group in groups.items():
        _replace_products(graph, group, loudest[name])
    graph.opset_imports[RUNTIME_DOMAIN] = 1
    drop_unused(graph)


def quantise_tables(graph: ir.Graph) -> None:
    """Hold large tables of embeddings in int8, each row with its scale, in place."""
    for node in list(graph):
        if node.op_type != "Gather" or node.domain or node.attributes.get_int("axis"):
            continue
        table = _constant(node.inputs[0])
        if table is None or table.ndim != 2 or table.size < _TABLE_SIZE:
            continue
        scales = _positive(np.abs(table).max(axis=1, keepdims=True) / _STEPS)
        steps = np.round(table / scales).astype(np.int8)
        add = _Adder(graph, node, "table")
        rows = add("Gather", add.constant("rows", steps), node.inputs[1])
        scale = add("Gather", add.constant("scales", scales), node.inputs[1])
        add.last("Mul", add("Cast", rows, to=ir.DataType.FLOAT), scale)
    drop_unused(graph)


def drop_unused(graph: ir.Graph) -> None:
    """Take out constants and nodes that nothing reads any more."""
    for node in reversed(list(graph)):
        if not any(out.uses() or out.is_graph_output() for out in node.outputs):
            graph.remove(node, safe=True)
    for name, value in list(graph.initializers.items()):
        if not value.uses() and not value.is_graph_output():
            del graph.initializers[name]


def step_weights(weights: Weights) -> tuple[NDArray[np.int8], Weights]:
    """Return weights in steps and the scale of each column; no pair of steps can saturate."""
    pairs = weights.reshape(-1, 2, weights.shape[1])
    above = np.maximum(pairs, 0).sum(axis=1).max(axis=0)
    below = np.minimum(pairs, 0).sum(axis=1).min(axis=0)
    # a pair rounds up by one at most, hence the one less
    scales = np.maximum(np.maximum(above, -below) / (_PAIR_LIMIT - 1), np.abs(weights).max(0) / 127)
    scales = _positive(scales)
    return np.round(weights / scales).astype(np.int8), scales


def _replace_products(graph: ir.Graph, group: list[Product], loudest: Weights) -> None:
    """Replace the products that read the same activations, which are stepped once."""
    heaviest = np.maximum.reduce([np.abs(product.weights).max(axis=1) for product in group])
    loudest = np.maximum(loudest, loudest.max() / 1000)  # one may be silent only in the samples
    balance = np.sqrt(_positive(loudest) / _positive(heaviest))
    # to quarters of a power of two: the same whichever processor the samples were run on
    balance = np.exp2(np.round(4 * np.log2(balance)) / 4).astype(np.float32)
    add = _Adder(graph, group[0].node, "steps")
    even = add("Mul", group[0].activations, add.constant("balance", 1 / balance))
    steps, scale = _step_activations(add, even)
    for product in group:
        weights, scales = step_weights(product.weights * balance[:, None])
        add = _Adder(graph, product.node, "product")
        total = add(
            "MatMulIntegerToFloat",
            steps,
            add.constant("weights", weights),
            add.constant("one", np.float32(1)),
            add.constant("scales", scales),
            add.constant("middle", np.uint8(_MIDDLE)),
            domain=RUNTIME_DOMAIN,
        )
        add.last("Mul", total, scale)


def _step_activations(add: _Adder, values: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Step each token by itself; return the steps and, of shape (1, tokens, 1), the scales."""
    outer = add.constant("outer", np.array([0, 2]))  # batch, which is one, and channels
    loudest = add("ReduceMax", add("Abs", values), outer, keepdims=0)
    loudest = add("Max", loudest, add.constant("least", np.float32(1e-9)))
    scale = add("Mul", loudest, add.constant("step", np.float32(1 / _STEPS)))
    middle = add(
        "Expand", add.constant("middle", np.array([_MIDDLE], np.uint8)), add("Shape", scale)
    )
    steps = add("QuantizeLinear", values, scale, middle, axis=1)
    return steps, add("Reshape", scale, add.constant("shape", np.array([1, -1, 1])))


class _Adder:
    """Puts nodes into a graph before the one that they replace."""

    def __init__(self, graph: ir.Graph, replaced: ir.Node, purpose: str) -> None:
        self._graph = graph
        self._replaced = replaced
        self._prefix = f"{_name(replaced.outputs[0])}.{purpose}"
        self._count = 0

    def __call__(
        self, operation: str, *inputs: ir.Value | None, domain: str = "", **attributes: int
    ) -> ir.Value:
        self._count += 1
        node = ir.node(
            operation,
            inputs,
            attributes,
            domain=domain,
            name=f"{self._prefix}.{self._count}",
        )
        node.outputs[0].name = node.name
        self._graph.insert_before(self._replaced, node)
        return node.outputs[0]

    def last(self, operation: str, *inputs: ir.Value) -> None:
        """Add the node whose output takes the place of the old one's."""
        new, old = self(operation, *inputs), self._replaced.outputs[0]
        new.shape, new.type = old.shape, old.type
        ir.convenience.replace_all_uses_with(old, new, replace_graph_outputs=True)
        self._graph.remove(self._replaced, safe=True)

    def constant(self, name: str, array: NDArray[np.generic] | np.generic) -> ir.Value:
        """Add a constant."""
        self._count += 1
        name = f"{self._prefix}.{name}.{self._count}"
        tensor = ir.tensor(np.asarray(array), name=name)
        value = ir.Value(
            name=name,
            type=ir.TensorType(tensor.dtype),
            shape=ir.Shape(array.shape),
            const_value=tensor,
        )
        self._graph.register_initializer(value)
        return value


def _constant(value: ir.Value | None) -> Weights | None:
    """Return a constant in float32, also where the graph turns it over first."""
    if value is None:
        return None
    if value.const_value is not None and value.producer() is None:
        array = value.const_value.numpy()
        return array if array.dtype == np.float32 else None
    producer = value.producer()
    if producer is not None and producer.op_type == "Transpose":
        inner = _constant(producer.inputs[0])
        return None if inner is None or inner.ndim != 2 else np.ascontiguousarray(inner.T)
    return None


def _positive(values: Weights) -> Weights:
    """Return the values with the smallest useful number in place of zeros."""
    return np.maximum(values, 1e-8).astype(np.float32)


def _name(value: ir.Value) -> str:
    if value.name is None:
        raise ValueError("a value without a name")
    return value.name
