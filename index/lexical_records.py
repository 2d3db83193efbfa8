"""What stands in the tantivy index: its fields, and the records of passages and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import tantivy

from index.engine import Entry
from index.timeline import Timeline

PAGE = 1500  # characters
NAMES = ("issuer", "region", "kind", "disclosure")
STRETCHES = ("before", "between", "after")  # of a Timeline


def schema() -> tantivy.Schema:
    """Return the fields, those of all three sorts of record."""
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", indexed=True, fast=True)
    builder.add_unsigned_field("page_of", fast=True)
    builder.add_unsigned_field("page", indexed=True, fast=True)
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("around", tokenizer_name="whitespace", index_option="basic")
    for name in ("document", *NAMES, *STRETCHES, "key"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("first", "second"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_text_field("stamp", tokenizer_name="raw", index_option="basic", stored=True)
    return builder.build()


def passage_record(entry: Entry, found: Sequence[str], page: int) -> tantivy.Document:
    """Return the record of a passage: its terms, its page, and what a filter may ask for."""
    metadata, timeline = entry.metadata, Timeline.of(entry.metadata)
    record = tantivy.Document()
    record.add_unsigned("number", entry.number)
    record.add_unsigned("page_of", page)
    record.add_text("document", entry.document_id)
    record.add_text("text", " ".join(found))
    record.add_integer("first", timeline.first)
    record.add_integer("second", timeline.second)
    for name in NAMES:
        value = getattr(metadata, name)
        if value is not None:
            record.add_text(name, value)
    for stretch, status in zip(STRETCHES, timeline.statuses, strict=True):
        record.add_text(stretch, status)
    return record


def page_record(first: Entry, around: Iterable[str]) -> tantivy.Document:
    """Return the record of the page that begins with a passage."""
    record = tantivy.Document()
    record.add_unsigned("page", first.number)
    record.add_text("document", first.document_id)
    record.add_text("around", " ".join(around))
    return record


def pages(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a document's passages into pages of `PAGE` characters at most."""
    page: list[Entry] = []
    length = 0
    for entry in entries:
        if page and length + len(entry.text) > PAGE:
            yield page
            page, length = [], 0
        page.append(entry)
        length += len(entry.text)
    if page:
        yield page
