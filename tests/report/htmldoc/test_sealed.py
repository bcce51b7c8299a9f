import json
import re
from base64 import b64encode
from hashlib import sha256

from netaudit.report.htmldoc import sealed


def test_the_policy_names_the_one_script_and_the_one_stylesheet():
    for text in (sealed.script(), sealed.style()):
        assert b64encode(sha256(text.encode()).digest()).decode() in sealed.policy()
    assert sealed.policy().startswith("default-src 'none'; ")
    assert "unsafe" not in sealed.policy()
    assert "http" not in sealed.policy()


def test_data_can_end_no_script_element():
    spite = ["</script><script>alert(1)</script>", "<!--", "]]>", "a\u2028b\u2029c", "&amp;"]
    text = sealed.embed(spite)

    assert json.loads(text) == spite
    assert not re.search("[<>&\u2028\u2029]", text)


def test_the_script_never_turns_text_into_markup():
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", sealed.script()
    )


def test_the_script_asks_nothing_of_any_network():
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|EventSource|import\(|\.src\b", sealed.script())
    assert not re.search(r"@import|url\((?!#)", sealed.style())
