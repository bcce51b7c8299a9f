"""netaudit scan --resume: what may be said beside it."""

import signal
import sys
import time
import zlib
from dataclasses import replace

import pytest
from support.commands import run, start
from support.loopback import CORNER
from support.recorded import recorded

from netaudit.discovery.live import PHASES
from netaudit.inventory import read
from netaudit.model import Gap, Target
from netaudit.records.bundle import BundleWriter, read_bundle
from netaudit.records.chain import GZIP_HEADER, MAX_LINE_BYTES, ChainWriter, read_lines, read_tail
from netaudit.records.marks import Begun, Ended
from netaudit.runs import Request, prepare

NOBODY = f"{CORNER}.240"
STOPPED = Gap(kind="interrupted", detail="the run was interrupted")


@pytest.fixture
def bundle(tmp_path):
    """The bundle of a run that was stopped before it had asked anybody."""
    prepared = prepare(Request(targets=(NOBODY,), rate_pps=5000.0, again=False, channels=frozenset({"sadp"})))
    with BundleWriter(tmp_path / "b", prepared.run, prepared.settings) as writer:
        writer.add(STOPPED)
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


@pytest.mark.usefixtures("nobody_there")
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


# --- two at once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def scanning(tmp_path):
    """(bundle, a program that has begun to write it and is far from its end)."""
    path = tmp_path / "b"
    slowly = ("--channels", "tcp", "--rate", "2", "--once", "-q")
    with start("scan", f"{CORNER}.224-239", *slowly, "--record", path) as scan:
        deadline = time.monotonic() + 120
        while not path.exists() or not path.stat().st_size:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield path, scan
        scan.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="no flock(2)")
def test_run_that_is_still_running_is_not_continued_nor_written_over(scanning):
    path, scan = scanning
    assert scan.poll() is None
    for arguments in (("--resume", path), (NOBODY, "--record", path)):
        ended = run("scan", *arguments, "-q")

        assert (ended.code, "another netaudit is writing this file" in ended.error) == (2, True)
    scan.send_signal(signal.SIGINT)
    assert scan.wait(120) == 130
    assert read_bundle(path).complete


@pytest.mark.skipif(sys.platform == "win32", reason="no flock(2)")
def test_run_is_continued_by_one_of_two(scanning):
    path, scan = scanning
    scan.kill()
    scan.wait(120)
    before, deadline = path.stat().st_ino, time.monotonic() + 120
    with start("scan", "--resume", path, "-q") as first:
        while path.stat().st_ino == before:
            assert first.poll() is None, first.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        with start("scan", "--resume", path, "-q") as second:
            _, told = second.communicate(timeout=120)
        assert (second.returncode, told.count(b"\n"), b"another netaudit" in told) == (2, 1, True)
        first.send_signal(signal.SIGINT)
        assert first.wait(120) == 130
    assert read_bundle(path).complete


# --- another library, another version ---------------------------------------------------------------------------------


def stopped(path, version=None):
    """The bundle of a run that was stopped after its last question."""
    targets = tuple(recorded().addresses.values())
    prepared = prepare(Request(targets=targets, profile="standard", site="test"))
    begun = replace(prepared.run, version=version or prepared.run.version)
    with BundleWriter(path, begun, prepared.settings) as writer:
        for item in (*read_bundle(recorded().bundle).events, *(Ended(part=p.__name__) for p in PHASES), STOPPED):
            writer.add(item)
        writer.finish(prepared.run.started_at + 9)
    return path


def test_continued_run_is_judged_by_the_fingerprints_of_the_day_as_a_replay_is(tmp_path):
    camera = next(asset for asset in read(recorded().inventory).assets if asset.family == "hikvision")
    model = next(e.value for e in camera.evidence if e.field == "sadp.device_description")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sadp.device_description.toml").write_text(
        'field = "sadp.device_description"\n\n[[fingerprint]]\nid = "own-label"\ntitle = "our own label"\n'
        f'pattern = \'^{model}$\'\nasserts = {{ brand = "Annke" }}\nstrength = "proof"\nsources = ["label, 2026-01-01"]\n\n'
        f'  [[fingerprint.matches]]\n  text = "{model}"\n\n  [[fingerprint.rejects]]\n  text = "x"\n  why = "another"\n'
    )
    bundle, own = stopped(tmp_path / "b"), ("--fingerprints", tmp_path / "own")
    ended = run("scan", "--resume", bundle, *own, "-q", "-o", f"json={tmp_path / 'i.json'}")
    assert ended.code == 0, ended.err
    assert run("replay", bundle, *own, "-q", "-o", f"json={tmp_path / 'again.json'}").code == 0

    assert (tmp_path / "i.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    now = next(asset for asset in read(tmp_path / "i.json").assets if asset.addresses == camera.addresses)
    assert (camera.brand, now.brand) == ("Hikvision", "Annke")


def test_run_of_another_version_is_refused_in_one_line(tmp_path):
    path = stopped(tmp_path / "b", version="0.0.9\x1b[31m")
    before = path.read_bytes()
    ended = run("scan", "--resume", path)

    assert (ended.code, "was begun with netaudit 0.0.9\\x1b[31m, and this is" in ended.error) == (2, True)
    assert path.read_bytes() == before


# --- bundles that are not as they were written ------------------------------------------------------------------------


def unfinished(path):
    """The bundle as a killed run leaves it: the same lines, and no end."""
    bodies = [body for _, body in read_lines(path, read_tail(path))]
    writer = ChainWriter(path)
    for body in bodies:
        writer.add(body)
    writer.flush()
    writer.close()
    return path


def packed(text):
    pack = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return GZIP_HEADER + pack.compress(text) + pack.flush(zlib.Z_SYNC_FLUSH)


def text_of(path):
    return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(path.read_bytes())


DAMAGES = {
    "edited": lambda path: packed(text_of(path).replace(b"was interrupted", b"was  finished.")),
    "without a line": lambda path: packed(b"".join(text_of(path).splitlines(keepends=True)[1:])),
    "twice": lambda path: packed(text_of(path) * 2),
    "huge line": lambda path: packed(text_of(path) + b"x" * (MAX_LINE_BYTES + 2)),
    "a changed byte": lambda path: path.read_bytes()[:40] + b"\xff" + path.read_bytes()[41:],
    "not gzip": lambda _: b"{}",
    "empty": lambda _: b"",
    "the header alone": lambda _: GZIP_HEADER,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_bundle_is_refused_in_one_line_and_left_as_it_is(bundle, damage):
    bundle.write_bytes(DAMAGES[damage](unfinished(bundle)))
    before = bundle.read_bytes()
    ended = run("scan", "--resume", bundle, "-q")

    assert (ended.code, ended.error.startswith("netaudit: b, line ")) == (2, True)
    assert bundle.read_bytes() == before


@pytest.mark.usefixtures("nobody_there")
@pytest.mark.parametrize("bytes_left", [1, 30])
def test_torn_last_line_is_left_out_and_the_run_goes_on(bundle, bytes_left):
    whole = unfinished(bundle).read_bytes()
    bundle.write_bytes(whole[:-bytes_left])
    ended = run("scan", "--resume", bundle, "-q", "-o", "jsonl")

    assert ended.code in {0, 3, 4}, ended.err
    assert read_bundle(bundle).complete


def test_bundle_that_would_have_us_ask_what_is_never_asked_is_refused(tmp_path):
    target = Target(address=NOBODY, ports=(80,), description=(80, "/ISAPI/Security/users"))
    prepared = prepare(Request(targets=(NOBODY,), channels=frozenset({"http"})))
    with BundleWriter(tmp_path / "b", prepared.run, prepared.settings) as writer:
        writer.add(Begun(stage="first", target=target))
    ended = run("scan", "--resume", tmp_path / "b", "-q")

    assert (ended.code, "which is never asked" in ended.error) == (2, True)
