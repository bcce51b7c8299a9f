"""Evidence packs: whole, the same bytes for the same content, and one changed byte is found."""

import zipfile
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inventories import SADP_REPLY, match
from support.policies import DEPARTMENT, TEST, TODAY, camera, inventory

from netaudit.inventory import encode
from netaudit.policy import Findings, evaluate
from netaudit.policy.evidence import faults, pack, signer_of
from netaudit.policy.signing import is_signed, new_key, read_private, read_public, sign

PROOF = match("hikvision-sadp", "sadp.device_description", "x", "proof", reply=SADP_REPLY.digest, family="hikvision")
REPLIES = {SADP_REPLY.digest: SADP_REPLY.payload, "sha256:other": b"of a device that no finding speaks of"}


def proven(device):
    return replace(device, identity=replace(device.identity, evidence=(PROOF,)))


def packed(device=None, replies=REPLIES, signature=None):
    document = inventory(device or proven(camera()))
    found = evaluate(document, (TEST,), DEPARTMENT, None, TODAY)
    findings = Findings(
        as_of="2026-11-22", inventory="run-1", organisation="D", policies=(), findings=found, tool="netaudit 0"
    )
    return pack(
        document=document,
        inventory=encode(document),
        findings=findings,
        files={"policies/XX.toml": b"id", "inputs/1-organisation.toml": b"name"},
        replies=replies,
        policies="0" * 64,
        sign=signature,
    )


def wrong(data, signer=None):
    return list(faults(data, signer, is_signed))


def opened(data):
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def closed(content):
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return stream.getvalue()


PACK = packed()


def test_a_pack_is_whole_and_the_same_each_time():
    assert wrong(PACK) == []
    assert packed() == PACK
    assert signer_of(PACK) is None


def test_it_holds_what_the_findings_rest_on():
    content = opened(PACK)

    assert set(content) == {
        "README.txt",
        "findings.json",
        "inputs/1-organisation.toml",
        "inventory.json",
        "manifest.json",
        "policies/XX.toml",
        f"replies/{sha256(SADP_REPLY.payload).hexdigest()}.bin",
        "seal.json",
    }


def test_it_says_which_replies_were_not_to_be_had():
    manifest = msgspec.json.decode(opened(packed(replies={}))["manifest.json"])

    assert manifest["missing_replies"] == [SADP_REPLY.digest]


def test_devices_that_no_finding_speaks_of_keep_their_replies():
    seen = match("axis-model", "onvif.model", "x", "proof", reply=SADP_REPLY.digest, family="axis")
    device = camera(family="axis")
    content = opened(packed(replace(device, identity=replace(device.identity, evidence=(seen,)))))

    assert [name for name in content if name.startswith("replies/")] == []


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(PACK) - 1), st.integers(1, 255))
def test_one_changed_byte_is_found(position, change):
    data = bytearray(PACK)
    data[position] ^= change

    assert wrong(bytes(data)) != []


@settings(max_examples=50, deadline=None)
@given(st.integers(0, len(PACK) - 1))
def test_one_that_is_cut_off_is_found(length):
    assert wrong(PACK[:length]) != []


def test_bytes_around_it_are_found():
    assert wrong(PACK + b"\0") != []
    assert wrong(b"\0" + PACK) != []


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("inventory.json", b"{}", "inventory.json: changed"),
        ("policies/XX.toml", None, "policies/XX.toml: missing"),
        ("more.txt", b"more", "more.txt: not in the manifest"),
        ("manifest.json", None, "not an evidence pack"),
        ("seal.json", b"{}", "not an evidence pack"),
    ],
)
def test_what_was_changed_is_named(name, data, told):
    content = opened(PACK)
    content[name] = data
    found = wrong(closed({name: data for name, data in content.items() if data is not None}))

    assert told in "; ".join(found)


def test_a_signature_says_by_whom(tmp_path):
    mine, other = (read_public(new_key(tmp_path / name)) for name in ("mine", "other"))
    key = read_private(tmp_path / "mine")
    data = packed(signature=lambda manifest: sign(key, manifest))

    assert (wrong(data), wrong(data, mine)) == ([], [])
    assert wrong(data, other) == [f"signed by another key: {mine}"]
    assert signer_of(data) == mine


def test_an_unsigned_pack_is_nobodys(tmp_path):
    assert wrong(PACK, read_public(new_key(tmp_path / "key"))) == ["it is not signed"]


def test_a_pack_made_anew_does_not_keep_its_signature(tmp_path):
    new_key(tmp_path / "key")
    key = read_private(tmp_path / "key")
    signed = opened(packed(signature=lambda manifest: sign(key, manifest)))
    forged = opened(packed(camera(family="dahua")))
    seal = msgspec.json.decode(signed["seal.json"]) | {"manifest": sha256(forged["manifest.json"]).hexdigest()}
    found = wrong(closed({**forged, "seal.json": msgspec.json.encode(seal)}))

    assert "the signature is not of this manifest" in found


@pytest.mark.parametrize("data", [b"", b"PK", b"\0" * 1000])
def test_what_is_no_pack_is_told(data):
    assert wrong(data)[0].startswith("not an evidence pack")
