"""What we ask of faiss: exact search through a mask, and a graph that lies in a file."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import faiss as _faiss
import numpy as np

from index.admission import Mask
from index.engine import Numbers, Vectors
from index.errors import DamagedIndex

faiss: Any = _faiss  # its stubs know neither selectors nor the scalar quantizer of a graph

GONE = -1  # the number of a row of the graph that is no passage any more
_HALF = faiss.ScalarQuantizer.QT_fp16
_NEIGHBOURS = 32  # of a passage in the graph
_BUILD_BREADTH = 100
_SEARCH_BREADTH = 256

Index = Any  # faiss has no types


def exact_index(dimension: int, codes: bytes = b"") -> Index:
    """Return an index that looks at each vector; `codes` are half-precision rows."""
    index = faiss.IndexScalarQuantizer(dimension, _HALF, faiss.METRIC_INNER_PRODUCT)
    if codes:
        index.add_sa_codes(np.frombuffer(codes, np.uint8).reshape(-1, 2 * dimension))
    return index


def codes_of(index: Index) -> bytes:
    """Return the rows of an exact index as it was given them."""
    return bytes(faiss.vector_to_array(index.codes).tobytes())


def vectors_of(index: Index, rows: Numbers) -> Vectors:
    """Return the vectors of these rows."""
    vectors: Vectors = _storage(index).reconstruct_batch(rows)
    return vectors


def one_by_one(index: Index, vector: Vectors, mask: Mask, limit: int) -> tuple[Numbers, Vectors]:
    """Return the nearest rows that the mask admits, having looked at each."""
    count = min(limit, int(mask.sum()))
    if count < 1:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    if mask.all():
        scores, rows = _storage(index).search(vector[None], count)
    else:
        chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(_bits(mask)))
        scores, rows = _storage(index).search(vector[None], count, params=chosen)
    return rows[0], scores[0]


def through_graph(graph: Index, vector: Vectors, mask: Mask, limit: int) -> tuple[Numbers, Vectors]:
    """Return rows the mask admits, almost always the nearest, having looked at few."""
    chosen = faiss.SearchParametersHNSW(
        sel=faiss.IDSelectorBitmap(_bits(mask)), efSearch=max(_SEARCH_BREADTH, 2 * limit)
    )
    scores, rows = graph.search(vector[None], limit, params=chosen)
    found = rows[0] >= 0
    if found.sum() < min(limit, int(mask.sum())):  # the mask cut the graph to pieces
        return one_by_one(graph, vector, mask, limit)
    return rows[0][found], scores[0][found]


def build_graph(vectors: Vectors) -> Index:
    """Return a graph over the vectors; takes about a minute for 100,000."""
    graph = faiss.IndexHNSWSQ(vectors.shape[1], _HALF, _NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    graph.hnsw.efConstruction = _BUILD_BREADTH
    graph.add(vectors)
    return graph


def write_graph(directory: Path, graph: Index, numbers: Numbers) -> tuple[str, int]:
    """Write a graph and the numbers of its rows; return the files' name and a checksum."""
    stem = f"graph-{uuid4().hex[:8]}"
    content = faiss.serialize_index(graph).tobytes()
    _write(directory / f"{stem}.faiss", content)
    _write(directory / f"{stem}.numbers", numbers.tobytes())
    return stem, zlib.crc32(numbers.tobytes(), zlib.crc32(content))


def read_graph(directory: Path, stem: str, checksum: int) -> tuple[Index, Numbers]:
    """Read what `write_graph` wrote. Raises DamagedIndex where it is not the same any more."""
    try:
        content = (directory / f"{stem}.faiss").read_bytes()
        numbers = (directory / f"{stem}.numbers").read_bytes()
    except FileNotFoundError as error:
        raise DamagedIndex("向量索引缺少文件，将从知识库重新生成。") from error
    if zlib.crc32(numbers, zlib.crc32(content)) != checksum:
        raise DamagedIndex("向量索引的近邻图已损坏，将从知识库重新生成。")
    graph = faiss.deserialize_index(np.frombuffer(content, np.uint8))
    return graph, np.frombuffer(numbers, np.int64)


def _storage(index: Index) -> Index:
    return faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index


def _bits(mask: Mask) -> Any:
    return np.packbits(mask, bitorder="little")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
