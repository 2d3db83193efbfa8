from datetime import date, timedelta

from hypothesis import given

from index.document import Metadata
from index.timeline import NEVER, Timeline
from tests.index.metadata_strategy import DAYS, metadata


@given(metadata)
def test_the_timeline_says_what_status_on_says_on_every_day(found: Metadata):
    timeline = Timeline.of(found)
    for turn in (date.min, *DAYS, date.max):
        for shift in (-1, 0, 1):
            if date.min.toordinal() <= turn.toordinal() + shift <= date.max.toordinal():
                day = turn + timedelta(days=shift)
                assert timeline.on(day) is found.status_on(day)


def test_undated_metadata_never_changes_its_status():
    timeline = Timeline.of(Metadata("报告"))
    assert (timeline.first, timeline.second) == (NEVER, NEVER)
    assert len(set(timeline.statuses)) == 1
