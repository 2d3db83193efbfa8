"""Documents in official words alone, and a desk over them."""

from __future__ import annotations

from pathlib import Path

from index.completion import complete
from index.knowledge_base import KnowledgeBase
from service.answering.answer import Answer
from service.desk import Channel, Desk
from tests.service.conftest import worker

ALLOWANCE = """示例市最低生活保障办法

（2023年3月1日示例市人民政府令第21号公布　自2023年4月1日起施行）

第一条　为了规范最低生活保障工作，制定本办法。

第二条　本市最低生活保障标准为每人每月 1080 元，享受人数超 78000 人。

第三条　街道办事处应当自受理之日起二十个工作日内提出审核意见。
"""
CARDS = """示例市社会保障卡服务指南

社会保障卡的有效期为十年。

补领社会保障卡的工本费为 16 元。
"""
WAGES = """示例市工资支付若干规定

（2020年1月1日示例市人力资源和社会保障局发布　自2020年2月1日起施行）

第一条　用人单位应当按月足额支付劳动报酬。

第二条　用人单位拖欠劳动报酬的，劳动者可以投诉，受理部门应当在六十日内处理完毕。
"""
BICYCLES = """示例市电动自行车管理规定

（2024年1月1日示例市人民政府令第30号公布　自2024年2月1日起施行）

第一条　为了加强电动自行车管理，制定本规定。

第二条　驾驶电动自行车未佩戴安全头盔的，处五十元罚款。
"""
MARKET = """示例市夜间经济集聚区管理办法

（2024年5月1日示例市人民政府令第33号公布　自2024年6月1日起施行）

第一条　为了规范夜间经济集聚区，制定本办法。

第二条　夜间经济集聚区的经营时间不得超过次日凌晨二时，全市共设 9 处。
"""
TEXTS = {
    "低保.txt": ALLOWANCE,
    "卡.txt": CARDS,
    "工资.txt": WAGES,
    "车.txt": BICYCLES,
    "夜.txt": MARKET,
}


def fill(directory: Path) -> None:
    """Bring the documents in."""
    with KnowledgeBase.open(directory, None, follow=False) as base:
        ids = [base.submit(text.encode(), name).id for name, text in TEXTS.items()]
    complete(worker(directory), ids)


def ask(desk: Desk, question: str) -> Answer:
    """Ask as anybody on the web would."""
    return desk.ask(question, channel=Channel.WEB)
