"""A small real knowledge base; only the model is the demo model, which has no weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index.completion import complete
from index.document import Disclosure, Metadata, Status
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from index.worker import Worker
from service.desk import Desk
from service.http.application import build_application
from service.serving import configured
from service.settings import Settings
from tests.service.running import running

REPORT = next((Path(__file__).parents[2] / "corpus" / "reports").glob("*.txt"))
MEASURES = """示例市政务服务热线管理办法

（2019年5月1日示例市人民政府令第8号公布　自2019年7月1日起施行）

第一章　总则

第一条　为了规范政务服务热线工作，提高办事效率，根据有关法律、法规，结合本市实际，制定本办法。

第二条　本市行政区域内的政务服务热线受理、转办、办理、反馈和监督，适用本办法。

第二章　受理

第三条　热线受理人员应当在接到来电后十五秒内应答。
有下列情形之一的，不予受理，并向来电人说明理由：
（一）应当通过诉讼、仲裁、行政复议等法定途径解决的；
（二）涉及国家秘密、商业秘密、个人隐私的；
（三）违反法律、法规规定或者社会公序良俗的。

第四条　承办单位应当自收到转办事项之日起五个工作日内办结；情况复杂的，经批准可以延长。

第三章　附则

第五条　本办法自2019年7月1日起施行。
"""
EARLIER_MEASURES = MEASURES.replace("2019", "2012").replace("第8号", "第3号")
HOSTILE = """# <script>alert(1)</script> 窗口通告

全市共设 42 个🎉服务窗口，<img src=x onerror=alert(2)> & 更多。😀😀 通告第二句说共有 7 名🎈志愿者。
"""
INTERNAL = """示例市内部值班办法

第一条　夜间值班人员共有 3 名，值班电话不对外公布。
"""


def fill(directory: Path) -> dict[str, str]:
    """Bring the documents in; return their ids by name."""
    texts: dict[str, tuple[bytes, str, Metadata | None]] = {
        "report": (REPORT.read_bytes(), REPORT.name, None),
        "measures": (MEASURES.encode(), "热线管理办法.txt", None),
        "earlier": (
            EARLIER_MEASURES.encode(),
            "热线管理办法（2012）.txt",
            Metadata("", ended_on=date(2019, 7, 1), ended_by=Status.REPEALED),
        ),
        "hostile": (HOSTILE.encode(), '"><script>alert(3)</script>.md', None),
        "internal": (
            INTERNAL.encode(),
            "值班.txt",
            Metadata("", disclosure=Disclosure.INTERNAL),
        ),
    }
    with KnowledgeBase.open(directory, None, follow=False) as base:
        jobs = {name: base.submit(*given).id for name, given in texts.items()}
    done = {job.id: job for job in complete(worker(directory), jobs.values())}
    return {name: str(done[job_id].document_id) for name, job_id in jobs.items()}


def worker(directory: Path) -> Worker:
    """Return a worker that needs no weights."""
    return Worker(directory, DemoEmbedder)


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    directory = tmp_path_factory.mktemp("shelf")
    return directory, fill(directory)


@pytest.fixture(scope="session")
def ids(shelf: tuple[Path, dict[str, str]]) -> dict[str, str]:
    return shelf[1]


@pytest.fixture(scope="session")
def desk(shelf: tuple[Path, dict[str, str]]) -> Iterator[Desk]:
    """A desk that tests only read."""
    with KnowledgeBase.open(shelf[0], DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(), base)


@pytest.fixture(scope="session")
def client(desk: Desk) -> TestClient:
    """A program on the machine itself."""
    return local_client(desk)


def local_client(desk: Desk) -> TestClient:
    application = build_application(desk, desk.settings)
    return TestClient(
        application,
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50000),
        raise_server_exceptions=False,
    )


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """An empty desk of the test's own, which it may change."""
    with KnowledgeBase.open(tmp_path, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(data_dir=tmp_path), base)


@pytest.fixture
def work(own_desk: Desk) -> Callable[[], None]:
    """Do what the worker would do beside the test's own desk."""

    def run() -> None:
        worker(own_desk.settings.data_dir).run_until_idle()
        own_desk.knowledge_base.catch_up()

    return run


@pytest.fixture(scope="session")
def site(desk: Desk) -> Iterator[str]:
    """The address of a running server over the read-only desk."""
    with running(configured(build_application(desk, desk.settings))) as address:
        yield address
