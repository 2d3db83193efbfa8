"""Serves the desk: binds the port, opens the base, starts the worker, fills an empty base."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import uvicorn
from fastapi import FastAPI

from index.errors import WenjuError
from index.knowledge_base import KnowledgeBase
from index.store.files import reported
from service.bootstrap import corpus_files, open_desk
from service.http.application import build_application
from service.http.readiness import ReadinessWatch
from service.listening import address_of, bind
from service.settings import Settings
from service.watching import watching
from service.wecom.companions import companions
from service.worker_process import WorkerProcess

UNFINISHED = "corpus.unfinished"  # lies in the data directory while the corpus is brought in
log = logging.getLogger(__name__)


def serve(settings: Settings, *, corpus: bool, announce: Callable[[str], None]) -> None:
    """Serve until told to stop. `announce` is called with the address once it answers."""
    listening = bind(settings.host, settings.port)
    with listening, open_desk(settings) as desk:
        filling = Event()
        application = build_application(desk, settings, ReadinessWatch(filling))
        with (
            WorkerProcess(settings),
            companions(application.state.wecom_parts),
            application.state.original_pages,
            watching(desk.knowledge_base, settings.watch_folders),
        ):
            if corpus and needs_corpus(desk.knowledge_base, settings.data_dir):
                filling.set()
                arguments = (desk.knowledge_base, settings.data_dir, filling)
                Thread(target=fill, args=arguments, name="wenju-corpus", daemon=True).start()
            announce(address_of(listening))
            for stop in (signal.SIGINT, signal.SIGTERM):
                # uvicorn takes them, ends in good order, and then raises them once more.
                signal.signal(stop, lambda *_: None)
            uvicorn.Server(configured(application)).run(sockets=[listening])


def configured(application: FastAPI) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        application,
        http="h11",  # httptools loses the body where a client, as Java's, offers HTTP/2 (h2c)
        access_log=False,
        log_level="warning",
        proxy_headers=False,  # what a proxy says is judged in service.http.guard
        server_header=False,
        timeout_graceful_shutdown=5,
    )


def needs_corpus(base: KnowledgeBase, directory: Path) -> bool:
    """Say whether the base is empty, or was left half filled."""
    progress = base.progress()
    is_empty = not progress.documents + progress.jobs_queued + progress.jobs_running
    return is_empty or (directory / UNFINISHED).exists()


def fill(base: KnowledgeBase, directory: Path, filling: Event) -> None:
    """Submit the shipped documents; interrupted, the next start does it over."""
    marker = directory / UNFINISHED
    try:
        with reported(marker):
            marker.touch()
        for item in corpus_files():
            base.submit(item.content, item.source, item.known)
        marker.unlink(missing_ok=True)
    except WenjuError as error:  # what is there already is served all the same
        log.warning("the corpus could not be brought in: %s", error.message)
    finally:
        filling.clear()
