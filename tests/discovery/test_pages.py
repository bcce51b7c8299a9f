import pytest

from netaudit.discovery.pages import beginning, redirects, title


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<html><TITLE lang=x>\r\n Web &amp; View\t2 </Title>", "Web & View 2"),
        (b"<title>cut o", "cut o"),
        (b"<title>open <b>bold</b>", "open"),
        ("<title>网络摄像机</title>".encode("gb18030"), "网络摄像机"),
        (b"<title>" + b"x" * 5000 + b"</title>", "x" * 256),
        (b"<title></title>", ""),
        (b"<p>nothing</p>", ""),
        (b"<title", ""),
    ],
)
def test_titles(page, expected):
    assert title(page) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b'<meta http-equiv="refresh" content="0; url=/doc/page/login.asp">', ["/doc/page/login.asp"]),
        (b"<META HTTP-EQUIV=Refresh CONTENT='1;URL=index.html'>", ["index.html"]),
        (
            b'<script>window.location.href = "/doc/page/login.asp?_" + (new Date()).getTime();',
            ["/doc/page/login.asp?_"],
        ),
        (b"<script>top.location='/web/'; location.replace( \"/a\" )", ["/web/", "/a"]),
        (b"<a onclick=\"location.href='#'\">", []),
        (b"<script>if (location == '/x') {}", []),
        (b"<p>location</p>", []),
    ],
)
def test_redirects_in_pages(page, expected):
    assert list(redirects(page)) == expected


def test_redirects_are_counted_and_said_once():
    page = b"".join(b"location.href='/%d';" % (n // 2) for n in range(40))

    assert list(redirects(page)) == ["/0", "/1", "/2", "/3"]


def test_beginning_of_a_page():
    assert beginning(b"\xef\xbb\xbf<html>\r\n caf\xc3\xa9", 12) == "<html>   caf"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\nrest",
        b"text\0binary",
        b"table.RemoteDevice.uuid.Password=secret",
        b"<UserList><userName>admin</userName></UserList>",
        b'{"pwd": "secret"}',
    ],
)
def test_pictures_and_listings_with_secrets_are_not_kept(content):
    assert beginning(content, 4096) == ""


def test_login_page_is_kept():
    assert "password" in beginning(b'<html><input type="password" name="password"></html>', 4096)
