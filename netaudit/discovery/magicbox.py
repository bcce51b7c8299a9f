"""Dahua's CGI: answers of magicBox.cgi and configManager.cgi, one key=value on each line.

A configuration listing holds the user names and passwords of the cameras behind a recorder. Of listings only the
names of known tables are kept, the machine's own name, and what RemoteDevice says of the cameras themselves.
"""

import re
from collections.abc import Iterator
from itertools import islice

from netaudit.discovery.channel import Channel, observe
from netaudit.discovery.children import CHILD_FIELDS, MAX_CHILDREN, observe_child
from netaudit.discovery.contents import read_bodies
from netaudit.discovery.text import clean, decode, yes_no
from netaudit.model import Observation, Reply

MAX_BYTES = 1024 * 1024  # RemoteDevice of 256 channels, with some forty lines of eighty bytes each
MAX_LINES = 16_384
MAX_KEYS = 32
_LINE = re.compile(r"([A-Za-z][A-Za-z0-9_.:\[\]-]{0,200})=(.{0,4096})")
_FIELDS = {
    "deviceType": "magicbox.device_type",
    "type": "magicbox.device_type",
    "serialNumber": "magicbox.serial_number",
    "sn": "magicbox.serial_number",
    "version": "magicbox.firmware",
    "vendor": "magicbox.vendor",
    "name": "magicbox.name",
    "table.General.MachineName": "magicbox.name",
    "class": "magicbox.device_class",
    "processor": "magicbox.processor",
    "hardwareVersion": "magicbox.hardware_version",
    "updateSerial": "magicbox.update_serial",
    "table.T2UServer.RegisterServer": "magicbox.cloud",
}
_TABLES = frozenset(
    {
        "General", "RemoteDevice", "T2UServer", "DVRIP", "ChannelTitle", "Network", "UPnP", "Locales", "Encode",
        "VideoColor", "VideoInOptions", "VideoInMode", "VideoInDayNight", "VideoWidget", "VideoStandard", "Lighting",
        "Lighting_V2", "LightingSchedule", "MotionDetect", "BlindDetect", "LossDetect", "Alarm", "SmartMotionDetect",
        "VideoAnalyseRule", "VideoAnalyseGlobal", "Snap", "Record", "RecordMode", "NTP", "RTSP", "PrivacyMasking",
        "LeLensMask", "DisableLinkage", "DisableEventNotify", "StorageGroup", "SnapMedia", "RecordMedia",
    }
)  # fmt: skip
# "table.RemoteDevice.uuid:System_CONFIG_NETCAMERA_INFO_0.Address": the first channel.
_CHILD_KEY = re.compile(r"table\.RemoteDevice(?:\.([^.=]{1,80})|\[(\d{1,4})\])\.(\w{1,20})")
_CHILD = {
    "ProtocolType": "child.protocol",
    "Address": "child.address",
    "DeviceType": "child.model",
    "SerialNo": "child.serial",
    "Version": "child.firmware",
    "Mac": "mac.address",
}
_SECRETS = ("pass", "pwd", "user", "key", "token", "salt", "secret")


def read(reply: Reply) -> Iterator[Observation]:
    """What the device says of itself in these lines; of its configuration the names of tables only."""
    return read_bodies(reply, _read_body)


def _read_body(reply: Reply, body: bytes) -> Iterator[Observation]:
    lines = [line.strip() for line in decode(body[:MAX_BYTES]).splitlines()[:MAX_LINES] if line.strip()]
    found = [match for line in lines if (match := _LINE.fullmatch(line))]
    if not found or 2 * len(found) < len(lines):
        raise ValueError("no lines of the form key=value")
    values: dict[str, str] = {}
    for match in found:
        values.setdefault(match[1], clean(match[2]))
    yield from _read_values(reply, values)
    yield from _read_children(reply, values)
    for key in sorted({name for name in map(_kept_key, values) if name})[:MAX_KEYS]:
        yield from observe(reply, "magicbox.key", key)


def _read_values(reply: Reply, values: dict[str, str]) -> Iterator[Observation]:
    if values.get("version") and values.get("BuildDate"):
        # Firmware of 2016 puts the date on a line of its own; later firmware says it as written here.
        values["version"] += f",build:{values['BuildDate']}"
    if b"action=getHardwareVersion" in reply.request and "version" in values:
        values.setdefault("hardwareVersion", values.pop("version"))
    for name, field in _FIELDS.items():
        yield from observe(reply, field, values.get(name))


def _read_children(reply: Reply, values: dict[str, str]) -> Iterator[Observation]:
    slots: dict[str, dict[str, str]] = {}
    for key, value in values.items():
        found = _CHILD_KEY.fullmatch(key)
        if found and (found[3] in _CHILD or found[3] == "Enable"):
            slots.setdefault(found[1] or found[2], {})[found[3]] = value
    for slot, told in islice(slots.items(), MAX_CHILDREN):
        if yes_no(told.get("Enable", "")) != "no":  # else the channel is unused, and keeps what was there before
            yield from observe_child(reply, _part(slot), {_CHILD[name]: told[name] for name in told.keys() & _CHILD})


def _part(slot: str) -> str:
    """Slots count from nought, channels from one."""
    number = re.search(r"(\d{1,4})$", slot)
    return f"channel {int(number[1]) + 1}" if number else f"slot {slot}"


def is_read(key: str) -> bool:
    """Whether the value of this key becomes an observation: all that may be kept of a listing."""
    child = _CHILD_KEY.fullmatch(key[:256])
    return key in _FIELDS or key == "BuildDate" or bool(child and (child[3] in _CHILD or child[3] == "Enable"))


def _kept_key(key: str) -> str:
    """The name of a key that is worth knowing, without its value; nothing of keys that name secrets."""
    first, dot, rest = key.partition(".")
    if first == "table":
        table = rest.partition(".")[0].partition("[")[0]
        return f"table.{table}" if dot and table in _TABLES else ""
    if key in _FIELDS or dot or any(secret in key.lower() for secret in _SECRETS):
        return ""
    return key


def _knows(reply: Reply) -> bool:
    asked = (b"/cgi-bin/magicBox.cgi?", b"/cgi-bin/configManager.cgi?")
    return reply.transport in {"tcp", "tls"} and any(path in reply.request for path in asked)


MAGICBOX = Channel(
    name="magicbox",
    title="Dahua's CGI: key=value answers, with a login that the operator gave",
    read=read,
    knows=_knows,
    fields=(*dict.fromkeys(_FIELDS.values()), "magicbox.key", *CHILD_FIELDS),
)
