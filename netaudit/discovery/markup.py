"""XML from devices: parsed with entities, DTDs and external references refused, mended where cameras are known to err.

What cameras get wrong, and is mended in a second try: text before the first tag, NULs behind the last, control
characters, a bare ampersand, prefixes that nobody declared. A document that was cut off gives what came before the cut.
XML 1.0, Namespaces in XML 1.0.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # the types only: defusedxml does the parsing

from defusedxml.ElementTree import DefusedXMLParser

from netaudit.discovery.text import clean, decode

__all__ = [
    "Element",
    "child_texts",
    "declared_namespaces",
    "declared_prefixes",
    "flat_fields",
    "flat_pairs",
    "local_name",
    "namespace",
    "parse",
    "texts",
]

MAX_BYTES = 64 * 1024
MAX_ELEMENTS = 4096
MAX_NAMESPACES = 64
_REFERENCE = re.compile(r"(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_UNDECLARED = "urn:undeclared:"  # what stands in for the namespace of a prefix that nobody declared
_CONTROLS = dict.fromkeys(set(range(0x20)) - {0x09, 0x0A, 0x0D})  # characters that XML 1.0 section 2.2 does not allow


def parse(payload: bytes, max_bytes: int = MAX_BYTES) -> Element:
    """The root element; ValueError where this is no XML, too large, or holds a DTD or entities."""
    text = _bounded(payload, max_bytes)
    root, error = _tree(text)
    if error:
        root, error = _tree(_mended(text))
    if root is None:
        raise ValueError(f"not XML: {error or 'no element'}")
    return root


def local_name(tag: str) -> str:
    """The name without its namespace or prefix."""
    return tag.rpartition("}")[2].rpartition(":")[2]


def namespace(tag: str) -> str:
    """The namespace of a parsed tag; empty where it has none, or where its prefix was never declared."""
    uri = tag[1:].partition("}")[0] if tag.startswith("{") else ""
    return "" if uri.startswith(_UNDECLARED) else uri


def texts(root: Element, name: str) -> list[str]:
    """The text of every element of this local name, cleaned, in document order; empty ones are left out."""
    values = (clean(element.text or "") for element in root.iter() if local_name(element.tag) == name)
    return [value for value in values if value]


def child_texts(element: Element) -> dict[str, str]:
    """The texts of the direct children by local name, cleaned; of children with one name the first counts."""
    fields: dict[str, str] = {}
    for child in element:
        fields.setdefault(local_name(child.tag), clean(child.text or ""))
    return fields


def flat_fields(payload: bytes, names: Iterable[str], max_bytes: int = MAX_BYTES) -> dict[str, str]:
    """Texts of elements of these local names in broken or cut markup; of two with one name the first counts."""
    fields: dict[str, str] = {}
    for name, text in flat_pairs(payload, names, max_bytes):
        fields.setdefault(name, text)
    return fields


def flat_pairs(payload: bytes, names: Iterable[str], max_bytes: int = MAX_BYTES) -> Iterator[tuple[str, str]]:
    """(local name, text) of every element of these names that holds text only, in broken or cut markup."""
    wanted = frozenset(names)
    for opening, closing in pairwise(_bounded(payload, max_bytes).split("<")):
        tag, _, text = opening.partition(">")
        name = local_name(_first_word(tag))
        # An element counts where it is closed: a text that was cut off is not a value.
        if name in wanted and local_name(_first_word(closing.lstrip("/"))) == name:
            yield name, clean(_unescaped(text))


def declared_namespaces(payload: bytes, max_bytes: int = MAX_BYTES) -> tuple[str, ...]:
    """Every namespace that a document declares, used or not, in order; broken and cut documents too."""
    found: dict[str, None] = {}
    for piece in islice(_bounded(payload, max_bytes).split("xmlns"), 1, MAX_NAMESPACES):
        prefix, equals, rest = piece[:1024].partition("=")
        quote = rest.lstrip()[:1]
        if equals and quote in {'"', "'"} and (prefix.startswith(":") or not prefix.strip()):
            uri = rest.lstrip()[1:].partition(quote)[0]
            found.setdefault(clean(uri), None)
    return tuple(uri for uri in found if uri)


def declared_prefixes(payload: bytes, max_bytes: int = MAX_BYTES) -> tuple[str, ...]:
    """The prefixes that the root element declares, in their order: the firmware that wrote it has one order always."""
    tags = _bounded(payload, max_bytes).split("<")[1:]
    root = next((tag for tag in tags if tag[:1] not in {"", "?", "!", "/"}), "").partition(">")[0]
    return tuple(clean(piece.partition("=")[0].strip()) for piece in root.split("xmlns:")[1 : MAX_NAMESPACES + 1])


def _bounded(payload: bytes, max_bytes: int) -> str:
    if len(payload) > max_bytes:
        raise ValueError(f"XML of {len(payload)} bytes is over the limit of {max_bytes}")
    text = decode(payload)
    if text.count("<") - text.count("</") > MAX_ELEMENTS:
        raise ValueError(f"XML of more than {MAX_ELEMENTS} elements")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("XML with a document type definition is refused")
    return text


def _tree(text: str) -> tuple[Element | None, ParseError | None]:
    """What was read before the first error, and the error. A text cut off by it is not in the tree."""
    builder = TreeBuilder()
    parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(text)
        parser.close()
    except ParseError as error:
        return builder.close(), error
    return builder.close(), None


def _mended(text: str) -> str:
    start, end = text.find("<"), text.rfind(">")
    text = text[max(start, 0) : end + 1].translate(_CONTROLS)
    text = "".join(_ampersands(text))
    prefixes = sorted(_prefixes(text) - {"xml", "xmlns"})
    declarations = "".join(f' xmlns:{p}="{_UNDECLARED}{p}"' for p in prefixes if f"xmlns:{p}=" not in text)
    return _with_declarations(text, declarations) if declarations else text


def _ampersands(text: str) -> Iterator[str]:
    first, *rest = text.split("&")
    yield first
    for piece in rest:
        yield "&" + piece if _REFERENCE.match(piece[:12]) else "&amp;" + piece


def _prefixes(text: str) -> set[str]:
    found = set()
    for piece in text.split("<")[1:]:
        for word in piece.partition(">")[0].lstrip("/").split():
            prefix, colon, _ = word.partition("=")[0].partition(":")
            if colon and prefix.isidentifier():
                found.add(prefix)
    return found


def _with_declarations(text: str, declarations: str) -> str:
    """The text with namespace declarations added to its first start tag."""
    start = 0
    while text.startswith(("<?", "<!--"), start):
        end = "?>" if text.startswith("<?", start) else "-->"
        start = text.find("<", max(text.find(end, start), start + 1))
    if start < 0:
        return text
    name_end = start + 1 + len(_first_word(text[start + 1 :]))
    return text[:name_end] + declarations + text[name_end:]


def _first_word(tag: str) -> str:
    return (tag.partition(">")[0].rstrip("/").split() or [""])[0]


def _unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text
