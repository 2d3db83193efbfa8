"""Every vector of the official documents, and the laws of the cipher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from service.chat.crypto import MessageCipher, Undecipherable, is_signed, signature

TOKEN = "AAAAA"  # noqa: S105  the documents' example
KEY = "A" * 43
APP_ID = "wxba5fad812f8e6fb9"
ENCRYPTED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcv"
    "ZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3F"
    "n2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSe"
    "OBrebufAlr7F9mFUPAJGj04="
)
ENCRYPTED_SIGNATURE = "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3"
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="
WECOM_ECHO = (
    "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
)


@pytest.mark.parametrize(
    ("timestamp", "nonce", "expected"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_official_plain_signatures(timestamp: str, nonce: str, expected: str) -> None:
    assert signature(TOKEN, timestamp, nonce) == expected


def test_the_official_encrypted_message() -> None:
    stamp = (TOKEN, "1714112445", "415670741")
    assert is_signed(ENCRYPTED_SIGNATURE, *stamp, ENCRYPTED)
    assert not is_signed(signature(*stamp), *stamp, ENCRYPTED)
    message = MessageCipher(KEY, APP_ID).decrypt(ENCRYPTED)
    assert message.startswith((b"<xml>", b"{"))


def test_the_official_encrypted_reply() -> None:
    cipher = MessageCipher(KEY, APP_ID)
    assert cipher.encrypt(b'{"demo_resp":"good luck"}', b"707722b803182950") == REPLY
    expected = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    assert signature(TOKEN, "1713424427", "415670741", REPLY) == expected


def test_the_official_vector_of_wecom() -> None:
    assert is_signed(
        "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "QDG6eK", "1409659589", "263014780", WECOM_ECHO
    )
    cipher = MessageCipher("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7")
    assert cipher.decrypt(WECOM_ECHO) == b"1616140317555161061"


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_encrypted_is_decrypted(message: bytes, receiver: str) -> None:
    cipher = MessageCipher(KEY, receiver)
    assert cipher.decrypt(cipher.encrypt(message)) == message


@given(st.text(min_size=1, max_size=200).filter(lambda text: "\r" not in text))
def test_the_independent_library_reads_what_we_encrypt(message: str) -> None:
    theirs = WeChatCrypto(TOKEN, KEY, APP_ID)
    ours = MessageCipher(KEY, APP_ID).encrypt(message.encode())
    body = f"<xml><Encrypt>{ours}</Encrypt></xml>"
    read = theirs.decrypt_message(body, signature(TOKEN, "1", "2", ours), "1", "2")
    assert read == message


@given(st.binary(max_size=100))
def test_bytes_that_nobody_encrypted_are_refused(noise: bytes) -> None:
    with pytest.raises(Undecipherable):
        MessageCipher(KEY, APP_ID).decrypt(noise.hex() + "=")


@pytest.mark.parametrize("encrypted", ["", "甲", "AAAA", "A" * 44, REPLY[:-24], REPLY + " "])
def test_what_is_no_message_is_refused(encrypted: str) -> None:
    with pytest.raises(Undecipherable):
        MessageCipher(KEY, APP_ID).decrypt(encrypted)


def test_a_message_for_another_receiver_or_under_another_key_is_refused() -> None:
    with pytest.raises(Undecipherable):
        MessageCipher(KEY, "wx0000000000000000").decrypt(ENCRYPTED)
    with pytest.raises(Undecipherable):
        MessageCipher("B" * 43, APP_ID).decrypt(ENCRYPTED)


@pytest.mark.parametrize("key", ["A" * 42, "A" * 44, "A" * 42 + "+", "甲" * 43])
def test_a_key_of_another_form_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="43"):
        MessageCipher(key, APP_ID)
