import pytest

from netaudit.identify.fingerprints import Library, load_library, shipped_directory

ENTRY = """
[[fingerprint]]
id = 'acme-server'
title = 'Acme'
pattern = '^Acme/(?P<firmware>[0-9.]+)$'
asserts = { family = 'axis' }
strength = 'strong'
sources = ['a manual, 2024']
matches = [{ text = 'Acme/1.0', yields = { firmware = '1.0' } }]
rejects = [{ text = 'Acmex', why = 'another' }]
"""
FILE = "field = 'http.server'\n" + ENTRY


def load(tmp_path, content, name="http.server.toml"):
    (tmp_path / name).write_text(content)
    return load_library((tmp_path,))


def test_user_fingerprints_are_added_to_those_shipped(tmp_path):
    shipped = load_library()

    library = load(tmp_path, FILE)

    assert library.count == shipped.count + 1
    assert library.fingerprints[-1].id == "acme-server"
    assert library.fingerprints[-1].path == "http.server.toml"
    assert library.fingerprints[-1] in library.by_field["http.server"]


def test_digest_is_that_of_all_contents(tmp_path):
    first = load(tmp_path, FILE)

    assert first.sha256 == load(tmp_path, FILE).sha256 != load(tmp_path, FILE + "# a remark\n").sha256
    assert len(first.sha256) == 64


def test_shipped_files_stand_beside_the_package_in_a_checkout():
    assert (shipped_directory() / "names.toml").is_file()
    assert (shipped_directory() / "README.md").is_file()


def test_library_cannot_be_changed():
    library = load_library()

    with pytest.raises(TypeError):
        library.by_field["http.server"] = ()
    with pytest.raises(AttributeError):
        library.sha256 = ""
    assert isinstance(hash(library), int)


def test_user_names_are_known_to_user_fingerprints(tmp_path):
    (tmp_path / "names.toml").write_text("[[family]]\nid = 'acme'\nname = 'Acme'\n")

    library = load(tmp_path, FILE.replace("'axis'", "'acme'"))

    assert library.names.families["acme"] == "Acme"
    assert library.names.families["axis"] == "Axis"


MISTAKES = {
    "unknown key": (("title =", "titel ="), "titel"),
    "unknown key of an example": (("yields =", "gives ="), "gives"),
    "missing sources": (("sources = ['a manual, 2024']", ""), "sources"),
    "empty sources": (("['a manual, 2024']", "[]"), "sources is empty"),
    "empty matches": (("matches = [{ text = 'Acme/1.0', yields = { firmware = '1.0' } }]", "matches = []"), "matches is"),
    "empty rejects": (("rejects = [{ text = 'Acmex', why = 'another' }]", "rejects = []"), "rejects is empty"),
    "reject without a reason": ((", why = 'another'", ""), "why"),
    "unknown strength": (("'strong'", "'certain'"), "unknown strength 'certain'"),
    "unknown family": (("'axis'", "'Axis'"), "unknown family 'Axis'"),
    "unknown brand": (("{ family = 'axis' }", "{ brand = 'axis' }"), "unknown brand 'axis'"),
    "unknown kind": (("{ family = 'axis' }", "{ kind = 'toaster' }"), "unknown kind 'toaster'"),
    "unknown attribute": (("{ family = 'axis' }", "{ colour = 'red' }"), "unknown attribute 'colour'"),
    "unknown group": (("?P<firmware>", "?P<colour>"), "unknown attribute 'colour'"),
    "unnamed group": (("(?P<firmware>", "("), "unnamed group"),
    "no anchor": (("'^Acme", "'Acme"), "not anchored"),
    "broken pattern": (("[0-9.]+)", "[0-9.]++++)"), "multiple repeat"),
    "neither pattern nor prefixes": (("pattern = '^Acme/(?P<firmware>[0-9.]+)$'", ""), "give a pattern, or prefixes"),
    "both": (("title =", "prefixes = ['00:00:01']\ntitle ="), "give a pattern, or prefixes"),
    "bad prefix": (("pattern = '^Acme/(?P<firmware>[0-9.]+)$'", "prefixes = ['00:00']"), "prefix '00:00'"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_names_file_and_fingerprint(tmp_path, change, reason):
    assert change[0] in FILE

    with pytest.raises(ValueError) as caught:
        load(tmp_path, FILE.replace(*change))

    message = str(caught.value)
    assert message.startswith(
        "http.server.toml: fingerprint 'acme-server'" if "acme" in message else "http.server.toml"
    )
    assert reason in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (FILE.replace("'http.server'", "'http.sever'"), "unknown field 'http.sever'"),
        (FILE.replace("field = 'http.server'", ""), "name one field"),
        ("fields = ['http.title']\n" + FILE, "name one field"),
        ("fields = ['http.title', 'http.title']\n" + ENTRY, "field 'http.title' stands twice"),
        ("field = \n", "Invalid value"),
        ("field = 'http.server'\nfingerprint = 3\n", "Expected `array`"),
        ("field = 'http.server'\nfingerprint = [3]\n", "Expected `object`"),
        ("field = 'http.server'\ncolour = 'red'\n", "colour"),
    ],
)
def test_mistake_above_the_fingerprints_names_the_file(tmp_path, content, reason):
    with pytest.raises(ValueError, match=r"^http\.server\.toml: ") as caught:
        load(tmp_path, content)

    assert reason in str(caught.value)


def test_text_that_is_no_utf8_is_a_mistake(tmp_path):
    (tmp_path / "x.toml").write_bytes(b"field = '\xff'")

    with pytest.raises(ValueError, match=r"^x\.toml: "):
        load_library((tmp_path,))


def test_prefix_that_two_list_is_a_mistake(tmp_path):
    content = FILE.replace("'http.server'", "'mac.address'")
    content = content.replace("pattern = '^Acme/(?P<firmware>[0-9.]+)$'", "prefixes = ['44:19:b6']")

    with pytest.raises(ValueError, match="'hikvision-mac' lists prefix 4419b6 already"):
        load(tmp_path, content, "own.toml")


def test_brackets_in_classes_and_escapes_open_no_group(tmp_path):
    library = load(tmp_path, FILE.replace("[0-9.]+)", r"[(0-9.]+)\("))

    assert isinstance(library, Library)


def test_missing_directory_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="no such directory of fingerprints"):
        load_library((tmp_path / "none",))


def test_a_known_id_is_replaced_where_it_stood(tmp_path):
    shipped = [f.id for f in load_library().fingerprints]

    library = load(tmp_path, FILE.replace("acme-server", "dahua-mac"))

    assert [f.id for f in library.fingerprints] == shipped
    assert library.overridden == {"dahua-mac"}
    assert [f.title for f in library.fingerprints if f.id == "dahua-mac"] == ["Acme"]
    assert [f.title for f in library.by_prefix.values() if f.id == "dahua-mac"] == []


def test_the_later_of_two_directories_stands(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "http.server.toml").write_text(FILE.replace("'Acme'", f"'{name}'"))

    library = load_library((tmp_path / "one", tmp_path / "two"))

    assert (library.fingerprints[-1].title, library.fingerprints[-1].layer) == ("two", 2)
    assert library.overridden == {"acme-server"}


def test_an_id_twice_in_one_directory_is_a_mistake(tmp_path):
    (tmp_path / "a.toml").write_text(FILE)

    with pytest.raises(ValueError, match=r"^b\.toml: fingerprint 'acme-server': the id stands in a\.toml already$"):
        load(tmp_path, FILE, "b.toml")


def test_nothing_is_overridden_by_what_is_only_added(tmp_path):
    assert load(tmp_path, FILE).overridden == frozenset()


def test_a_single_file_is_read_with_the_names_beside_it_and_no_other(tmp_path):
    (tmp_path / "names.toml").write_text("[[family]]\nid = 'acme'\nname = 'Acme'\n")
    (tmp_path / "broken.toml").write_text("field =")
    (tmp_path / "own.toml").write_text(FILE.replace("'axis'", "'acme'"))

    library = load_library((tmp_path / "own.toml",))

    assert [f.id for f in library.fingerprints if f.layer] == ["acme-server"]


def test_fingerprints_of_one_file_may_each_name_their_field(tmp_path):
    first = ENTRY.replace("[[fingerprint]]", "[[fingerprint]]\nfield = 'http.server'")
    second = ENTRY.replace("[[fingerprint]]", "[[fingerprint]]\nfields = ['http.realm', 'rtsp.realm']")

    library = load(tmp_path, first + second.replace("acme-server", "acme-realm"), "acme.toml")

    assert [f.fields for f in library.fingerprints[-2:]] == [("http.server",), ("http.realm", "rtsp.realm")]


def test_a_field_named_above_and_below_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="not in both"):
        load(tmp_path, FILE.replace("[[fingerprint]]", "[[fingerprint]]\nfield = 'http.title'"))


def test_user_brands_are_known_to_user_fingerprints(tmp_path):
    makers = "makers = [{ family = 'axis', relation = 'relabel', sure = 'high' }]"
    (tmp_path / "brands.toml").write_text(f"[[brand]]\nid = 'Roadrunner'\n{makers}\nsources = ['a box, 2024']\n")

    library = load(tmp_path, FILE.replace("family = 'axis'", "brand = 'Roadrunner'"))

    assert library.names.makers["Roadrunner"] == {"axis"}
    assert load_library((tmp_path / "http.server.toml",)).names.makers["Roadrunner"] == {"axis"}


def test_lead_may_stand_before_every_pattern_of_a_file(tmp_path):
    library = load(tmp_path, "lead = 'Server: '\n" + FILE)

    (found,) = (f for f in library.fingerprints if f.id == "acme-server")
    assert found.pattern == r"^(?:Server: )?Acme/(?P<firmware>[0-9.]+)$"


def test_lead_with_an_unnamed_group_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match=r"^http\.server\.toml: the pattern has an unnamed group"):
        load(tmp_path, "lead = '(a|b)'\n" + FILE)
