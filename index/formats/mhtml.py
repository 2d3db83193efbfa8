"""Web pages saved as one file (mht, mhtml)."""

from __future__ import annotations

import email
import email.policy
from email.errors import MessageError

from index.errors import CorruptFile
from index.formats.failures import DAMAGE
from index.formats.html import read_html
from index.formats.raw import RawText

_FAILURES: tuple[type[Exception], ...] = (MessageError, *DAMAGE)


def read_mhtml(content: bytes) -> RawText:
    """Read the first page of a saved one."""
    try:
        message = email.message_from_bytes(content, policy=email.policy.compat32)
        pages = (part for part in message.walk() if part.get_content_type() == "text/html")
        page = next(pages, None)
        payload = page.get_payload(decode=True) if page is not None else None
    except _FAILURES as error:
        raise CorruptFile("网页文件已损坏，请重新保存网页后再添加。") from error
    if not isinstance(payload, bytes):
        raise CorruptFile("网页文件里没有网页，请重新保存网页后再添加。")
    return read_html(payload)
