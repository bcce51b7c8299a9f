"""No text of a device reaches a reader alive: every format of every verb, with every payload, before a judge of its own.

Payloads come as bytes, through the readers of the channels, and as a file that somebody wrote by hand.
"""

import re
import zipfile

import pytest
from support import readers
from support.commands import run
from support.loopback import corner_place, quick_answers
from support.spite import CALM, SPITEFUL, record, sadp, written_by_hand

from netaudit.cli import comply, diff, phaseout
from netaudit.demo import emulate
from netaudit.demo.device import Answer, Datagram, EmulatedDevice, TcpService, Truth, UdpService
from netaudit.history import compare
from netaudit.inventory import read, write
from netaudit.report import FORMATS
from netaudit.tell.mail import build_mail
from netaudit.tell.notices import Message, Notice, gather
from netaudit.tell.receivers import Mail
from netaudit.tell.webhook import build_body
from netaudit.watch.told import of_changes, of_coverage

POLICY = ("--policy", "CA-FED-USE-2025", "--policy", "US-889-B")
ORGANISATION = (
    'name = "Agency"\nentity_types = ["federal-agency", "federal-contractor"]\njurisdictions = ["CA", "US"]\n'
)
QUIETLY = ("--rate", "10000", "-q")
HARDWARE = b"\x44\x19\xb6\x00\x66\x42"
ALL = frozenset(range(len(SPITEFUL)))


def outputs(formats, folder, name):
    """-o for each of these formats, to files that are named after the verb."""
    return [word for form in formats for word in ("-o", f"{form}={folder / f'{name}.{form}'}")]


def write_all(folder, texts):
    """Let every verb write all that it can of devices that say these texts; files are named VERB.FORMAT."""
    broken = b"" if texts is CALM else b"\xff\xfe\x80\xc3("
    bundle = record(folder / "evidence.bundle", texts, broken)
    before, after = folder / "before.inventory", folder / "after.inventory"
    write(written_by_hand([f"{text[:4]} before" for text in CALM], "run-0"), before)
    write(written_by_hand(texts), after)
    (folder / "organisation.toml").write_text(ORGANISATION)
    told = [
        run("replay", bundle, "-v", *outputs(FORMATS, folder, "replay")),
        run("comply", folder / "replay.json", *POLICY, *outputs(comply.FORMATS, folder, "comply-replay")),
        run("diff", before, folder / "replay.json", *outputs(diff.FORMATS, folder, "diff-replay")),
        *(run("explain", folder / "replay.json", f"10.66.0.{n + 1}", "--bundle", bundle) for n in range(len(texts))),
        *_hand_written(folder, texts, before, after),
    ]
    _messages(folder, texts, before, after)
    (folder / "stderr.text").write_text("".join(ended.err for ended in told))
    (folder / "explain.text").write_bytes(b"".join(ended.out for ended in told))


def _hand_written(folder, texts, before, after):
    history = ("--history", folder / "history.db")
    given = (*POLICY, "--organisation", folder / "organisation.toml")
    days = [word for text in texts for word in ("--deadline", f"2027-01-01={text}")]
    yield run("comply", after, *given, *outputs(comply.FORMATS, folder, "comply"), "--evidence", folder / "pack.zip")
    yield run("diff", before, after, *outputs(diff.FORMATS, folder, "diff"))
    yield run("history", "add", before, after, *history)
    yield run("history", "list", *history, *outputs(("table", "json"), folder, "list"))
    yield run("history", "show", "latest", *history, *outputs(("table", "json"), folder, "run"))
    yield run("history", "show", "id-3", *history, *outputs(("table", "json"), folder, "device"))
    yield run("history", "progress", *history, *days, *outputs(phaseout.FORMATS, folder, "progress"))
    beside = ("--findings", folder / "comply.json", "--progress", folder / "progress.json", *history)
    yield run("report", after, *beside, *outputs(FORMATS, folder, "report"))
    yield run("report", after, *beside, "--lang", "fr", *outputs(("html",), folder, "rapport"))
    yield from (run("explain", after, f"id-{number}") for number in range(len(texts)))


def _messages(folder, texts, before, after):
    old, new = read(before), read(after)
    notices = [
        *of_changes(compare(old, new).changes),
        *of_coverage(old.coverage, new.coverage),
        *(Notice(kind="scan_failed", words=text) for text in texts),
    ]
    for number, text in enumerate(texts):
        found = gather(site=text, at="2026-01-31T09:00:00Z", run="run-1", notices=notices[number:])
        assert isinstance(found, Message)
        receiver = Mail(name="m", server="mail.example", sender="netaudit@e.example", to=("admin@e.example",))
        (folder / f"{number}.mail").write_bytes(build_mail(receiver, found).as_bytes())
        (folder / f"{number}.webhook").write_bytes(build_body(found))
        (folder / f"{number}.message").write_text(f"{found.title}\n{found.text}")


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calm")
    write_all(folder, CALM)
    return folder


@pytest.fixture(scope="module")
def spite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spite")
    write_all(folder, SPITEFUL)
    return folder


JUDGES = {
    "table": readers.text, "text": readers.text, "889": readers.text, "message": readers.text,
    "json": readers.jsons, "sarif": readers.jsons, "webhook": readers.jsons, "jsonl": readers.json_lines,
    "csv": readers.table, "xlsx": readers.workbook, "mail": readers.mail,
    "html": readers.page, "svg": readers.xml, "junit": readers.xml, "markdown": readers.markdown,
}  # fmt: skip
BY_LIKENESS = {"html", "svg", "junit", "markdown"}  # judged beside what a calm device gives
OF_FEW = {  # what tells not of every device, or of none by its own words
    "list.table", "list.json", "device.table", "device.json", "stderr.text", "replay.table",
    *(f"comply-replay.{form}" for form in comply.FORMATS),
}  # fmt: skip
DATA = {"json", "jsonl", "csv", "xlsx", "sarif"}  # for programs: long texts stay as they are
MANY = 4200  # characters of one text

NAMES = [
    *(f"replay.{form}" for form in FORMATS),
    *(f"report.{form}" for form in FORMATS),
    "rapport.html",
    "explain.text",
    "stderr.text",
    *(f"{name}.{form}" for name in ("comply", "comply-replay") for form in comply.FORMATS),
    *(f"{name}.{form}" for name in ("diff", "diff-replay") for form in diff.FORMATS),
    *(f"{name}.{form}" for name in ("list", "run", "device") for form in ("table", "json")),
    *(f"progress.{form}" for form in phaseout.FORMATS),
    *(f"{number}.{form}" for number in range(len(SPITEFUL)) for form in ("mail", "webhook", "message")),
]


def judged(path, calm):
    form = path.suffix.removeprefix(".")
    if form in BY_LIKENESS:
        return JUDGES[form](path.read_bytes(), (calm / path.name).read_bytes())
    return JUDGES[form](path.read_bytes())


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_a_device_says_acts_on_who_reads_it(spite, calm, name):
    words = judged(spite / name, calm)
    arrived = {int(number) for number in re.findall("zq([0-9]{2})", words)}

    assert arrived == ALL or (name in OF_FEW and arrived < ALL)
    assert name.partition(".")[2] in DATA or "A" * MANY not in words


def test_an_evidence_pack_holds_what_devices_say_as_data_only(spite):
    with zipfile.ZipFile(spite / "pack.zip") as pack:
        members = {name: pack.read(name) for name in pack.namelist()}
    told = {name: readers.jsons(data) for name, data in members.items() if name.endswith(".json")}

    assert set(told) == {"inventory.json", "findings.json", "manifest.json", "seal.json"}
    assert all(
        re.fullmatch(r"(policies|inputs|replies)/[\w.-]+|README\.txt", name) for name in set(members) - set(told)
    )
    assert "zq" in readers.text(members["README.txt"]) + told["findings.json"]


def test_bytes_arrive_as_names_and_serial_numbers(spite):
    found = read(spite / "replay.json")
    said = [[*asset.hostnames, str(asset.serial)] for asset in found.assets]

    assert len(said) == len(SPITEFUL)
    assert all(any("zq" in text for text in texts) for texts in said)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_a_scan_shows_nothing_alive_either(scanned, calm, form):
    words = judged(scanned / f"replay.{form}", calm)

    assert "zq00" in words or form == "table"


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """What a scan writes of one device that answers with markup, escape sequences and a long name."""
    folder = tmp_path_factory.mktemp("scanned")
    page = "".join(f"<title>{text[:4000]}</title>" for text in SPITEFUL if "{" not in text)
    head = f"HTTP/1.1 401 No\nServer: {SPITEFUL[18]}\nWWW-Authenticate: Digest realm={SPITEFUL[20]}\nContent-Type: text/html"
    web = TcpService(port=80, speaks="http", answer=(Answer(when=".", head=head, body=page),))
    own = UdpService(port=37020, answer=(Datagram(when="Probe", text=sadp(SPITEFUL[0].encode(), HARDWARE).decode()),))
    truth = Truth(family="unknown", verdict="unknown")
    device = EmulatedDevice(
        name="spite", summary="", host=66, mac="02:00:00:00:00:66", truth=truth, udp=(own,), tcp=(web,)
    )
    with quick_answers(), emulate([device], corner_place) as emulation:
        address = emulation["spite"].address
        ended = run("scan", address, "--channels", "sadp,http", *QUIETLY, *outputs(FORMATS, folder, "replay"))
    assert ended.code == 0
    return folder
