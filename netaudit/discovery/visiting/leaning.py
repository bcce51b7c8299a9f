"""Whose device a start page speaks for, as far as that decides what else its device is asked. Pure.

This is no identification: it only keeps questions of one maker away from devices of another. So it errs towards
asking: a page that names nobody may be anybody's, as the newest firmware of every maker is.
"""

import re

_LOOKED_AT_BYTES = 4096
# Servers, pages and realms as docs/protocols.md lists them for the maker; all in lower case, as what is searched.
_HIKVISION = re.compile(
    rb"\nserver:[ \t]*(?:hikvision-webs|dvrdvs-webs|dnvrs-webs|app-webs/?|webs|webserver|web)[ \t]*\r?\n"
    rb"|/doc/(?:page/login\.asp|index\.html)"
    rb'|realm="(?:ip camera\(|ds-|embedded net dvr|hikvision)',
)
_SURE = re.compile(rb"/doc/(?:page/login\.asp|index\.html)")  # behind whatever server
# Who is named here is another maker, or a server of computers and not of cameras.
_ANOTHER = re.compile(
    rb"\nserver:[ \t]*(?:apache|nginx|openresty|microsoft|caddy|cups|ipp|jetty|tomcat|cloudflare|squid|uc-httpd|gsoap"
    rb"|hp http|virata|rompager|mini_upnp|miniupnpd|werkzeug|simplehttp|gunicorn|uvicorn|kestrel)"
    rb'|realm="(?:login to |axis_|ipolis)|cp=cao psa our|<title>web service</title>',
)


def leaning(page: bytes) -> str:
    """Either "hikvision", or "another" where somebody else is named, or "nobody": also of no page at all."""
    head = page[:_LOOKED_AT_BYTES].lower()
    if _ANOTHER.search(head) and not _SURE.search(head):
        return "another"
    return "hikvision" if _HIKVISION.search(head) else "nobody"


def speaks_for(answer: bytes) -> str:
    """Whom the answer to GET / leans to; "elsewhere" where it only sends there, empty where it is no web answer."""
    if not answer.startswith(b"HTTP/"):
        return ""
    return "elsewhere" if is_elsewhere(answer) else leaning(answer)


def is_elsewhere(page: bytes) -> bool:
    """Whether a page only sends its reader to the device's secured one: what is asked is asked there."""
    return (
        page[9:12] in {b"301", b"302", b"303", b"307", b"308"}
        and b"\nlocation: https://" in page[:_LOOKED_AT_BYTES].lower()
    )
