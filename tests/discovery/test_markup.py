import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.discovery.markup import (
    MAX_BYTES,
    MAX_ELEMENTS,
    child_texts,
    declared_namespaces,
    declared_prefixes,
    flat_fields,
    flat_pairs,
    local_name,
    namespace,
    parse,
    texts,
)


def test_names_and_namespaces():
    root = parse(b'<n:List xmlns:n="urn:maker"><n:a>1</n:a></n:List>')

    assert (local_name(root.tag), namespace(root.tag)) == ("List", "urn:maker")
    assert (local_name("n:a"), namespace("a")) == ("a", "")


def test_first_child_of_a_name_wins_and_empty_ones_count_for_nothing():
    root = parse(b"<r><a>1</a><a>2</a><b/><c> x\n</c></r>")

    assert child_texts(root) == {"a": "1", "b": "", "c": "x"}
    assert texts(root, "a") == ["1", "2"]
    assert texts(root, "b") == []


@pytest.mark.parametrize(
    "document",
    [
        b"<r><a>x & y</a></r>",
        b"<r><a>x &amp; y</a></r>",
        b"garbage <r><a>x & y</a></r>\0\0\0",
        b"\xef\xbb\xbf<?xml version='1.0'?><r><a>x & y</a></r>\r\n",
        b"<r><p:a>x & y</p:a></r>",
        b"<!-- a > b --><p:r q:z='1'><a>x &amp; y</a></p:r>",
        b"<?xml version='1.0' encoding='GB2312'?><r><a>x & \x0cy</a></r>",
        b"<r><a>x & y</a><b>cut o",
        b"<r><a>x & y</a><b>1</c></r>",
    ],
)
def test_what_cameras_get_wrong_is_mended(document):
    assert texts(parse(document), "a") == ["x & y"]


def test_prefix_that_nobody_declared_has_no_namespace():
    assert namespace(parse(b"<p:r/>").tag) == ""


def test_value_that_was_cut_off_is_no_value():
    assert child_texts(parse(b"<r><model>DS-2CD</model><serial>123")) == {"model": "DS-2CD", "serial": ""}


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"plain text",
        b"\0\0\0\0",
        b"<",
        b"</a>",
        b"<!DOCTYPE r [<!ENTITY e 'x'>]><r>&e;</r>",
        b"<!DOCTYPE r SYSTEM 'http://192.0.2.1/x'><r/>",
        b"<!DOCTYPE html><html></html>",
        b"<r>" + b"x" * MAX_BYTES + b"</r>",
        b"<r>" + b"<a/>" * MAX_ELEMENTS + b"</r>",
    ],
)
def test_refused_documents(document):
    with pytest.raises(ValueError):
        parse(document)


@pytest.mark.parametrize("document", [b"<!DOCTYPE r [<!ENTITY e 'x'>]><a>1</a>", b"x" * (MAX_BYTES + 1)])
def test_refused_documents_are_not_scanned_either(document):
    with pytest.raises(ValueError):
        flat_fields(document, ["a"])


def test_deep_nesting_is_harmless():
    assert local_name(parse(b"<a>" * 4000).tag) == "a"


def test_flat_scan_of_broken_markup():
    broken = b"<a>1</a></x><p:b k='v'>2 &amp; 3</p:b><a>4</a><c>not <i>flat</i></c><d>cut"

    assert flat_fields(broken, ["a", "b", "c", "d"]) == {"a": "1", "b": "2 & 3"}
    assert list(flat_pairs(broken, ["a"])) == [("a", "1"), ("a", "4")]


def test_declared_namespaces_used_or_not():
    document = b"""<r xmlns="urn:one" xmlns:b = 'urn:two' xmlns:c="urn:one"><x a="xmlns"/>xmlns=urn:no"""

    assert declared_namespaces(document) == ("urn:one", "urn:two")


def test_prefixes_of_the_root_in_their_order():
    document = b"<?xml version='1.0'?><!-- a --><b:r xmlns='u' xmlns:z='v' xmlns:b ='w'><x xmlns:late='y'/></b:r>"

    assert declared_prefixes(document) == ("z", "b")


@given(st.binary(max_size=300) | st.text(alphabet="<>/&;:='\"abx #!?-[]").map(str.encode))
def test_no_bytes_break_the_parser(document):
    try:
        parse(document)
        flat_fields(document, ["a", "b"])
        declared_namespaces(document)
        declared_prefixes(document)
    except ValueError:
        pass
