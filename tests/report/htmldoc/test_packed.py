from base64 import b64decode
from dataclasses import replace

from support.inventories import RELABEL, SADP_REPLY, SMALL
from support.pages import FINDINGS, scene

from netaudit.report.htmldoc.packed import Texts, pack_pages, pack_table


def test_each_text_stands_once():
    texts = Texts()

    assert [texts.add(t) for t in ("a", "b", "a", "")] == [1, 2, 1, 0]
    assert texts.all == ["", "a", "b"]


def test_every_column_has_a_value_for_every_device():
    table = pack_table(scene(SMALL, findings=FINDINGS))

    assert {len(column) for column in table["columns"].values()} == {len(SMALL.assets)}
    assert {"standing", "policies"} <= set(table["columns"])


def test_a_row_can_be_read_back():
    table = pack_table(scene(SMALL))
    number = table["columns"]["id"].index("serial-5")

    def value(name):
        return table["texts"][table["columns"][name][number]]

    assert [value(name) for name in ("address", "mac", "maker", "brand", "model", "subnet")] == [
        "10.0.0.5", "44:19:b6:00:00:01", "Hikvision", "Annke", "DS-2CD2043G0-I", "10.0.0.0/24",
    ]  # fmt: skip
    assert table["kinds"][table["columns"]["kind"][number]] == "camera"
    assert table["columns"]["certainty"][number] == 999
    assert "standing" not in table["columns"]


def test_evidence_leads_down_to_the_reply():
    doc = scene(SMALL)
    pages = pack_pages(doc)
    device = pages["devices"][pack_table(doc)["columns"]["id"].index("serial-5")]
    first, base, (pattern, value, supports, reply, after) = device[0], device[1], device[3][0][1][:5]
    kind = pages["patterns"][pattern - 1][0]

    assert pages["kinds"][kind - 1][:4] == ["sadp", "sadp.device_description", "hikvision-sadp", "proof"]
    assert pages["texts"][base - 1 - value] == "DS-2CD2043G0-I"
    assert pages["texts"][base - 1 - supports] == "maker = hikvision; model"
    assert (
        "sha256:" + b64decode(pages["digests"])[(first + reply - 1) * 32 : (first + reply) * 32].hex()
        == SADP_REPLY.digest
    )
    assert after == 3


def test_evidence_stands_for_and_against_and_beside():
    doc = scene(SMALL)
    pages = pack_pages(doc)
    device = pages["devices"][pack_table(doc)["columns"]["id"].index("serial-5")]

    assert [pages["texts"][title] for title, _ in device[3]] == [
        "Evidence for it", "Evidence against it", "What else is known",
    ]  # fmt: skip


def test_titles_of_fingerprints_stand_beside_them():
    pages = pack_pages(scene(SMALL, titles={"hikvision-sadp": "Answers SADP"}))

    assert [kind[4] for kind in pages["kinds"] if kind[2] == "hikvision-sadp"] == ["Answers SADP"]


def test_findings_of_a_device_name_rule_and_reason():
    doc = scene(SMALL, findings=FINDINGS)
    pages = pack_pages(doc)
    device = pages["devices"][pack_table(doc)["columns"]["id"].index("mac-7")]
    rule, outcome, because, missing, deadline = device[9][0]

    assert pages["rules"][rule][:2] == ("XX-TEST", "keep")
    assert outcome == 2
    assert [pages["texts"][n] for n in (because, missing, deadline)] == ["made by dahua", "", "2027-06-30"]


def test_devices_of_one_model_share_their_pattern():
    twin = replace(RELABEL, device=replace(RELABEL.device, id="twin", addresses=("10.0.0.6",)))
    pages = pack_pages(scene(replace(SMALL, assets=(RELABEL, twin))))
    first, second = pages["devices"]

    assert [side[1][0] for side in first[3]] == [side[1][0] for side in second[3]]
    assert min(second[3][0][1][1:3]) > 0  # texts that stand on the first one's page already
