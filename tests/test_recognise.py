from netaudit.identify.fingerprints import load_library
from netaudit.model import Gap, Reply
from netaudit.recognise import Recogniser

SADP = b"<ProbeMatch><DeviceDescription>DS-2CD2143G2-I</DeviceDescription><DeviceSN>X</DeviceSN><DeviceLock>%s</DeviceLock></ProbeMatch>"


def sadp(address, locked=b"false"):
    return Reply(channel="sadp", transport="udp", address=address, port=37020, payload=SADP % locked)


def test_what_was_heard_is_identified():
    recogniser = Recogniser(load_library())
    recogniser.take(sadp("192.0.2.7"))
    (asset,) = recogniser.assets()

    assert (asset.identity.family, asset.identity.verdict) == ("hikvision", "confirmed")
    assert asset.device.addresses == ("192.0.2.7",)


def test_locked_and_left_alone_devices_are_barred():
    recogniser = Recogniser(load_library())
    recogniser.take(sadp("192.0.2.7", b"true"))
    recogniser.take(sadp("192.0.2.8"))
    for kind in ("locked", "left_alone", "fell_silent", "routed"):
        recogniser.take(Gap(kind=kind, detail="x", address=f"of {kind}"))

    assert recogniser.barred() == {"192.0.2.7", "of locked", "of left_alone", "of fell_silent"}
