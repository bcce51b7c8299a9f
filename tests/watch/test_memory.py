"""What the watch remembers survives the program, and never makes it scan sooner than it should."""

from datetime import UTC, datetime, timedelta

from netaudit.watch.memory import Memory, named, recall, remember

MONDAY, TUESDAY = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)


def test_a_site_just_seen_is_remembered_from_now_on(tmp_path):
    assert recall(tmp_path, "Depot", MONDAY).since == MONDAY
    assert recall(tmp_path, "Depot", TUESDAY).since == MONDAY


def test_after_a_run_only_later_times_count(tmp_path):
    remember(tmp_path, "Depot", Memory(since=MONDAY).begun(TUESDAY).ended("2026-03-03T00:00:00Z"))

    assert recall(tmp_path, "Depot", TUESDAY) == Memory(since=TUESDAY, told="2026-03-03T00:00:00Z")


def test_a_run_that_was_cut_off_is_still_due(tmp_path):
    remember(tmp_path, "Depot", Memory(since=MONDAY).begun(TUESDAY))

    found = recall(tmp_path, "Depot", TUESDAY)
    assert (found.since, found.attempts) == (MONDAY, 1)


def test_a_clock_that_was_far_ahead_keeps_no_site_waiting_until_then(tmp_path):
    remember(tmp_path, "Depot", Memory(since=MONDAY + timedelta(days=700), told="x"))

    assert recall(tmp_path, "Depot", MONDAY) == Memory(since=MONDAY, told="x")
    assert recall(tmp_path, "Depot", TUESDAY) == Memory(since=MONDAY, told="x")


def test_a_clock_that_is_set_back_by_a_little_changes_nothing(tmp_path):
    remember(tmp_path, "Depot", Memory(since=TUESDAY))

    assert recall(tmp_path, "Depot", TUESDAY - timedelta(hours=2)) == Memory(since=TUESDAY)


def test_a_damaged_memory_waits_for_the_next_time(tmp_path):
    (tmp_path / f"{named('Depot')}.json").write_bytes(b'{"since": "20')

    assert recall(tmp_path, "Depot", TUESDAY) == Memory(since=TUESDAY)


def test_sites_with_like_names_have_files_of_their_own():
    names = {named(site) for site in ("Depot/1", "Depot 1", "../Depot-1", "Dépot 1", "x" * 300)}

    assert len(names) == 5
    assert all("/" not in name and len(name) < 60 for name in names)
