"""Taking the address to listen on, before anything slow is begun."""

from __future__ import annotations

import errno
import socket
from typing import ClassVar

from index.errors import WenjuError


class PortTaken(WenjuError):
    """The address cannot be listened on."""

    code: ClassVar[str] = "port_unavailable"


def bind(host: str, port: int) -> socket.socket:
    """Take the address before anything slow is begun. Raises PortTaken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortTaken(f"地址 {host} 不能监听：{error}。请改用 --host 指定别的地址。") from error
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            hint = f"端口 {port} 已被占用。请用 --port 换一个端口，或先停掉占用它的程序。"
        elif error.errno == errno.EACCES:
            hint = f"没有权限使用端口 {port}。请用 --port 换一个 1024 以上的端口。"
        else:
            hint = f"不能监听 {host}:{port}：{error}。请检查 --host 和 --port。"
        raise PortTaken(hint) from error
    return listening


def address_of(listening: socket.socket) -> str:
    """Return where a browser on this machine finds the server."""
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
