"""netaudit channels: what is listened to, sent and read."""

from support.commands import run

from netaudit.discovery import CHANNELS
from netaudit.vocabulary import FIELDS


def test_every_channel_is_listed_with_what_it_sends():
    text = run("channels").text

    assert all(f"{channel.name:<9} {channel.title}" in text for channel in CHANNELS)
    assert text.count("sends: ") == len(CHANNELS)
    assert all(channel.sends in text for channel in CHANNELS)


def test_every_field_is_listed_with_its_meaning():
    lines = run("channels", "--fields").text.splitlines()
    listed = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line.split()[0] in FIELDS}

    assert listed == {field: " ".join(meaning.split()) for field, meaning in FIELDS.items()}


def test_fields_that_only_identify_takes_stand_last():
    text = run("channels", "--fields").text

    assert "sip.user_agent" in text.partition("\ngiven ")[2]
    assert "sadp.device_sn" not in text.partition("\ngiven ")[2]
