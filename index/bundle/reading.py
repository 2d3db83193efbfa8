"""Open a bundle: look it over before anything is unpacked, and hold every member to its sha256."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from index.bundle.contents import (
    CarriedAnswer,
    CarriedDocument,
    curated_of,
    damaged,
    document_of,
)
from index.bundle.manifest import (
    CALIBRATION,
    CURATED,
    MANIFEST,
    SYNONYMS,
    WITHOUT_SYNONYMS,
    BundleManifest,
    document_member,
    manifest_of,
    original_member,
    vectors_member,
)
from index.bundle.synonyms import synonyms_of
from index.closing import Closing
from index.errors import NotABundle, UnsafeBundle
from index.formats import MAX_BYTES
from index.formats.failures import DAMAGE
from index.formats.package import is_locked, is_unsafe_name
from index.store.files import reported
from index.store.synonyms import Synonym

Report = Callable[[int, int], None]
_MOST_MEMBERS = 2_000_000
_MOST_MANIFEST_BYTES = 256 * 1024 * 1024
_MOST_READING_BYTES = 256 * 1024 * 1024  # of one document as JSON, its boxes included
_MOST_BYTES = {
    CURATED: 512 * 1024 * 1024,
    SYNONYMS: 64 * 1024 * 1024,
    CALIBRATION: 1024 * 1024,
}
_MOST_SWELLING = 100  # unpacked to packed, of all together
_SLACK = 64 * 1024 * 1024  # that a small bundle may swell to all the same
_PIECE = 1 << 20


class Bundle(Closing):
    """A bundle that is open for reading. Nothing in it is trusted before it is checked."""

    def __init__(self, path: Path) -> None:
        if not path.is_file():
            raise NotABundle(f"找不到 {path}。请检查路径。")
        with reported(path):
            try:
                self._archive = zipfile.ZipFile(path)
            except DAMAGE as error:
                raise NotABundle(
                    f"{path} 不是问据导出的知识库，或者没有拷贝完整。请用 wenju export 导出的文件。"
                ) from error
        try:
            self.manifest = self._look_over(path.stat().st_size)
        except BaseException:
            self._archive.close()
            raise

    def close(self) -> None:
        """Let go of the archive."""
        self._archive.close()

    def check(self, report: Report) -> None:
        """Read everything once and hold it to the manifest. Raises BundleError."""
        for done, (name, facts) in enumerate(self.manifest.members.items(), 1):
            digest, size = hashlib.sha256(), 0
            try:
                with self._archive.open(name) as member:
                    while piece := member.read(_PIECE):
                        digest.update(piece)
                        size += len(piece)
            except DAMAGE as error:
                raise damaged(name) from error
            if (digest.hexdigest(), size) != (facts.sha256, facts.size):
                raise damaged(name)
            report(done, len(self.manifest.members))
        for document_id in self.manifest.documents:
            self.document(document_id)
        self.answers()
        self.synonyms()

    def document(self, document_id: str) -> CarriedDocument:
        """Return a document. Raises DamagedBundle."""
        carried = document_of(self._read(document_member(document_id)), document_id)
        if original_member(carried.document.sha256) not in self.manifest.members:
            raise damaged(original_member(carried.document.sha256))
        return carried

    def original(self, sha256: str) -> bytes:
        """Return an original. Raises DamagedBundle."""
        content = self._read(original_member(sha256))
        if hashlib.sha256(content).hexdigest() != sha256:
            raise damaged(original_member(sha256))
        return content

    def vectors(self, document_id: str) -> bytes | None:
        """Return a document's vectors as they are, None where it carries none."""
        name = vectors_member(document_id)
        return self._read(name) if name in self.manifest.members else None

    def answers(self) -> list[CarriedAnswer]:
        """Return the curated answers. Raises DamagedBundle."""
        return curated_of(self._read(CURATED))

    def synonyms(self) -> list[Synonym] | None:
        """Return the site's own synonyms, None from before they were carried.

        Raises DamagedBundle.
        """
        if SYNONYMS not in self.manifest.members:
            return None
        return synonyms_of(self._read(SYNONYMS))

    def calibration(self) -> bytes | None:
        """Return the site's calibration as it is, None where it carries none."""
        return self._read(CALIBRATION) if CALIBRATION in self.manifest.members else None

    def _read(self, name: str) -> bytes:
        try:
            return self._archive.read(name)
        except DAMAGE as error:
            raise damaged(name) from error

    def _look_over(self, packed_bytes: int) -> BundleManifest:
        """Return the manifest, if nothing else is in the archive than what it names."""
        entries = self._archive.infolist()
        if any(is_locked(entry) for entry in entries):
            raise NotABundle("这个压缩包设有密码，不是问据导出的知识库。")
        if any(is_unsafe_name(entry.filename) for entry in entries):
            raise UnsafeBundle("压缩包里含有不安全的路径，不是问据导出的知识库，没有导入。")
        sizes = {entry.filename: entry.file_size for entry in entries}
        if MANIFEST not in sizes:
            raise NotABundle("这个压缩包不是问据导出的知识库。请用 wenju export 导出的文件。")
        if len(entries) > _MOST_MEMBERS or sizes[MANIFEST] > _MOST_MANIFEST_BYTES:
            raise _swollen()
        if sum(sizes.values()) > _MOST_SWELLING * packed_bytes + _SLACK:
            raise _swollen()
        manifest = manifest_of(self._read(MANIFEST))
        if len(sizes) != len(entries) or sizes.keys() != {MANIFEST, *manifest.members}:
            raise UnsafeBundle("压缩包里的文件与清单不符，不是问据导出的原样，没有导入。")
        _hold_to(manifest, sizes)
        return manifest


def _hold_to(manifest: BundleManifest, sizes: Mapping[str, int]) -> None:
    needed = [CURATED] if manifest.version == WITHOUT_SYNONYMS else [CURATED, SYNONYMS]
    for name in needed:
        if name not in manifest.members:
            raise damaged(name)
    for name, facts in manifest.members.items():
        if sizes[name] != facts.size:
            raise damaged(name)
        if facts.size > _most(name):
            raise _swollen()


def _most(name: str) -> int:
    if name in _MOST_BYTES:
        return _MOST_BYTES[name]
    return MAX_BYTES if name.startswith("originals/") else _MOST_READING_BYTES


def _swollen() -> UnsafeBundle:
    return UnsafeBundle("压缩包里的内容异常膨胀，不是问据导出的知识库，没有导入。")
