"""The first thing in a bundle: who wrote it, in which form, and what every member must be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from index.errors import BundleTooNew, DamagedBundle, NotABundle

FORM = "wenju-knowledge-base"
# Of the form; a reader of a later one keeps reading the earlier ones.
WITHOUT_SYNONYMS, VERSION = 1, 2
MANIFEST = "manifest.json"
CURATED = "curated.json"
SYNONYMS = "synonyms.json"
CALIBRATION = "calibration.json"
_MEMBER = re.compile(
    rf"{'|'.join(map(re.escape, (CURATED, SYNONYMS, CALIBRATION)))}"
    r"|documents/[0-9a-f]{16}\.json|vectors/[0-9a-f]{16}|originals/[0-9a-f]{64}"
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """What the bytes of a member must be."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """What a bundle says of itself.

    `public` says that it holds only what anybody may see; `model` and `dimension` are of the
    vectors it carries, where it carries any.
    """

    made_by: str
    made_at: str
    public: bool
    model: str | None
    dimension: int | None
    members: Mapping[str, MemberFacts]
    version: int = VERSION

    @property
    def documents(self) -> tuple[str, ...]:
        """Return the ids of the documents in it."""
        return tuple(
            name.removeprefix("documents/").removesuffix(".json")
            for name in self.members
            if name.startswith("documents/")
        )


def document_member(document_id: str) -> str:
    """Return where a document's reading is."""
    return f"documents/{document_id}.json"


def vectors_member(document_id: str) -> str:
    """Return where a document's vectors are."""
    return f"vectors/{document_id}"


def original_member(sha256: str) -> str:
    """Return where an original is."""
    return f"originals/{sha256}"


def manifest_json(manifest: BundleManifest) -> bytes:
    """Write a manifest."""
    return json.dumps({"format": FORM, **asdict(manifest)}, ensure_ascii=False, indent=1).encode()


def manifest_of(content: bytes) -> BundleManifest:
    """Read a manifest. Raises BundleError."""
    try:
        given = json.loads(content)
        if not isinstance(given, dict) or given.get("format") != FORM:
            raise NotABundle("这个压缩包不是问据导出的知识库。请用 wenju export 导出的文件。")
        if given["version"] not in (WITHOUT_SYNONYMS, VERSION):
            raise BundleTooNew(
                f"这个导出文件的格式是第 {given['version']} 版，本程序只认识到第 {VERSION} 版。"
                "请升级程序后再导入。"
            )
        return _manifest(given)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedBundle(
            "导出文件的清单（manifest.json）已损坏。请重新导出，或重新拷贝后再导入。"
        ) from error


def _manifest(given: Mapping[str, Any]) -> BundleManifest:
    members = {name: MemberFacts(**facts) for name, facts in given["members"].items()}
    model, dimension = given["model"], given["dimension"]
    sound = (
        isinstance(given["public"], bool)
        and isinstance(model, str | None)
        and (dimension is None or (type(dimension) is int and 0 < dimension <= 65_536))
        and all(_is_sound(name, facts) for name, facts in members.items())
    )
    if not sound:
        raise ValueError
    return BundleManifest(
        made_by=str(given["made_by"]),
        made_at=str(given["made_at"]),
        public=given["public"],
        model=model,
        dimension=dimension,
        members=members,
        version=given["version"],
    )


def _is_sound(name: str, facts: MemberFacts) -> bool:
    named = _MEMBER.fullmatch(name) is not None
    return (
        named
        and _SHA256.fullmatch(facts.sha256) is not None
        and type(facts.size) is int
        and facts.size >= 0
    )
