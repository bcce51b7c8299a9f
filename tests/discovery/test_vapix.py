"""What Axis' web service says of its product."""

import pytest
from support.reading import pairs

from netaudit.discovery.vapix import VAPIX, build_request

ANSWER = (
    b'{"apiVersion":"1.3","data":{"propertyList":{"Architecture":"armv7hf","Brand":"AXIS","BuildDate":"Mar 03 2022",'
    b'"HardwareID":"7A1.2","ProdFullName":"AXIS P3245-LV Network Camera","ProdNbr":"P3245-LV","ProdShortName":'
    b'"AXIS P3245-LV","ProdType":"Network Camera","ProdVariant":"","SerialNumber":"ACCC8E0D51C7","Version":"10.9.4"}}}'
)


def test_properties_of_the_product():
    assert pairs(VAPIX, ANSWER) == [
        ("vapix.brand", "AXIS"),
        ("vapix.model", "P3245-LV"),
        ("vapix.product", "AXIS P3245-LV Network Camera"),
        ("vapix.product_type", "Network Camera"),
        ("vapix.serial", "ACCC8E0D51C7"),
        ("vapix.firmware", "10.9.4"),
    ]


def test_answer_with_its_headers_says_the_same():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)

    assert pairs(VAPIX, head + ANSWER) == pairs(VAPIX, ANSWER)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b'"x"', b'{"data":[]}', b'{"data":{"propertyList":[]}}', b'{"data":{"propertyList":{}}}',
        b'{"apiVersion":"1.0","error":{"code":2004,"message":"Method not supported"}}', b"<html></html>", b"[" * 100_000,
    ],
)  # fmt: skip
def test_anything_else_is_nonsense(body):
    with pytest.raises(ValueError, match=r"."):
        pairs(VAPIX, body)


def test_value_that_is_no_text_is_left_out():
    assert pairs(VAPIX, b'{"data":{"propertyList":{"Brand":1,"ProdNbr":["x"],"Version":"1\\u0000\\u001b[31m"}}}') == [
        ("vapix.firmware", "1  [31m")
    ]


def test_request_byte_for_byte():
    assert build_request("192.0.2.7", 80, secured=False) == (
        b"POST /axis-cgi/basicdeviceinfo.cgi HTTP/1.1\r\nHost: 192.0.2.7\r\nUser-Agent: netaudit\r\nAccept: */*\r\n"
        b"Connection: close\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n"
        b'{"apiVersion":"1.0","method":"getAllUnrestrictedProperties"}'
    )
