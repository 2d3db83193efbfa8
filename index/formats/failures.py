"""What libraries raise over bytes that are not what they claim to be."""

from __future__ import annotations

import struct
import zipfile
import zlib
from xml.etree.ElementTree import ParseError

from lxml.etree import LxmlError

# They check little and trust much, so a damaged file ends in whatever their code trips over.
# Faults of our own are among these, too; the tests over damaged files look for those.
DAMAGE: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    LxmlError,
    OSError,
    ParseError,
    RuntimeError,  # recursion, and what zipfile says of a locked part
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
