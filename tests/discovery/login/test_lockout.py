import subprocess
import sys
from pathlib import Path

import pytest
from support.logins import CANARY, credential, guard

from netaudit.discovery.login.lockout import OPEN_S

KEYS = frozenset({"id:1", "mac:44:19:b6:00:00:01", "address:192.0.2.7"})
MOVED = frozenset({"id:2", "mac:44:19:b6:00:00:01", "address:192.0.2.99"})
OTHER = frozenset({"id:3", "mac:44:19:b6:00:00:02", "address:192.0.2.7"})
ADDRESS_ONLY = frozenset({"id:4", "address:192.0.2.7"})


class Clock:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def refused(tmp_path):
    """(a guard that remembers a refused login, a later one that reads its notes, their clock)."""
    clock = Clock()
    first = guard(tmp_path, clock=clock)
    first.open()
    assert first.claim(KEYS, credential()) is None
    first.settle(KEYS, credential(), refused=True)
    return first, guard(tmp_path, clock=clock), clock


def test_refused_login_is_not_sent_again(refused):
    _, later, clock = refused
    clock.now += 365 * 86_400

    assert "refused this login" in later.held(KEYS, credential())
    assert "--retry-logins" in later.claim(KEYS, credential())


@pytest.mark.parametrize(
    "changed",
    [credential("corrected"), credential(user="somebody-else"), credential(user="auditorc", password=CANARY[1:])],
    ids=["password", "user", "both"],
)
def test_changed_login_is_sent(refused, changed):
    _, later, _ = refused

    assert later.held(KEYS, changed) is None
    assert later.claim(KEYS, changed) is None


def test_operator_may_say_so(refused, tmp_path):
    retrying = guard(tmp_path, retry=True)

    assert retrying.held(KEYS, credential()) is None
    assert retrying.claim(KEYS, credential()) is None


def test_device_is_known_again_by_its_hardware_address_or_by_its_address_where_it_shows_none(refused):
    _, later, _ = refused

    assert later.held(MOVED, credential())
    assert later.held(ADDRESS_ONLY, credential())
    assert later.held(OTHER, credential()) is None


def test_login_that_is_taken_is_forgotten(refused, tmp_path):
    first, later, _ = refused
    retrying = guard(tmp_path, retry=True)
    retrying.claim(KEYS, credential())
    retrying.settle(KEYS, credential(), refused=False)

    assert first.held(KEYS, credential()) is None
    assert later.held(KEYS, credential()) is None


def test_login_whose_end_nobody_knows_holds_for_half_an_hour(tmp_path):
    clock = Clock()
    first, second = guard(tmp_path, clock=clock), guard(tmp_path, clock=clock, retry=True)
    first.open()
    first.claim(KEYS, credential())

    assert "its end is not known" in second.claim(KEYS, credential())
    clock.now += OPEN_S + 1
    assert second.claim(KEYS, credential()) is None


PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from support.logins import credential, guard
mine = guard(Path(sys.argv[1]))
mine.open()
keys = [frozenset({f"address:192.0.2.{n}"}) for n in range(20)]
print(sum(mine.claim(key, credential()) is None for key in keys))
"""


def test_of_two_processes_one_sends_the_login(tmp_path):
    tests = Path(__file__).parents[2]
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path), str(tests), str(tests.parent)]
    running = [subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    sent = [int(process.communicate(timeout=60)[0]) for process in running]

    assert sum(sent) == 20


def test_notes_hold_no_login_and_belong_to_their_owner(refused, tmp_path):
    folder = tmp_path / "state"
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert CANARY not in path.read_text()
        assert "auditor" not in path.read_text()
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"salt": "zz", "notes": []}', '{"salt": "", "notes": [1]}', "[" * 9999]
)
def test_damaged_notes_stop_all_logins_with_one_line(tmp_path, text):
    mine = guard(tmp_path)
    mine.open()
    (mine.folder / "refused-logins.json").write_text(text)
    with pytest.raises(ValueError, match="is damaged") as caught:
        guard(tmp_path).open()

    assert "\n" not in str(caught.value)


def test_folder_that_cannot_be_written_is_told_before_anything_is_sent(tmp_path):
    (tmp_path / "state").write_text("a file")
    with pytest.raises(OSError, match="state"):
        guard(tmp_path).open()


def test_keyed_digest_is_another_for_another_folder(tmp_path):
    marks = []
    for name in "ab":
        mine = guard(tmp_path / name)
        mine.open()
        mine.settle(KEYS, credential(), refused=True)
        marks.append((mine.folder / "refused-logins.json").read_text().split('"')[-2])

    assert marks[0] != marks[1]
