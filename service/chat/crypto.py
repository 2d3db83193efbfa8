"""Signatures and message encryption, as WeChat and WeCom define them.

The cipher is AES-256-CBC with the key's first 16 bytes as the start vector, and PKCS7 padding to
blocks of 32. The plaintext is 16 random bytes, the message's length in 4 bytes (network order),
the message, and whom it is for: an AppID, a CorpID, or nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

ENCODED_KEY = re.compile(r"[A-Za-z0-9]{43}", re.ASCII)  # an EncodingAESKey
_BLOCK = 32  # of the padding; the cipher's own is 16
_RANDOM = 16
_LENGTH = 4


class Undecipherable(ValueError):
    """Not encrypted with this key, or not for this receiver."""


def signature(*parts: str) -> str:
    """Return what signs the parts: the token, time stamp and nonce, and what is encrypted."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324  WeChat's choice


def is_signed(given: str, *parts: str) -> bool:
    """Say whether `given` signs the parts, in a time that tells nothing about them."""
    return hmac.compare_digest(given.encode(), signature(*parts).encode())


class MessageCipher:
    """Encrypts and decrypts with one EncodingAESKey, for one receiver."""

    def __init__(self, encoded_key: str, receiver: str) -> None:
        if not ENCODED_KEY.fullmatch(encoded_key):
            raise ValueError("an EncodingAESKey has 43 letters and digits")
        self._key = base64.b64decode(encoded_key + "=")
        self._receiver = receiver.encode()

    def encrypt(self, message: bytes, random: bytes | None = None) -> str:
        """Return the message encrypted, in base64. `random` is given by tests alone."""
        random = os.urandom(_RANDOM) if random is None else random
        length = len(message).to_bytes(_LENGTH, "big")
        plain = random + length + message + self._receiver
        missing = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def decrypt(self, encrypted: str) -> bytes:
        """Return the message. Raises Undecipherable."""
        try:
            sealed = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Undecipherable("not base64") from error
        if not sealed or len(sealed) % 16:
            raise Undecipherable("not whole blocks")
        decryptor = self._cipher().decryptor()
        return self._unpacked(decryptor.update(sealed) + decryptor.finalize())

    def _unpacked(self, plain: bytes) -> bytes:
        missing = plain[-1]
        if not 1 <= missing <= _BLOCK or plain[-missing:] != bytes([missing]) * missing:
            raise Undecipherable("wrong padding")
        content = plain[_RANDOM:-missing]
        length = int.from_bytes(content[:_LENGTH], "big")
        message, receiver = content[_LENGTH:][:length], content[_LENGTH:][length:]
        if len(message) != length or not hmac.compare_digest(receiver, self._receiver):
            raise Undecipherable("for another receiver")
        return message

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES256(self._key), modes.CBC(self._key[:16]))


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted message, and what signs it."""

    encrypted: str
    signature: str
    timestamp: str
    nonce: str


def seal(
    message: bytes, cipher: MessageCipher, token: str, now: datetime, nonce: str | None = None
) -> Sealed:
    """Encrypt a message and sign it. Tests give the nonce."""
    encrypted = cipher.encrypt(message)
    timestamp = str(int(now.timestamp()))
    nonce = nonce or str(secrets.randbelow(10**10))
    return Sealed(encrypted, signature(token, timestamp, nonce, encrypted), timestamp, nonce)


def unseal(ciphers: Sequence[MessageCipher], encrypted: str) -> tuple[bytes, MessageCipher]:
    """Return the message, and which of the ciphers it came under. Raises Undecipherable."""
    for cipher in ciphers:
        try:
            return cipher.decrypt(encrypted), cipher
        except Undecipherable:
            continue
    raise Undecipherable("encrypted with none of these keys")
