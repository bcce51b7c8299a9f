from dataclasses import replace

import pytest

from netaudit.identify.age import newest_source
from netaudit.identify.fingerprints import load_library

LIBRARY = load_library()


def with_sources(*sources):
    return replace(LIBRARY, fingerprints=tuple(replace(LIBRARY.fingerprints[0], sources=(s,)) for s in sources))


@pytest.mark.parametrize(
    ("sources", "newest"),
    [
        (("a page, read 2025-03", "a forum, read 2026-01", "a manual of 2019"), "2026-01"),
        (("no date at all", "2026-13 is no month", "part 12026-01"), ""),
        ((), ""),
    ],
)
def test_newest_source_is_the_latest_month_that_any_names(sources, newest):
    assert newest_source(with_sources(*sources)) == newest


def test_shipped_fingerprints_have_an_age():
    assert newest_source(LIBRARY) >= "2026-01"
