"""rapid7/recog's XML read as rules: the first fingerprint of a file that fits a value, and what it then says of it.

The patterns are Ruby's: `^` and `$` stand at every line, `\\h` is a hexadecimal digit. Those that Python's `re` refuses are
counted and left out.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from defusedxml import ElementTree

# The file that reads each field of ours.
FILES = {
    "http.server": "http_servers",
    "http.www_authenticate": "http_wwwauth",
    "rtsp.www_authenticate": "http_wwwauth",
    "http.set_cookie": "http_cookies",
    "http.title": "html_title",
    "http.favicon_md5": "favicons",
    "rtsp.server": "rtsp_servers",
    "ssh.banner": "ssh_banners",
    "ftp.banner": "ftp_banners",
    "telnet.banner": "telnet_banners",
    "snmp.sysdescr": "snmp_sysdescr",
    "sip.user_agent": "sip_user_agents",
    "tls.subject": "x509_subjects",
    "tls.issuer": "x509_issuers",
    "dhcp.vendor_class": "dhcp_vendor_class",
}
FLAGS = {"REG_ICASE": re.IGNORECASE, "REG_DOT_NEWLINE": re.DOTALL, "REG_MULTILINE": re.DOTALL}
RUBY = (("(?<", "(?P<"), ("(?P<=", "(?<="), ("(?P<!", "(?<!"), (r"\z", r"\Z"), (r"\h", "[0-9A-Fa-f]"))

Told = tuple[tuple[str, int, str], ...]  # (name, group, text) of each parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class RecogRules:
    """Patterns by field, each with what it tells; how many there are, and how many could not be taken."""

    by_field: dict[str, list[tuple[re.Pattern[str], Told]]]
    count: int
    refused: int


def read_recog_rules(folder: Path) -> RecogRules:
    """The rules of recog's `xml` directory."""
    by_file: dict[str, list[tuple[re.Pattern[str], Told]]] = {}
    count = refused = 0
    for name in sorted(set(FILES.values())):
        for entry in ElementTree.parse(folder / f"{name}.xml").iter("fingerprint"):
            count += 1
            try:
                pattern = _pattern(entry.get("pattern"), entry.get("flags") or "")
            except re.error:
                refused += 1
                continue
            told = tuple((p.get("name"), int(p.get("pos")), p.get("value") or "") for p in entry.iter("param"))
            by_file.setdefault(name, []).append((pattern, told))
    return RecogRules(
        by_field={field: by_file.get(name, []) for field, name in FILES.items()}, count=count, refused=refused
    )


def ask_recog(rules: RecogRules, field: str, value: str) -> str:
    """All that the first fitting fingerprint says; empty where none fits."""
    text = re.sub(r"^SSH-[\d.]+-", "", value) if field == "ssh.banner" else value
    for pattern, told in rules.by_field.get(field, ()):
        if found := pattern.search(text):
            return " ".join(found[group] or "" if group else constant for _, group, constant in told)
    return ""


def _pattern(text: str, flags: str) -> re.Pattern[str]:
    for ruby, python in RUBY:
        text = text.replace(ruby, python)
    return re.compile(text, sum({FLAGS[flag] for flag in re.split(r"[,|\s]+", flags) if flag in FLAGS}, re.MULTILINE))
