"""A server that listens for real for as long as a test needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from service.listening import address_of, bind


@contextmanager
def running(config: uvicorn.Config) -> Iterator[str]:
    """Serve on a free port of this machine and give the address."""
    with bind("127.0.0.1", 0) as listening:
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield address_of(listening)
        finally:
            server.should_exit = True
            thread.join()
