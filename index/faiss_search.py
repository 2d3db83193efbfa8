"""What we ask of faiss: exact search through a mask, and a graph that lies in a file."""

from __future__ import annotations

import mmap
import os
import zlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import faiss as _faiss
import numpy as np
from numpy.typing import NDArray

from index.admission import Mask
from index.engine import Numbers, Vectors
from index.errors import DamagedIndex

faiss: Any = _faiss  # its stubs know neither selectors nor the scalar quantizer of a graph

GONE = -1  # the number of a row of the graph that is no passage any more
_HALF = faiss.ScalarQuantizer.QT_fp16
_NEIGHBOURS = 32  # of a passage in the graph
_BUILD_BREADTH = 100
_SEARCH_BREADTH = 256

_MOST = 0.5  # of the rows; where that many are admitted, looking at all is quicker than asking
_EVERY_CORE = faiss.omp_get_max_threads()  # for building; a search keeps to one

Index = Any  # faiss has no types
Halves = NDArray[np.float16]


def exact_index(dimension: int) -> Index:
    """Return an empty index that looks at each vector, kept in half precision."""
    return faiss.IndexScalarQuantizer(dimension, _HALF, faiss.METRIC_INNER_PRODUCT)


def make_room(index: Index, count: int) -> Halves:
    """Give an empty exact index so many rows, and return them to be written to.

    They are the index's own memory: no copy is made, and they go with it.
    """
    index.codes.resize(count * index.code_size)
    index.ntotal = count
    return halves_of(index)


def halves_of(index: Index) -> Halves:
    """Return the rows of an exact index, in its own memory."""
    if not index.ntotal:
        return np.empty((0, index.d), np.float16)
    codes = faiss.rev_swig_ptr(index.codes.data(), index.ntotal * index.code_size)
    halves: Halves = codes.view(np.float16).reshape(index.ntotal, index.d)
    return halves


def vectors_of(index: Index, rows: Numbers) -> Vectors:
    """Return the vectors of these rows."""
    vectors: Vectors = _storage(index).reconstruct_batch(rows)
    return vectors


def one_by_one(index: Index, vector: Vectors, mask: Mask, limit: int) -> tuple[Numbers, Vectors]:
    """Return the nearest rows that the mask admits, having looked at each."""
    admitted = int(mask.sum())
    count = min(limit, admitted)
    if count < 1:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    faiss.omp_set_num_threads(1)  # of this thread; more wait for each other longer than they work
    storage = _storage(index)
    if admitted > _MOST * len(mask):
        scores, rows = storage.search(vector[None], min(2 * count, len(mask)))
        kept = mask[rows[0]]
        if kept.sum() >= count:
            return rows[0][kept][:count], scores[0][kept][:count]
    chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(_bits(mask)))
    scores, rows = storage.search(vector[None], count, params=chosen)
    return rows[0], scores[0]


def through_graph(graph: Index, vector: Vectors, mask: Mask, limit: int) -> tuple[Numbers, Vectors]:
    """Return rows the mask admits, almost always the nearest, having looked at few."""
    faiss.omp_set_num_threads(1)
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
    return extended(graph, vectors)


def extended(graph: Index, vectors: Vectors) -> Index:
    """Work more vectors into a graph of one's own, and return it."""
    faiss.omp_set_num_threads(_EVERY_CORE)
    graph.add(vectors)
    return graph


def write_graph(directory: Path, graph: Index, numbers: Numbers) -> tuple[str, int]:
    """Write a graph and the numbers of its rows; return the files' name and a checksum."""
    stem = f"graph-{uuid4().hex[:8]}"
    content = faiss.serialize_index(graph).tobytes()
    _write(directory / f"{stem}.faiss", content)
    _write(directory / f"{stem}.numbers", numbers.tobytes())
    return stem, zlib.crc32(numbers.tobytes(), zlib.crc32(content))


def read_graph(
    directory: Path, stem: str, checksum: int, *, mapped: bool = True
) -> tuple[Index, Numbers]:
    """Read what `write_graph` wrote. Raises DamagedIndex where it is not the same any more.

    Mapped, it lies in the file and takes memory for what is looked at alone, once for all
    processes; to add to it, one needs it as one's own.
    """
    path = directory / f"{stem}.faiss"
    try:
        numbers = (directory / f"{stem}.numbers").read_bytes()
        if zlib.crc32(numbers, _checksum(path)) != checksum:
            raise DamagedIndex("向量索引的近邻图已损坏，将从知识库重新生成。")
        graph = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if mapped else 0)
    except (FileNotFoundError, RuntimeError) as error:  # the latter is how faiss says it
        raise DamagedIndex("向量索引缺少文件，将从知识库重新生成。") from error
    return graph, np.frombuffer(numbers, np.int64)


def _checksum(path: Path) -> int:
    """Return the checksum of a file without holding it in memory."""
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return 0
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return zlib.crc32(content)


def _storage(index: Index) -> Index:
    return faiss.downcast_index(index.storage) if isinstance(index, faiss.IndexHNSW) else index


def _bits(mask: Mask) -> Any:
    return np.packbits(mask, bitorder="little")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
