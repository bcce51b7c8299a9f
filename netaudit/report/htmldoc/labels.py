"""The names of things on the page: columns, verdicts, outcomes, channels. The constants called *_WORDS are translated."""

from typing import Final

VERDICT_WORDS: Final = {
    "confirmed": "confirmed",
    "probable": "probable",
    "possible": "possible",
    "unknown": "not established",
}
STRENGTH_WORDS: Final = {"proof": "proof", "strong": "strong", "medium": "medium", "weak": "weak"}

KIND_WORDS: Final = {  # of many
    "camera": "Cameras",
    "thermal_camera": "Thermal cameras",
    "recorder": "Recorders",
    "intercom": "Intercoms",
    "access_control": "Access control",
    "encoder": "Video encoders",
    "other": "Other devices",
    "unknown": "Kind not known",
}

# What a device is held to come to under policies, worst first (netaudit.findings/1).
OUTCOME_WORDS: Final = {
    "in-breach": "in breach",
    "overdue": "overdue",
    "due": "due",
    "needs-review": "needs review",
    "not-evaluated": "not evaluated",
    "allowed-with-conditions": "allowed with conditions",
    "not-applicable": "not applicable",
}
OUTCOMES: Final = tuple(OUTCOME_WORDS)
AGAINST: Final = OUTCOMES[:3]  # these stand against the organisation

SEVERITY_WORDS: Final = {
    "prohibited": "prohibited",
    "restricted": "restricted",
    "phase-out": "phase-out",
    "risk-assess": "to be assessed",
    "conditional": "conditional",
    "advisory": "advisory",
    "watch": "watch",
    "context": "context",
}

# Why somebody should look at a device; the order is that of the bits in the page's data.
NEED_WORDS: Final = {
    "target": "Hikvision or Dahua, however certain",
    "relabel": "Sold under another name",
    "nameless": "Looks like a camera, maker not established",
    "possible": "Only possibly of this maker",
    "conflict": "Contradicts itself",
    "locked": "Says that it is locked",
    "children": "Cameras behind it not inspected",
    "address": "Address wrong or contested",
}
NEEDS: Final = tuple(NEED_WORDS)

COLUMN_WORDS: Final = {
    "address": "Address",
    "what": "What it is",
    "maker": "Maker",
    "brand": "Brand",
    "model": "Model",
    "firmware": "Firmware",
    "firmware_date": "Firmware built",
    "verdict": "Verdict",
    "certainty": "Certainty",
    "standing": "Under policies",
    "deadline": "Deadline",
    "place": "Where",
    "behind": "Behind",
    "kind": "Kind",
    "mac": "MAC",
    "name": "Host name",
    "serial": "Serial number",
    "line": "Line",
    "produced": "Made on",
    "services": "Services",
}

# How something was heard, in words for somebody who has never read a packet.
CHANNEL_WORDS: Final = {
    "sadp": "Hikvision's own discovery (SADP)",
    "sadp_raw": "Hikvision's own discovery (SADP)",
    "dhip": "Dahua's own discovery (DHIP)",
    "isapi": "Hikvision's own web interface (ISAPI)",
    "magicbox": "Dahua's own web interface (CGI)",
    "onvif": "the ONVIF service",
    "wsd": "ONVIF discovery (WS-Discovery)",
    "http": "its web page",
    "https": "its web page",
    "tls": "its certificate",
    "rtsp": "its video service (RTSP)",
    "arp": "its hardware address",
    "mac": "its hardware address",
    "ndp": "its IPv6 neighbour messages (NDP)",
    "igmp": "the groups that it joins (IGMP)",
    "lldp": "what it tells its switch (LLDP)",
    "cdp": "what it tells its switch (CDP)",
    "mdns": "local name service (mDNS)",
    "ssdp": "UPnP discovery",
    "upnp": "its UPnP description",
    "dhcp": "its request for an address (DHCP)",
    "tcp": "an open port",
    "telnet": "its Telnet greeting",
    "ftp": "its FTP greeting",
    "ssh": "its SSH greeting",
    "vapix": "Axis' own web interface (VAPIX)",
    "snmp": "its SNMP description",
    "sip": "its SIP service",
}

ATTRIBUTE_WORDS: Final = {  # of what evidence speaks for
    "family": "maker",
    "manufacturer": "manufacturer",
    "brand": "brand",
    "kind": "kind",
    "model": "model",
    "line": "line",
    "generation": "generation",
    "firmware": "firmware",
    "firmware_date": "firmware built",
    "serial": "serial number",
    "produced": "made on",
    "channels": "channels",
}

FEED_WORDS: Final = {"live": "live scan", "capture": "recording", "import": "imported"}

CHANGE_WORDS: Final = {  # kinds of change that a history tells
    "appeared": "Appeared",
    "returned": "Answers again",
    "gone": "Gone",
    "unseen": "Not seen, and not covered",
    "moved": "Moved",
    "changed": "Changed",
    "conflicting": "Contradicts itself",
    "joined": "Two that are one",
}

STATE_WORDS: Final = {  # of a device in a phase-out, in the order of the work (netaudit.progress/1)
    "found": "found, not confirmed",
    "confirmed": "confirmed",
    "planned": "planned",
    "replaced": "replaced",
    "gone": "gone",
}
