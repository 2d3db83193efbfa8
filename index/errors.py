"""Every failure the index can report, by the decision it asks of a person.

WenjuError
├── ReadError                  a file could not be read
│   ├── UnsupportedFormat      not a format we read, or not what its name says
│   ├── CorruptFile            damaged, truncated or encrypted
│   ├── EmptyDocument          nothing, or almost nothing, to read in it
│   ├── FileTooLarge           over a limit
│   ├── MissingPart            LibreOffice or 文字识别 is needed and not installed
│   ├── ReadingStopped         took its reader down, or more time or memory than there is
│   ├── NoPages                the format has no pages that could be shown
│   └── PageNotFound           the original has no such page
├── StoreError                 the knowledge base could not be used
│   ├── DocumentNotFound
│   │   └── OriginalNotFound   the document is there, the file it was read from is not
│   ├── CuratedNotFound        no such curated answer
│   ├── SynonymNotFound        the site has set nothing for this word
│   ├── ApiKeyNotFound         no such key
│   ├── CorruptCatalogue       the database is damaged: restore or rebuild
│   ├── CatalogueTooNew        written by a newer version: upgrade the program
│   ├── DamagedIndex           a derived index is unusable: rebuilt from the catalogue
│   ├── StorageFull            no room left on the disk
│   ├── DrawerBusy             too many pages are being drawn: try again in a moment
│   ├── WriterBusy             another process holds the data directory
│   └── ModelMismatch          vectors were made by another model
├── BundleError                an exported knowledge base could not be taken in
│   ├── NotABundle             no archive of ours
│   ├── BundleTooNew           written by a newer version: upgrade the program
│   ├── DamagedBundle          cut short or changed: export or copy it again
│   └── UnsafeBundle           holds what no export of ours does
├── ModelError                 the embedding model is missing or unusable
├── CorpusError                what is to be brought in could not be found
│   ├── MissingPackage         a package that holds laws is not installed
│   └── InvalidCatalogue       the corpus catalogue is missing or wrong
└── InvalidRequest             a question or a parameter we do not accept
"""

from __future__ import annotations

from typing import ClassVar


class WenjuError(Exception):
    """Base of all errors a person is told about.

    `code` is stable and for programs; `message` is a Chinese sentence that says what happened
    and what to do next.
    """

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ReadError(WenjuError):
    code = "unreadable_file"


class UnsupportedFormat(ReadError):
    code = "unsupported_format"


class CorruptFile(ReadError):
    code = "corrupt_file"


class EmptyDocument(ReadError):
    code = "empty_document"


class FileTooLarge(ReadError):
    code = "file_too_large"


class MissingPart(ReadError):
    code = "missing_part"


class ReadingStopped(ReadError):
    code = "reading_stopped"


class NoPages(ReadError):
    code = "no_pages"


class PageNotFound(ReadError):
    code = "page_not_found"


class StoreError(WenjuError):
    code = "store_error"


class DocumentNotFound(StoreError):
    code = "document_not_found"


class OriginalNotFound(DocumentNotFound):
    code = "original_not_found"


class CuratedNotFound(StoreError):
    code = "curated_not_found"


class SynonymNotFound(StoreError):
    code = "synonym_not_found"


class ApiKeyNotFound(StoreError):
    code = "api_key_not_found"


class CorruptCatalogue(StoreError):
    code = "corrupt_catalogue"


class CatalogueTooNew(StoreError):
    code = "catalogue_too_new"


class DamagedIndex(StoreError):
    code = "damaged_index"


class StorageFull(StoreError):
    code = "storage_full"


class DrawerBusy(StoreError):
    code = "drawer_busy"


class WriterBusy(StoreError):
    code = "writer_busy"


class ModelMismatch(StoreError):
    code = "model_mismatch"


class BundleError(WenjuError):
    code = "bundle_error"


class NotABundle(BundleError):
    code = "not_a_bundle"


class BundleTooNew(BundleError):
    code = "bundle_too_new"


class DamagedBundle(BundleError):
    code = "damaged_bundle"


class UnsafeBundle(BundleError):
    code = "unsafe_bundle"


class ModelError(WenjuError):
    code = "model_unavailable"


class CorpusError(WenjuError):
    code = "corpus_error"


class MissingPackage(CorpusError):
    code = "missing_package"


class InvalidCatalogue(CorpusError):
    code = "invalid_catalogue"


class InvalidRequest(WenjuError):
    code = "invalid_request"
