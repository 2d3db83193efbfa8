from __future__ import annotations

import numpy as np
import onnx_ir as ir
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from index.embedding import quantise

INPUTS, OUTPUTS = 64, 32
Array = NDArray[np.float32]


@given(
    weights=arrays(
        np.float32, (6, 3), elements=st.floats(-1e3, 1e3, width=32, allow_subnormal=False)
    )
)
def test_no_two_neighbouring_products_saturate_sixteen_bits(weights: Array) -> None:
    steps, scales = quantise.step_weights(weights)
    pairs = steps.astype(np.int64).reshape(-1, 2, 3) * 255  # the loudest activation
    assert np.maximum(pairs, 0).sum(axis=1).max() < 2**15
    assert np.minimum(pairs, 0).sum(axis=1).min() >= -(2**15)
    assert (np.abs(steps * scales - weights) <= scales * 0.501 + 1e-6).all()


def product_graph(weights: Array) -> ir.Model:
    right = ir.Value(name="weights", const_value=ir.tensor(weights, name="weights"))
    left = ir.Value(name="x", shape=ir.Shape([1, "length", INPUTS]))
    left.dtype = ir.DataType.FLOAT
    product = ir.node("MatMul", [left, right])
    product.outputs[0].name = "y"
    product.outputs[0].shape = ir.Shape([1, "length", OUTPUTS])
    product.outputs[0].dtype = ir.DataType.FLOAT
    graph = ir.Graph(
        [left],
        product.outputs,
        nodes=[product],
        initializers=[right],
        opset_imports={"": 23},
        name="product",
    )
    return ir.Model(graph, ir_version=10)


@pytest.fixture(scope="module")
def weights() -> Array:
    return np.random.default_rng(3).normal(size=(INPUTS, OUTPUTS)).astype(np.float32)


@pytest.fixture(scope="module")
def session(weights: Array) -> onnxruntime.InferenceSession:
    model = product_graph(weights)
    loud = np.ones(INPUTS, np.float32)
    loud[5] = 50
    quantise.quantise_products(model.graph, {"x": loud})
    assert [node.op_type for node in model.graph].count("MatMulIntegerToFloat") == 1
    return onnxruntime.InferenceSession(
        ir.to_proto(model).SerializeToString(), providers=["CPUExecutionProvider"]
    )


def activations(seed: int, length: int) -> Array:
    values = np.random.default_rng(seed).normal(size=(1, length, INPUTS)).astype(np.float32)
    values[..., 5] *= 50  # one channel much louder than the rest, as real models have
    return values


def test_an_int8_product_is_near_the_product(
    session: onnxruntime.InferenceSession, weights: Array
) -> None:
    x = activations(1, 9)
    (y,) = session.run(None, {"x": x})
    exact = x @ weights
    cosines = (y * exact).sum(-1) / np.linalg.norm(y, axis=-1) / np.linalg.norm(exact, axis=-1)
    assert cosines.min() > 0.9995
    assert np.abs(y - exact).max() < 0.02 * np.abs(exact).max()


def test_a_token_is_stepped_without_regard_to_the_others(
    session: onnxruntime.InferenceSession,
) -> None:
    x = activations(2, 6)
    (together,) = session.run(None, {"x": x})
    louder = x.copy()
    louder[0, 3:] *= 1000
    (beside_louder,) = session.run(None, {"x": louder})
    assert np.array_equal(together[0, :3], beside_louder[0, :3])
    (alone,) = session.run(None, {"x": x[:, :1]})
    assert np.array_equal(together[0, :1], alone[0])


def test_a_token_of_zeros_stays_zero(session: onnxruntime.InferenceSession) -> None:
    (y,) = session.run(None, {"x": np.zeros((1, 2, INPUTS), np.float32)})
    assert not y.any()


def test_a_large_table_is_held_in_int8_row_by_row() -> None:
    table = np.random.default_rng(4).normal(size=(2**16, 16)).astype(np.float32)
    table[7] *= 1000
    weights = ir.Value(name="table", const_value=ir.tensor(table, name="table"))
    numbers = ir.Value(name="numbers", shape=ir.Shape([1, "length"]))
    numbers.dtype = ir.DataType.INT64
    gather = ir.node("Gather", [weights, numbers])
    gather.outputs[0].name = "rows"
    gather.outputs[0].shape, gather.outputs[0].dtype = (
        ir.Shape([1, "length", 16]),
        ir.DataType.FLOAT,
    )
    graph = ir.Graph(
        [numbers],
        gather.outputs,
        nodes=[gather],
        initializers=[weights],
        opset_imports={"": 23},
        name="table",
    )
    quantise.quantise_tables(graph)
    content = ir.to_proto(ir.Model(graph, ir_version=10)).SerializeToString()
    assert len(content) < table.nbytes / 3
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (rows,) = session.run(None, {"numbers": np.array([[7, 3]])})
    finest = np.abs(table[[7, 3]]).max(axis=1) / 127
    assert (np.abs(rows[0] - table[[7, 3]]).max(axis=1) <= finest * 0.51).all()
