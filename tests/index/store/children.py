"""Child processes for tests: cheap to start, and from a process without threads of its own."""

from multiprocessing import get_context

processes = get_context("forkserver")
processes.set_forkserver_preload(["tests.index.store.fakes"])
