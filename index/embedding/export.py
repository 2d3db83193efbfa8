"""Any sentence-transformers folder as one graph: transformer, pooling and what follows it.

Takes torch and several seconds; the serving side needs neither.
"""

from __future__ import annotations

import dataclasses
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx_ir as ir
import onnxruntime
import torch
import transformers
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from index.embedding import quantise
from index.embedding.onnx_embedder import OnnxEmbedder
from index.embedding.pieces import write_tokens
from index.embedding.prepared import (
    DESCRIPTION_NAME,
    FORMAT,
    GRAPH_NAME,
    Description,
    Prepared,
    write_description,
)
from index.embedding.samples import PASSAGES, QUESTIONS
from index.embedding.source import Source, family_prompts
from index.embedding.tokens import Tokens, load_tokens
from index.errors import ModelError

MAXIMUM_TOKENS = 1024  # longer texts are embedded in parts even where the model could take them
OPSET = 23  # the first with attention as one operation
AGREEMENT = 0.99  # cosine below which the int8 graph is not the same model any more

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Samples:
    """Sample texts with their prompts, their token numbers and the model's own unit vectors."""

    query_prompt: str
    passage_prompt: str
    texts: Sequence[str]
    numbers: Sequence[Sequence[int]]
    vectors: Vector


def export(source: Source, folder: Path) -> None:
    """Write graph, tokenizer and description of a model into an empty directory."""
    folder.mkdir(parents=True)
    with quiet():
        model = load_model(source.folder)
        _write_tokenizer(model, folder)
        graph = trace(model)
        samples = _take_samples(model, source.name, load_tokens(folder))
    write_graph(graph, samples, f"{source.name}@{source.digest[:12]}", _limit(model), folder)


def write_graph(
    graph: ir.Model, samples: Samples, name: str, maximum_tokens: int, folder: Path
) -> None:
    """Write the graph of a model, made small, and its description beside its tokenizer.

    `name` ends in a digest. Where int8 loses too much of the model, its products stay in float32;
    raises ModelError where even that gives other vectors than the samples have.
    """
    loudest = listen(graph, samples.numbers)
    for products in ("int8", "float32"):
        served = ir.Model(graph.graph.clone(), ir_version=graph.ir_version)
        if products == "int8":
            quantise.quantise_products(served.graph, loudest)
        quantise.quantise_tables(served.graph)
        save_graph(served, folder / GRAPH_NAME)
        description = Description(
            identity=f"{name}/{products}-{FORMAT}/onnxruntime",
            dimension=samples.vectors.shape[1],
            maximum_tokens=maximum_tokens,
            query_prompt=samples.query_prompt,
            passage_prompt=samples.passage_prompt,
            probe=samples.texts[-1].removeprefix(samples.passage_prompt),
            probe_vector=tuple(samples.vectors[-1].tolist()),
            sizes=_sizes(folder),
        )
        write_description(folder, description)
        if _agrees(Prepared(folder, description), samples):
            return
    raise ModelError(
        f"模型 {name} 导出后算出的向量与原模型不一致，本程序还不支持这种模型，"
        "请换一个 sentence-transformers 模型。"
    )


def load_model(folder: Path) -> SentenceTransformer:
    """Load a sentence-transformers folder; raises ModelError where that cannot be done."""
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval().float()
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError) as error:
        raise ModelError(
            f"模型文件夹 {folder} 无法加载（{error}），"
            "请检查它是不是完整的 sentence-transformers 模型。"
        ) from error


def trace(model: SentenceTransformer) -> ir.Model:
    """Return the graph of a model for one text at a time: no padding, so no mask."""

    class OneText(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(model)

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            features = {"input_ids": input_ids}
            for step in self.steps:
                features = step(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    try:
        return trace_module(OneText(), ["sentence_embedding"])
    except (torch.onnx.OnnxExporterError, RuntimeError) as error:
        raise ModelError("这个模型无法导出，请换一个 sentence-transformers 模型。") from error


def trace_module(module: torch.nn.Module, outputs: Sequence[str]) -> ir.Model:
    """Return the graph of a module that is given the token numbers of one text."""
    program = torch.onnx.export(
        module.eval(),
        (torch.arange(7).reshape(1, 7),),
        input_names=["input_ids"],
        output_names=list(outputs),
        dynamic_shapes=({1: torch.export.Dim.DYNAMIC},),
        dynamo=True,
        opset_version=OPSET,
        verbose=False,
    )
    if program is None:  # only where it was asked to write a file
        raise ValueError("no program")
    for node in program.model.graph:  # where in our files each came from
        node.metadata_props.clear()
    return program.model


def _write_tokenizer(model: SentenceTransformer, folder: Path) -> None:
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise ModelError("这个模型没有 tokenizer.json，请换一个 sentence-transformers 模型。")
    tokenizer.no_padding()
    tokenizer.no_truncation()
    write_tokens(tokenizer.to_str(), folder)


def _take_samples(model: SentenceTransformer, name: str, tokens: Tokens) -> Samples:
    """Run the sample texts that the model can read whole; a passage comes last."""
    query_prompt, passage_prompt = _prompts(model, name)
    texts = [query_prompt + text for text in QUESTIONS]
    texts += [passage_prompt + text for text in PASSAGES]
    fitting = [text for text in texts if len(tokens.numbers(text)) <= _limit(model)]
    if not fitting or not fitting[-1].startswith(passage_prompt):
        raise ModelError(f"模型 {name} 能读的文字太短，请换一个 sentence-transformers 模型。")
    vectors = model.encode(
        fitting, prompt="", normalize_embeddings=True, batch_size=1, show_progress_bar=False
    )
    return Samples(
        query_prompt,
        passage_prompt,
        fitting,
        [tokens.numbers(text) for text in fitting],
        np.asarray(vectors, np.float32),
    )


def _limit(model: SentenceTransformer) -> int:
    return min(model.max_seq_length or MAXIMUM_TOKENS, MAXIMUM_TOKENS)


def _prompts(model: SentenceTransformer, name: str) -> tuple[str, str]:
    """Return what goes before a question and before a passage."""
    named = {key: text for key, text in model.prompts.items() if text}
    if not named:
        return family_prompts(name) or ("", "")
    default = named.get(model.default_prompt_name or "", "")
    passage = (named[key] for key in ("passage", "document", "corpus") if key in named)
    return named.get("query", default), next(passage, default)


def listen(model: ir.Model, inputs: Sequence[Sequence[int]]) -> Mapping[str, Vector]:
    """Return the greatest absolute value of each channel that a product reads."""
    graph = model.graph
    values = {product.activations for product in quantise.find_products(graph)}
    heard = sorted({value.name: value for value in values if value.name}.items())
    outputs = list(graph.outputs)
    graph.outputs.extend(value for _, value in heard if value not in outputs)
    with tempfile.TemporaryDirectory() as directory:
        save_graph(model, Path(directory, GRAPH_NAME))
        session = onnxruntime.InferenceSession(
            str(Path(directory, GRAPH_NAME)), providers=["CPUExecutionProvider"]
        )
        names = [name for name, _ in heard]
        loudest: dict[str, Vector] = {}
        for numbers in inputs:
            found = session.run(names, {"input_ids": np.array([numbers], np.int64)})
            for name, array in zip(names, found, strict=True):
                peak = np.abs(array).max(axis=(0, 1))
                loudest[name] = np.maximum(loudest.get(name, peak), peak)
    del graph.outputs[len(outputs) :]
    return loudest


def save_graph(model: ir.Model, path: Path) -> int:
    """Write a graph and, beside it so that it is mapped and not read, its weights.

    Returns how many bytes they take.
    """
    data = path.with_name(f"{path.name}.data")
    for file in (path, data):
        file.unlink(missing_ok=True)
    ir.save(model, path, external_data=data.name)
    return path.stat().st_size + data.stat().st_size


def _sizes(folder: Path) -> dict[str, int]:
    return {
        path.name: path.stat().st_size
        for path in sorted(folder.iterdir())
        if path.name != DESCRIPTION_NAME
    }


def _agrees(prepared: Prepared, samples: Samples) -> bool:
    """Say whether the served model gives the samples the vectors that the model itself does."""
    description = prepared.description
    bare = dataclasses.replace(
        description, passage_prompt="", probe=description.passage_prompt + description.probe
    )
    try:
        served = OnnxEmbedder(Prepared(prepared.folder, bare), threads=1)
    except ModelError:  # it refuses what is far from the model
        return False
    cosines = (served.embed_passages(samples.texts) * samples.vectors).sum(axis=1)
    return bool(cosines.min() >= AGREEMENT)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' remarks about themselves off the screen."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "transformers")]
    levels = [logger.level for logger in loggers]
    progress: Any = transformers.utils.logging  # its functions carry no types
    shown = progress.is_progress_bar_enabled()
    try:
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        progress.disable_progress_bar()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
        if shown:
            progress.enable_progress_bar()
