"""Outlines: what history looks at is all there, however little is kept."""

import tracemalloc

from msgspec.structs import asdict, replace
from support.inventories import SMALL, crowd, hostile

from netaudit.history.cover import channels_of
from netaudit.history.outline import outline
from netaudit.inventory import AssetDocument, document

WHOLE = (*document(SMALL).assets, *hostile().assets)
ATTRIBUTES = ("family", "brand", "model", "kind", "serial")


def told(asset, attribute):
    return {evidence.channel for evidence in asset.evidence if attribute in evidence.supports}


def test_all_but_the_evidence_is_as_it_was():
    for asset in WHOLE:
        assert asdict(replace(outline(asset), evidence=())) == asdict(replace(asset, evidence=()))


def test_the_channels_of_each_attribute_are_known():
    assert [told(outline(asset), name) for asset in WHOLE for name in ATTRIBUTES] == [
        told(asset, name) for asset in WHOLE for name in ATTRIBUTES
    ]
    assert [channels_of(outline(asset)) for asset in WHOLE] == [channels_of(asset) for asset in WHOLE]
    assert any(told(asset, "family") for asset in WHOLE)


def test_outline_of_an_outline_is_the_same():
    assert all(outline(outline(asset)) == outline(asset) for asset in WHOLE)


def test_devices_that_are_alike_share_what_is_large():
    camera = document(SMALL).assets[-1]
    long = replace(camera, evidence=camera.evidence * 5)
    one, other = (outline(replace(long, id=name, addresses=(name,))) for name in ("a", "b"))

    assert one.evidence is other.evidence
    assert len(one.evidence) == len({evidence.channel for evidence in camera.evidence}) < len(long.evidence)
    assert (one.firmware, one.ports) == (long.firmware, long.ports)


def test_an_outline_takes_little_memory():
    decoded, kept = (_bytes_for_each(work) for work in (_unshared, lambda asset: outline(_unshared(asset))))

    assert kept < decoded / 4


def _unshared(asset):
    """As one that was read from a file."""
    return AssetDocument(
        **{name: value[:] if isinstance(value, str) else value for name, value in asdict(asset).items()}
        | {"evidence": tuple(replace(e, value=f"{e.value} {asset.id}") for e in asset.evidence * 5)}
    )


def _bytes_for_each(work):
    cameras = [asset for asset in crowd(2000).assets if asset.evidence]
    tracemalloc.start()
    kept = [work(asset) for asset in cameras]
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return held / len(kept)
