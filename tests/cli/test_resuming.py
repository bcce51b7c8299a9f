"""netaudit scan --resume: what may be said beside it."""

import pytest
from support.commands import run
from support.loopback import CORNER
from support.recorded import recorded

from netaudit.model import Gap
from netaudit.records.bundle import BundleWriter
from netaudit.runs import Request, prepare

NOBODY = f"{CORNER}.240"


@pytest.fixture
def bundle(tmp_path):
    """The bundle of a run that was stopped before it had asked anybody."""
    prepared = prepare(Request(targets=(NOBODY,), rate_pps=5000.0, again=False, channels=frozenset({"sadp"})))
    with BundleWriter(tmp_path / "b", prepared.run, prepared.settings) as writer:
        writer.add(Gap(kind="interrupted", detail="the run was interrupted"))
        writer.finish(prepared.run.started_at + 1)
    return tmp_path / "b"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("10.0.0.1",), "targets"),
        (("--exclude", "10.0.0.1"), "exclude"),
        (("--profile", "standard"), "profile"),
        (("--channels", "http"), "channels"),
        (("--rate", "7"), "rate"),
        (("--site", "south"), "site"),
        (("--host-timeout", "5"), "host timeout"),
    ],
)
def test_option_that_says_otherwise_is_a_usage_error(bundle, options, named):
    before = bundle.read_bytes()
    ended = run("scan", "--resume", bundle, *options)

    assert ended.code == 2
    assert named in ended.error
    assert bundle.read_bytes() == before


def test_options_that_say_the_same_are_taken(bundle):
    ended = run("scan", NOBODY, "--resume", bundle, "--rate", "5000", "--record", bundle, "-q", "-o", "jsonl")

    assert ended.code in {0, 3, 4}, ended.err


def test_another_record_is_a_usage_error(bundle, tmp_path):
    ended = run("scan", "--resume", bundle, "--record", tmp_path / "other")

    assert (ended.code, "--record" in ended.error) == (2, True)


def test_logins_must_be_as_before(bundle, tmp_path):
    (tmp_path / "logins.toml").write_text("")
    ended = run("scan", "--resume", bundle, "--credentials", tmp_path / "logins.toml")

    assert ended.code == 2


def test_finished_run_is_refused_in_one_line():
    ended = run("scan", "--resume", recorded().bundle)

    assert (ended.code, "came to its end" in ended.error) == (2, True)
