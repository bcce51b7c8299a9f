from dataclasses import replace
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netaudit.identify.fingerprints import load_library
from netaudit.identify.settle import CERTAIN, FURTHER, LIKELY, THINKABLE, WEIGHTS, settle, weigh
from netaudit.model import Identity, Match, Observation
from netaudit.vocabulary import STRENGTHS, VERDICTS

NAMES = load_library().names


def hit(field, strength, value="x", name=None, **claims):
    observation = Observation(channel=field.partition(".")[0], field=field, value=value)
    fingerprint = name or f"{field}-{strength}-{value}"
    return Match(
        fingerprint=fingerprint, observation=observation, strength=strength, claims=tuple(sorted(claims.items()))
    )


def told(*matches):
    return settle(tuple(matches), NAMES)


HITS = st.builds(
    hit,
    st.sampled_from(["sadp.device_sn", "dhip.serial_no", "http.realm", "rtsp.realm", "mac.address", "wsd.types",
                     "onvif.model", "tls.subject"]),
    st.sampled_from(STRENGTHS),
    value=st.sampled_from(["a", "b"]),
    family=st.sampled_from(["hikvision", "dahua", "axis"]),
    brand=st.sampled_from(["Hikvision", "Dahua", "Lorex", "Axis"]),
    model=st.sampled_from(["M1", "M2"]),
)  # fmt: skip


def test_nothing_is_unknown():
    assert told() == Identity()


@pytest.mark.parametrize(
    ("strength", "verdict", "least", "most"),
    [("proof", "confirmed", 0.99, 1.0), ("strong", "probable", 0.97, 0.99), ("medium", "probable", 0.9, 0.95)],
)
def test_one_match_alone(strength, verdict, least, most):
    identity = told(hit("http.realm", strength, family="dahua"))

    assert (identity.family, identity.verdict, identity.manufacturer) == ("dahua", verdict, "Dahua")
    assert least <= identity.certainty <= most


def test_nothing_is_beyond_doubt():
    fields = ("sadp.device_sn", "isapi.serial_number", "mac.address", "http.realm", "rtsp.realm", "tls.subject")

    assert told(*(hit(field, "proof", family="hikvision") for field in fields)).certainty == 0.999


def test_weak_match_alone_names_nobody_and_stays_listed():
    weak = hit("http.realm", "weak", family="dahua")

    identity = told(weak)

    assert (identity.family, identity.verdict, identity.certainty) == ("unknown", "unknown", 0.0)
    assert identity.manufacturer is None
    assert identity.evidence == (weak,)


def test_two_weak_matches_name_nobody():
    identity = told(hit("http.realm", "weak", family="dahua"), hit("rtsp.public", "weak", family="dahua"))

    assert identity.family == "unknown"


def test_two_independent_causes_confirm():
    identity = told(hit("mac.address", "strong", family="hikvision"), hit("onvif.model", "medium", family="hikvision"))

    assert identity.verdict == "confirmed"
    assert identity.certainty > 0.99


def test_two_medium_causes_do_not_confirm():
    identity = told(hit("http.title", "medium", family="dahua"), hit("onvif.model", "medium", family="dahua"))

    assert identity.verdict == "probable"
    assert identity.certainty > 0.95


def test_one_cause_has_one_vote_however_many_fields_speak():
    once = told(hit("onvif.model", "strong", family="hikvision"))
    often = told(*(hit(f, "strong", family="hikvision") for f in ("onvif.model", "onvif.scope", "wsd.types")))

    assert often.certainty == once.certainty
    assert often.verdict == once.verdict == "probable"
    assert len(often.evidence) == 3


def test_one_fingerprint_has_one_vote_however_many_protocols_repeat_what_it_reads():
    once = told(hit("http.realm", "strong", name="realm", family="dahua"))
    twice = told(*(hit(f, "strong", name="realm", family="dahua") for f in ("http.realm", "rtsp.realm")))

    assert (twice.certainty, twice.verdict) == (once.certainty, "probable")


def test_further_vote_adds_less_than_the_first():
    first = weigh([hit("http.title", "weak", family="dahua")])["dahua"]
    second = weigh([hit(f, "weak", family="dahua") for f in ("http.title", "rtsp.public")])["dahua"]

    assert log(second / (1 - second)) - log(first / (1 - first)) == pytest.approx(FURTHER * WEIGHTS["weak"])


def test_hardware_address_in_an_answer_is_part_of_that_answer():
    answer = hit("isapi.namespace", "strong", family="hikvision")
    told_by_isapi = hit("mac.address", "strong", value="44:19:b6:00:00:01", family="hikvision")
    observation = replace(told_by_isapi.observation, channel="isapi")
    seen_by_arp = replace(observation, channel="arp")
    seen_in_frame = replace(observation, mac="44:19:b6:00:00:01")

    assert told(answer, replace(told_by_isapi, observation=observation)).verdict == "probable"
    assert told(answer, replace(told_by_isapi, observation=seen_by_arp)).verdict == "confirmed"
    assert told(answer, replace(told_by_isapi, observation=seen_in_frame)).verdict == "confirmed"


def test_hardware_address_of_a_camera_in_a_recorders_list_is_part_of_that_list():
    model = hit("child.model", "medium", family="dahua")
    listed = hit("mac.address", "strong", value="3c:ef:8c:00:00:01", family="dahua")
    observation = replace(listed.observation, channel="magicbox", part="channel 1")
    elsewhere = replace(observation, part="")

    assert told(model, replace(listed, observation=observation)).verdict == "probable"
    assert told(model, replace(listed, observation=elsewhere)).verdict == "confirmed"


def test_weights_keep_the_order_and_the_promises_of_the_strengths():
    alone = {strength: weigh([hit("http.title", strength, family="dahua")])["dahua"] for strength in STRENGTHS}

    assert sorted(STRENGTHS, key=alone.__getitem__, reverse=True) == list(STRENGTHS)
    assert alone["proof"] >= CERTAIN
    assert alone["medium"] >= LIKELY
    assert alone["weak"] < THINKABLE


def test_evidence_for_another_maker_counts_against():
    alone = weigh([hit("mac.address", "strong", family="hikvision")])
    disputed = weigh([hit("mac.address", "strong", family="hikvision"), hit("http.title", "medium", family="axis")])

    assert disputed["hikvision"] < alone["hikvision"]
    assert sum(disputed.values()) < 1.0


@pytest.mark.parametrize("strength", ["proof", "strong", "medium"])
def test_two_makers_on_firm_ground_are_a_conflict(strength):
    identity = told(
        hit("sadp.device_sn", strength, family="hikvision"), hit("dhip.serial_no", strength, family="dahua")
    )

    assert identity.verdict == "possible"
    assert identity.certainty < 0.51
    sides = f"Dahua ({strength}, dhip.serial_no); Hikvision ({strength}, sadp.device_sn)"
    assert identity.conflicts == (f"the evidence names more than one maker: {sides}",)


def test_proof_against_strong_evidence_is_never_confirmed():
    identity = told(hit("sadp.device_sn", "proof", family="hikvision"), hit("mac.address", "strong", family="axis"))

    assert (identity.family, identity.verdict) == ("hikvision", "probable")
    assert len(identity.conflicts) == 1


def test_weak_dissent_is_no_conflict():
    identity = told(hit("sadp.device_sn", "proof", family="hikvision"), hit("http.title", "weak", family="axis"))

    assert identity.verdict == "confirmed"
    assert identity.conflicts == ()


def test_label_on_the_box_does_not_change_the_maker():
    identity = told(
        hit("sadp.device_description", "proof", family="hikvision", model="C800"),
        hit("onvif.manufacturer", "strong", brand="Annke"),
    )

    assert (identity.family, identity.manufacturer, identity.brand) == ("hikvision", "Hikvision", "Annke")
    assert identity.model == "C800"


def test_own_name_of_the_factory_gives_way_to_the_label():
    identity = told(
        hit("dhip.vendor", "proof", family="dahua", brand="Dahua"), hit("mac.address", "medium", brand="Amcrest")
    )

    assert identity.brand == "Amcrest"


def test_own_name_of_the_factory_stays_where_the_label_is_weak_or_not_its_own():
    factory = hit("dhip.vendor", "proof", family="dahua", brand="Dahua")

    assert told(factory, hit("onvif.model", "weak", brand="Lorex")).brand == "Dahua"
    assert told(factory, hit("http.title", "strong", brand="Axis")).brand == "Dahua"


def test_brand_alone_names_no_maker():
    identity = told(hit("mac.address", "strong", brand="Lorex"))

    assert (identity.family, identity.brand) == ("unknown", "Lorex")


def test_name_is_taken_by_strength_then_by_trust_in_the_protocol():
    identity = told(
        hit("onvif.model", "medium", model="from onvif"),
        hit("mdns.instance", "strong", model="from mdns"),
        hit("sadp.device_description", "strong", model="from sadp"),
    )

    assert identity.model == "from sadp"


def test_channels_are_those_of_a_recorder_cabled_and_networked_together():
    channels = [
        hit("dhip.input_channels", "proof", channels="3"),
        hit("dhip.remote_channels", "proof", channels="9"),
        hit("sadp.digital_channels", "weak", channels="x"),
        hit("isapi.channels", "proof", channels="64"),
    ]

    assert told(hit("dhip.device_class", "proof", kind="recorder"), *channels).channels == 12
    assert told(hit("dhip.device_class", "proof", kind="camera"), *channels).channels is None
    assert told(hit("dhip.device_class", "proof", kind="recorder")).channels is None


@given(st.lists(HITS, max_size=8), st.randoms(use_true_random=False))
def test_order_of_matches_makes_no_difference(matches, random):
    assert told(*matches) == told(*random.sample(matches, len(matches)))


@given(st.lists(HITS, max_size=6), HITS)
def test_more_evidence_for_a_maker_never_lowers_it(matches, more):
    family = dict(more.claims)["family"]

    assert weigh([*matches, more])[family] >= weigh(matches).get(family, 0.0)


@given(st.lists(HITS, max_size=8))
def test_identity_keeps_its_promises(matches):
    identity = told(*matches)

    assert identity.verdict in VERDICTS
    assert 0.0 <= identity.certainty <= 1.0
    assert (identity.family == "unknown") == (identity.verdict == "unknown") == (identity.certainty == 0.0)
    assert sorted(map(repr, identity.evidence)) == sorted(map(repr, matches))
    assert not (identity.conflicts and identity.verdict == "confirmed")


@given(st.lists(HITS, max_size=8))
def test_shares_never_exceed_one(matches):
    assert sum(weigh(matches).values()) <= 1.0 + 1e-9


def test_channels_that_a_model_name_tells_are_not_added_to_those_that_are_counted():
    recorder = hit("dhip.device_class", "proof", kind="recorder")
    name = hit("dhip.device_type", "medium", channels="16")

    assert told(recorder, name).channels == 16
    assert told(recorder, name, hit("dhip.remote_channels", "proof", channels="9")).channels == 9


def test_line_generation_and_dates_take_the_best_claim():
    names = ("line", "generation", "firmware_date", "produced")
    weak = hit("onvif.model", "weak", **dict.fromkeys(names, "weak"))
    strong = hit("onvif.firmware", "strong", **dict.fromkeys(names, "strong"))

    identity = told(weak, strong)

    assert [getattr(identity, name) for name in names] == ["strong"] * 4
    assert [getattr(told(), name) for name in names] == [None] * 4
