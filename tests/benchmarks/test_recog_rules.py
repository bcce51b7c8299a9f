import pytest
from benchmarks.recog_rules import FILES, ask_recog, read_recog_rules

EMPTY = "<fingerprints/>"
RULES = r"""<fingerprints>
  <fingerprint pattern="^(?&lt;x&gt;\h+) webs$" flags="REG_ICASE">
    <param pos="0" name="hw.vendor" value="Maker"/><param pos="1" name="hw.version"/>
  </fingerprint>
  <fingerprint pattern="webs\z"><param pos="0" name="hw.vendor" value="Other"/></fingerprint>
  <fingerprint pattern="("><param pos="0" name="hw.vendor" value="Never"/></fingerprint>
</fingerprints>"""


@pytest.fixture
def rules(tmp_path):
    for name in set(FILES.values()):
        (tmp_path / f"{name}.xml").write_text(RULES if name == "http_servers" else EMPTY)
    return read_recog_rules(tmp_path)


def test_fingerprints_are_counted_and_refused_ones_too(rules):
    assert (rules.count, rules.refused) == (3, 1)


@pytest.mark.parametrize(("value", "told"), [
    ("0Af WEBS", "Maker 0Af"),
    ("first\n0Af webs\nlast", "Maker 0Af"),
    ("some webs", "Other"),
    ("webs and more", ""),
])  # fmt: skip
def test_first_fingerprint_that_fits_speaks_in_rubys_way(rules, value, told):
    assert ask_recog(rules, "http.server", value) == told


def test_field_without_a_file_says_nothing(rules):
    assert ask_recog(rules, "mac.address", "0Af webs") == ""
