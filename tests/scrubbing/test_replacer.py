"""Words are replaced in every spelling, and lengths stay."""

import base64
import random
import time

import pytest

from netaudit.scrubbing.pseudonyms import Pseudonyms
from netaudit.scrubbing.replacer import Replacer

NAMES = Pseudonyms(b"k" * 32)


def replacer(words):
    return Replacer(words, NAMES)


def test_the_longest_word_wins():
    assert replacer({b"abc": b"123", b"abcdef": b"uvwxyz", b"ab": b"77"})(b"abcdef abcd ab") == b"uvwxyz 123d 77"


def test_words_of_other_lengths_are_refused():
    with pytest.raises(ValueError, match="not as long"):
        replacer({b"abc": b"1"})


def test_an_address_within_a_longer_one_is_left():
    clean = replacer({b"8.8.8.8": b"9.9.9.9"})

    assert clean(b"8.8.8.8 18.8.8.8 8.8.8.80 <a>8.8.8.8</a>") == b"9.9.9.9 18.8.8.8 8.8.8.80 <a>9.9.9.9</a>"


def test_base64_is_looked_into():
    hidden = base64.b64encode(b"the camera Entrance speaks")

    assert base64.b64decode(replacer({b"Entrance": b"Abcdefgh"})(hidden)) == b"the camera Abcdefgh speaks"


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (b"Authorization: Basic YWRtaW46c2VjcmV0\r\n", b"YWRtaW4"),
        (b"Cookie: session=0123456789\r\n", b"0123456789"),
        (b"<wsse:Password Type='x'>geheim</wsse:Password>", b"geheim"),
        (b"<latitude>45.5017</latitude>", b"45.5017"),
        (b"mail to chief.guard@example.org now", b"chief.guard"),
        (b"DS-2CD2032-I20141107CCWR486120957", b"486120957"),
    ],
)
def test_what_looks_like_a_secret_goes_unasked(text, gone):
    clean = replacer({})(text)

    assert gone not in clean
    assert len(clean) == len(text)


def test_a_serial_number_is_replaced_once():
    old, new = b"20141107CCWR486120957", NAMES.serial("20141107CCWR486120957").encode()

    assert replacer({old: new})(b"DS-2CD2032-I" + old) == b"DS-2CD2032-I" + new
    assert replacer({})(b"DS-2CD2032-I" + old) == b"DS-2CD2032-I" + new


def test_thousands_of_words_and_any_bytes():
    chance = random.Random(7)
    every = sorted({chance.randbytes(chance.randint(1, 12)) for _ in range(5000)} | {b"DS-%d" % n for n in range(999)})
    clean = replacer({word: bytes(len(word)) for word in every})
    data = chance.randbytes(200_000)
    begun = time.process_time()

    assert len(clean(data)) == len(data)
    assert time.process_time() - begun < 10
