"""What a document says of itself: its title, its agency and how that is called in short."""

from __future__ import annotations

from index.document import Kind, Metadata
from service.answering.understanding.lexicon import Lexicon
from service.answering.understanding.terms import bare

# Texts that hold wherever they are not limited to a place.
LEGISLATION = frozenset(
    {Kind.LAW, Kind.ADMINISTRATIVE_REGULATION, Kind.LOCAL_REGULATION, Kind.RULE}
)


def identity(metadata: Metadata) -> str:
    """Return title, agency, its short name and region, bare, to hold words against."""
    parts = [metadata.title, metadata.issuer or "", metadata.region or ""]
    issuer = metadata.issuer or ""
    for full, short in Lexicon.bundled().agencies.items():
        issuer = issuer.replace(full, short)
    return bare(" ".join([*parts, issuer]))
