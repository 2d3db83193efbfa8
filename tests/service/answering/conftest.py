"""A desk over documents made for the tests: rules with lists and provisos, a guide, reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.completion import complete
from index.embedding.demo import DemoEmbedder
from index.knowledge_base import KnowledgeBase
from service.desk import Desk
from service.settings import Settings
from tests.service.conftest import worker

BENEFITS = """示例市最低生活保障办法

（2023年5月1日示例市人民政府令第9号公布　自2023年7月1日起施行）

第一条　为了规范最低生活保障工作，保障困难群众基本生活，制定本办法。

第二条　市、区民政部门主管最低生活保障工作。

第三条　共同生活的家庭成员具备下列条件的，可以申请最低生活保障：
（一）持有本市户籍；
（二）人均月收入低于本市最低生活保障标准；
（三）家庭财产状况符合市人民政府的规定；
（四）法律、法规规定的其他条件。

第四条　申请最低生活保障应当提交下列材料：
（一）申请书，写明家庭成员的姓名、身份、工作单位和收入来源，由申请人签名，申请人不识字的可以由他人代写，并由申请人按指印确认；
（二）户口簿和居民身份证，户口簿与实际居住地不一致的，还应当提交实际居住地的居住证明；
（三）家庭收入证明，包括工资性收入、经营净收入、财产净收入和转移净收入的有关证明；
（四）家庭财产证明，包括银行存款、有价证券、机动车辆、房屋等财产的有关证明；
（五）残疾、重病或者在校就读的，提交残疾人证、县级以上医疗机构出具的诊断证明或者所在学校出具的在校证明；
（六）共同生活的家庭成员签署的、授权民政部门核对家庭经济状况的书面授权书。

第五条　街道办事处应当自受理申请之日起二十个工作日内提出审核意见。但是需要入户调查两次以上的除外。

第六条　民政部门应当自收到审核意见之日起十个工作日内作出决定。
前款规定的期限，情况复杂的，可以延长五个工作日。
"""
GUIDE = """居住证办理办事指南

一、事项名称
居住证办理

二、受理条件
在本市连续居住满半年的非本市户籍居民。

三、申请材料
1. 居民身份证原件；
2. 近期一寸免冠照片两张；
3. 居住地住址证明。

四、办理地点
居住地派出所户籍窗口。

五、办理时限
自受理之日起十五个工作日内发放居住证。

六、收费标准
首次办理不收费，补领、换领每证收取工本费二十元。
"""
CYCLES = """示例市城市管理局2022年度工作报告

示例市人民政府：

2022年，全市共设置公共自行车站点 312 个，投放公共自行车 8000 辆。

示例市城市管理局
2022年12月20日
"""
CYCLES_OTHERWISE = """示例市交通运输局2022年度工作报告

示例市人民政府：

2022年，全市共设置公共自行车站点 298 个，新建停车泊位 1200 个。

示例市交通运输局
2022年12月25日
"""
DOGS = """示例市养犬管理规定

（2021年3月1日示例市人民政府令第11号公布　自2021年5月1日起施行）

第一条　为了加强养犬管理，制定本规定。

第二条　养犬人应当自取得犬只之日起三十日内办理养犬登记。

第三条　本规定由公安机关组织实施。
"""
DOGS_OTHERWISE = """示例市动物防疫办法

（2023年3月1日示例市人民政府令第15号公布　自2023年5月1日起施行）

第一条　为了加强动物防疫，制定本办法。

第二条　养犬人应当自取得犬只之日起十五日内办理养犬登记，并为犬只接种疫苗。

第三条　本办法由农业农村部门组织实施。
"""


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk over these documents, which tests only read."""
    directory: Path = tmp_path_factory.mktemp("counter")
    texts = (BENEFITS, GUIDE, CYCLES, CYCLES_OTHERWISE, DOGS, DOGS_OTHERWISE)
    with KnowledgeBase.open(directory, None, follow=False) as base:
        jobs = [base.submit(text.encode(), f"{n}.txt", None).id for n, text in enumerate(texts)]
    for job in complete(worker(directory), jobs):
        assert job.error_code is None
    with KnowledgeBase.open(directory, DemoEmbedder(), follow=False) as base:
        yield Desk(Settings(), base)
