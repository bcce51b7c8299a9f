"""What holds for every inventory, every register and every day."""

from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from support.inventories import RUN
from support.policies import POLICIES

from netaudit.inventory import (
    AssetDocument,
    ChildrenDocument,
    CoverageDocument,
    Document,
    EvidenceDocument,
    GapDocument,
    PortDocument,
    document,
)
from netaudit.model import Coverage, Inventory
from netaudit.policy import Facts, Organisation, Register, Site, Waiver, evaluate
from netaudit.policy.attribution import SURE_ENOUGH
from netaudit.policy.families import families
from netaudit.policy.words import AGAINST
from netaudit.vocabulary import KINDS, STRENGTHS, VERDICTS

EMPTY = document(Inventory(run=RUN, coverage=Coverage(addresses_in_scope=0, addresses_answering=0)))
SOME = st.one_of(st.none(), st.text(max_size=20))
LABELS = st.sampled_from(["HiLook", "EZVIZ", "Lorex", "Luminys", "Annke", ""]) | SOME
ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "fe80::1", "not an address", ""])
DAYS = st.dates(date(2015, 1, 1), date(2035, 1, 1))
SPANS = st.none() | DAYS.map(lambda day: day.isoformat()) | DAYS.map(lambda day: day.isoformat()[:7])
FAMILIES = st.sampled_from(["unknown", "never-heard-of", *families()])
EVIDENCE = st.builds(
    EvidenceDocument,
    channel=st.just("onvif"),
    field=st.just("onvif.model"),
    value=st.text(max_size=5),
    fingerprint=st.sampled_from(["brand:HiLook", "hikvision-sadp"]),
    supports=st.dictionaries(st.sampled_from(["family", "model"]), FAMILIES, max_size=2),
    strength=st.sampled_from(STRENGTHS),
    reply=st.none(),
    seen_at=st.just("2026-01-01T00:00:00Z"),
)
ASSETS = st.builds(
    AssetDocument,
    id=st.text(max_size=3),
    addresses=st.lists(ADDRESSES, max_size=2).map(tuple),
    macs=st.just(()),
    hostnames=st.just(()),
    family=FAMILIES,
    verdict=st.sampled_from(VERDICTS),
    certainty=st.floats(0, 1),
    kind=st.sampled_from(KINDS),
    ports=st.lists(
        st.builds(PortDocument, transport=st.just("tcp"), port=st.just(80), service=st.sampled_from(["rtsp", "x"])),
        max_size=1,
    ).map(tuple),
    children=st.just(ChildrenDocument(declared=0, inspected=0)),
    evidence=st.lists(EVIDENCE, max_size=2).map(tuple),
    conflicts=st.lists(st.text(max_size=3), max_size=1).map(tuple),
    brand=LABELS,
    manufacturer=SOME,
    model=SOME,
    serial=SOME,
)
TOLD = [name for name in AssetDocument.__struct_fields__ if name != "id"]
GAPS = st.builds(GapDocument, kind=st.text(max_size=5), asset=SOME, detail=st.text(max_size=5), address=SOME)
DOCUMENTS = st.builds(
    lambda assets, gaps: Document(
        run=EMPTY.run,
        coverage=CoverageDocument(addresses_in_scope=0, addresses_answering=0, channels=(), gaps=tuple(gaps)),
        assets=tuple(assets),
        problems=(),
    ),
    st.lists(ASSETS, max_size=3),
    st.lists(GAPS, max_size=2),
)
ENTRIES = st.builds(
    Facts, serial=SOME, address=ADDRESSES, acquired=SPANS, installed=SPANS, renewal=SPANS, funding=SOME, made_in=SOME
)
SITES = st.builds(
    Site, name=st.just("s"), networks=st.just(("10.0.0.0/8",)), sensitivity=st.sampled_from(["sensitive"])
)
KINDS_OF_BODIES = st.lists(st.sampled_from(sorted(POLICIES.entity_types)), max_size=3).map(tuple)
PLACES = st.lists(st.sampled_from(["CA", "CA-QC", "US", "XX", "GB"]), max_size=2).map(tuple)
BODIES = st.none() | st.builds(
    Organisation, entity_types=KINDS_OF_BODIES, jurisdictions=PLACES, site=st.lists(SITES, max_size=1).map(tuple)
)
EXCUSES = st.builds(
    Waiver, id=st.just("w"), policy=st.sampled_from(sorted(POLICIES.by_id)), reason=st.just("r"),
    approver=st.just(("agency-head",)), granted=DAYS, until=DAYS, sites=st.just(("s",)),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS, BODIES, st.lists(ENTRIES, max_size=3), DAYS, st.lists(EXCUSES, max_size=2))
def test_nothing_is_too_strange_and_nothing_says_too_much(doc, body, entries, day, waivers):
    found = evaluate(doc, POLICIES.by_id.values(), body, Register(entries=tuple(entries)), day, waivers)
    devices = {asset.id: asset for asset in doc.assets}
    against = [f for f in found if f.outcome in AGAINST]

    assert [f for f in found if not f.because] == []
    assert [f for f in found if f.outcome == "not-evaluated" and not f.missing] == []
    assert [f for f in against if f.owner_effect != "finding"] == []
    assert len([f for f in found if f.kind == "rule"]) == len(doc.assets) * sum(
        len(policy.rule) for policy in POLICIES.by_id.values()
    )
    if len(devices) == len(doc.assets):
        assert [f for f in against if not _firm(f, devices[f.asset])] == []


def _firm(finding, asset):
    """Whether a finding against somebody rests on an attribution that may, or on a criterion that a person answered."""
    rule = next(r for r in POLICIES.by_id[finding.policy].rule if r.id == finding.rule)
    if not (rule.match.families or rule.match.maker_countries):
        return True
    firm = asset.verdict in {"confirmed", "probable"} and asset.certainty >= SURE_ENOUGH and not asset.conflicts
    return firm or rule.match.criterion_decides or bool(rule.match.made_in or rule.match.supplier_countries)


@settings(max_examples=60, deadline=None)
@given(ASSETS, st.lists(ASSETS, max_size=3), st.lists(st.integers(0, 99), max_size=3), BODIES, ENTRIES, DAYS)
def test_a_device_comes_to_the_same_whoever_stands_beside_it(first, others, picks, body, entry, day):
    changes = [{name: getattr(other, name)} for other in others for name in TOLD]
    near = [msgspec.structs.replace(first, **changes[pick % len(changes)]) for pick in picks if changes]
    assets = [msgspec.structs.replace(a, id=f"d{n}") for n, a in enumerate((first, *near, first, *others))]
    policies, register = list(POLICIES.by_id.values()), Register(entries=(entry,))
    together = evaluate(_of(assets), policies, body, register, day)
    alone = [f for a in assets for f in evaluate(_of([a]), policies, body, register, day) if f.kind == "rule"]

    if not any("answer to it" in f.because[0] for f in together):  # who alone is known by a key is not, among many
        assert [f for f in together if f.kind == "rule"] == alone


def _of(assets):
    return msgspec.structs.replace(EMPTY, assets=tuple(assets))


@given(DAYS)
def test_an_empty_inventory_is_never_clear(day):
    found = evaluate(EMPTY, POLICIES.by_id.values(), None, None, day)

    assert [f.outcome for f in found] == ["not-evaluated"]
