import gzip
import json
from dataclasses import replace

import pytest

from netaudit.model import ChannelReport, Gap, Problem, Reply, Run
from netaudit.records import bundle, chain
from netaudit.records.bundle import BundleWriter, is_bundle, read_bundle

RUN = Run(
    id="run-1",
    feed="live",
    started_at=1769850000.0,
    finished_at=1769850007.25,
    targets=("10.0.0.0/24",),
    excluded=("10.0.0.9",),
    profile="gentle",
    site="school",
    version="0.1.0",
    addresses_in_scope=254,
)
REPLY = Reply(
    channel="sadp",
    transport="udp",
    address="10.0.0.5",
    port=37020,
    payload=bytes(range(256)),
    heard_at=1769850003.123456,
    mac="44:19:b6:00:00:01",
    destination="239.255.255.250",
    destination_port=37020,
    interface="eth0",
    request=b"<Probe/>\xff",
    asked="10.0.0.5",
    facts=(("tls.version", "TLSv1.2"),),
)
EVENTS = (
    REPLY,
    Problem(stage="ask", channel="http", address="10.0.0.9", status="timeout", detail="nach 5 s: Zeitüberschreitung"),
    Gap(kind="routed", detail="10.1.0.0/24 is behind a router", address="10.1.0.1", asset=None),
    ChannelReport(name="arp", status="done", reason=None, sent=254),
    replace(REPLY, heard_at=1769850006.1, payload=b"", mac=None, interface=None, asked=None, facts=(), request=b""),
)


def record(path, events=EVENTS, finish=True, settings=None):
    with BundleWriter(path, RUN, settings) as writer:
        for event in events:
            writer.add(event)
        if finish:
            writer.finish(RUN.finished_at)
    return path


@pytest.fixture
def whole(tmp_path):
    return record(tmp_path / "run.bundle")


def lines_of(path):
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


def test_what_is_written_is_read(whole):
    recording = read_bundle(whole)

    assert (recording.run, tuple(recording.events), recording.complete) == (RUN, EVENTS, True)


def test_settings_are_kept(tmp_path):
    path = record(tmp_path / "b", settings={"rate": "100", "credentials": "none"})

    assert read_bundle(path).settings == {"rate": "100", "credentials": "none"}


def test_the_same_run_gives_the_same_bytes(whole, tmp_path):
    assert record(tmp_path / "again").read_bytes() == whole.read_bytes()


def test_a_bundle_is_json_lines_that_any_gzip_reads(whole):
    lines = [json.loads(line)["line"] for line in lines_of(whole)]

    assert [line["type"] for line in lines] == ["header", "reply", "problem", "gap", "channel", "reply", "end"]
    assert lines[0]["schema"] == "netaudit.bundle/1"
    assert lines[1]["heard_at"] == 1769850003.123456
    assert lines[-1]["replies"] == 2


def test_any_changed_byte_is_refused(whole, tmp_path):
    data = whole.read_bytes()
    changed = tmp_path / "changed"
    accepted, refusals = [], set()
    for position in range(len(data)):
        for bit in (0x01, 0x80):
            changed.write_bytes(data[:position] + bytes([data[position] ^ bit]) + data[position + 1 :])
            try:
                list(read_bundle(changed).events)
            except ValueError as error:
                refusals.add(str(error))
            else:
                accepted.append((position, bit))

    assert accepted == []
    assert [r for r in refusals if "\n" in r] == []


@pytest.mark.parametrize("tail", [b"\0", b"\n", chain.GZIP_HEADER, b"x" * 5000])
def test_bytes_behind_the_end_are_refused(whole, tail):
    whole.write_bytes(whole.read_bytes() + tail)

    with pytest.raises(ValueError, match="line 7"):
        read_bundle(whole)


def repack(path, lines):
    """The lines as one member of our kind, without an end: as if a killed run had left them."""
    writer = chain.zlib.compressobj(6, chain.zlib.DEFLATED, -15)
    text = writer.compress(b"".join(lines)) + writer.flush(chain.zlib.Z_SYNC_FLUSH)
    path.write_bytes(chain.GZIP_HEADER + text)
    return path


@pytest.mark.parametrize(
    ("edit", "line"),
    [
        (lambda lines: lines[:2] + lines[3:], 3),
        (lambda lines: [lines[0], lines[2], lines[1], *lines[3:]], 2),
        (lambda lines: [*lines[:3], lines[2], *lines[3:]], 4),
        (lambda lines: lines[1:], 1),
        (lambda lines: [*lines[:2], lines[2].replace(b"timeout", b"refused"), *lines[3:]], 3),
        (lambda lines: [*lines[:2], lines[2].replace(b'"line":', b'"line": '), *lines[3:]], 3),
        (lambda lines: [*lines[:4], b"\n", *lines[4:]], 5),
    ],
    ids=["missing", "reordered", "doubled", "no header", "changed", "spaced", "empty line"],
)
def test_a_broken_chain_names_its_line(whole, tmp_path, edit, line):
    path = repack(tmp_path / "edited", edit(lines_of(whole)[:-1]))

    with pytest.raises(ValueError, match=f"^edited, line {line}: "):
        read_bundle(path)


def test_a_foreign_gzip_is_refused(tmp_path):
    path = tmp_path / "foreign.gz"
    path.write_bytes(gzip.compress(b'{"chain":"'))

    with pytest.raises(ValueError, match=r"^foreign\.gz, line 1: the gzip header is not the one"):
        read_bundle(path)


def test_a_bundle_cut_anywhere_gives_what_stands_before_the_cut(whole, tmp_path):
    data = whole.read_bytes()
    path = tmp_path / "cut"
    header = record(tmp_path / "header", [], finish=False).stat().st_size
    seen = set()
    for size in range(header, len(data)):
        path.write_bytes(data[:size])
        recording = read_bundle(path)
        *events, gap = recording.events
        seen.add(len(events))

        assert events == list(EVENTS[: len(events)])
        assert (gap.kind, recording.complete) == ("truncated_input", False)
        assert gap.detail == f"the bundle cut was cut off after line {1 + len(events)}"

    assert {0, len(EVENTS)} <= seen


def test_a_bundle_cut_within_its_first_line_is_refused(whole):
    whole.write_bytes(whole.read_bytes()[:100])

    with pytest.raises(ValueError, match="the bundle was cut off before its first line"):
        read_bundle(whole)


def test_a_cut_bundle_ends_with_its_last_reply(tmp_path):
    path = record(tmp_path / "b", finish=False)

    assert read_bundle(path).run.finished_at == 1769850006.1


def test_a_killed_run_loses_little(tmp_path):
    writer = BundleWriter(tmp_path / "b", RUN)
    for number in range(1000):
        writer.add(replace(REPLY, payload=b"%d" % number))
    events = list(read_bundle(tmp_path / "b").events)
    with writer:
        pass

    assert len(events) - 1 >= 1000 - bundle.FLUSH_LINES


def test_a_reply_is_in_the_file_when_the_next_second_begins(tmp_path):
    with BundleWriter(tmp_path / "b", RUN) as writer:
        writer.add(REPLY)
        events = list(read_bundle(tmp_path / "b").events)

    assert events[0] == REPLY


@pytest.mark.parametrize("zeros", [9, 4096, 200_000])
def test_zeros_that_a_power_failure_leaves_at_the_end_are_no_damage(tmp_path, zeros):
    path = record(tmp_path / "b", finish=False)
    path.write_bytes(path.read_bytes() + bytes(zeros))
    recording = read_bundle(path)

    assert not recording.complete
    assert tuple(recording.events)[:-1] == EVENTS


def test_zeros_in_the_middle_are_damage(tmp_path):
    path = record(tmp_path / "b", finish=False)
    data = path.read_bytes()
    path.write_bytes(data[:200] + bytes(100) + data[300:])
    with pytest.raises(ValueError, match=r"^b, line "):
        read_bundle(path)


# --- going on with one ------------------------------------------------------------------------------------------------


def test_continued_bundle_is_one_chain_with_all_that_was_there(tmp_path):
    path = record(tmp_path / "b", finish=False)
    with bundle.continue_bundle(path, 1769850008.0) as writer:
        writer.add(REPLY)
        writer.finish(1769850009.0)
    recording = read_bundle(path)

    assert (tuple(recording.events), recording.complete) == ((*EVENTS, REPLY), True)
    assert [p.name for p in tmp_path.iterdir()] == ["b"]


@pytest.mark.parametrize("how", ["resumed", "recorded"])
def test_bundle_that_is_being_written_is_left_alone(tmp_path, how):
    path = record(tmp_path / "b", finish=False)
    with bundle.continue_bundle(path, 1769850008.0) as writer:
        before = path.read_bytes()
        with pytest.raises(ValueError, match=r"^b: another netaudit is writing this file"):
            bundle.continue_bundle(path, 1769850009.0) if how == "resumed" else BundleWriter(path, RUN)
        assert path.read_bytes() == before
        writer.add(REPLY)
        writer.finish(1769850009.0)

    assert tuple(read_bundle(path).events) == (*EVENTS, REPLY)


def test_what_cannot_be_continued_stays_as_it_is_and_is_free(tmp_path, monkeypatch):
    path = record(tmp_path / "b", finish=False)
    before = path.read_bytes()

    def full(_writer, *, forced=False):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(BundleWriter, "flush", full)
        with pytest.raises(OSError, match="No space"):
            bundle.continue_bundle(path, 1769850008.0)

    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["b"]
    bundle.continue_bundle(path, 1769850008.0).finish(1769850009.0)


def test_end_and_the_copy_that_takes_its_place_are_on_the_disk(tmp_path, monkeypatch):
    path = record(tmp_path / "b", finish=False)
    told = []
    monkeypatch.setattr(chain, "force", lambda _: told.append("file"))
    monkeypatch.setattr(bundle, "force_names", lambda _: told.append(("names", path.stat().st_ino)))
    before = path.stat().st_ino
    writer = bundle.continue_bundle(path, 1769850008.0)

    assert told == ["file", ("names", path.stat().st_ino)]
    assert path.stat().st_ino != before
    writer.finish(1769850009.0)
    assert told[2:] == ["file"]


def test_what_is_too_long_to_be_read_again_is_said(tmp_path):
    path = record(tmp_path / "b", [replace(REPLY, payload=bytes(chain.MAX_LINE_BYTES))])
    (problem,) = read_bundle(path).events

    assert (problem.status, problem.address, problem.channel) == ("too_large", "10.0.0.5", "sadp")


def test_a_large_reply_is_kept(tmp_path):
    reply = replace(REPLY, payload=bytes(700_000))
    path = record(tmp_path / "b", [reply])

    assert list(read_bundle(path).events) == [reply]


def test_half_a_surrogate_pair_does_not_stop_a_recording(tmp_path):
    problem = Problem(stage="load", channel="", address="", status="permission", detail="no right to read \udce9.toml")
    path = record(tmp_path / "b", [problem])

    assert [e.detail for e in read_bundle(path).events] == ["no right to read ?.toml"]


def test_a_bomb_is_stopped_at_its_first_line(tmp_path):
    path = repack(tmp_path / "bomb", [chain.LINE_HEAD, *([b"0" * (1 << 20)] * 64)])

    with pytest.raises(ValueError, match=r"^bomb, line 1: longer than 1048576 bytes$"):
        read_bundle(path)


def test_a_bomb_of_sound_lines_is_stopped(whole, monkeypatch):
    monkeypatch.setattr(chain, "MAX_TEXT_BYTES", 1000)

    with pytest.raises(ValueError, match="more than 1000 bytes when decompressed"):
        read_bundle(whole)


def chained(path, *bodies):
    writer = chain.ChainWriter(path)
    for body in bodies:
        writer.add(body)
    writer.flush()
    writer.close()
    return path


HEADER = bundle._header(RUN, {})


@pytest.mark.parametrize(
    ("bodies", "message"),
    [
        ([b"nonsense"], "line 1: JSON is malformed"),
        ([b'{"type":"reply"}'], "line 1: a header is expected here, not 'reply'"),
        ([HEADER.replace(b"bundle/1", b"bundle/2")], "not a bundle of schema netaudit.bundle/1"),
        ([HEADER, b'{"type":"picture"}'], "line 2: 'picture' is not a type of line"),
        ([HEADER, b'{"type":"reply","transport":"udp"}'], "line 2: Object missing required field"),
        ([HEADER, b'{"type":"reply","transport":"udp","address":"","payload":"*"}'], "line 2: Invalid base64"),
        ([HEADER, b'{"type":"gap","a":' + b"[" * 100_000], "line 2: "),
    ],
)
def test_nonsense_with_a_sound_chain_is_refused(tmp_path, bodies, message):
    with pytest.raises(ValueError, match=message):
        read_bundle(chained(tmp_path / "b", *bodies))


def test_a_missing_reply_is_noticed_even_with_a_sound_chain(tmp_path):
    writer = chain.ChainWriter(tmp_path / "b")
    writer.add(HEADER)
    writer.end(b'{"type":"end","finished_at":0,"replies":3,"before":"%s"}' % writer.seal().encode())
    writer.close()

    with pytest.raises(ValueError, match="last line: 3 replies declared, 0 found"):
        read_bundle(tmp_path / "b")


def test_bundles_are_told_by_their_first_bytes(whole):
    head = whole.read_bytes()[:512]

    assert is_bundle(head)
    assert not is_bundle(gzip.compress(b"\xd4\xc3\xb2\xa1"))
    assert not is_bundle(b"\xd4\xc3\xb2\xa1")
    assert not is_bundle(b"")
