import io

from support.inventories import SMALL

from netaudit.inventory import decode, document, encode
from netaudit.report import jsondoc


def test_the_json_is_the_inventory():
    stream = io.BytesIO()
    jsondoc.write(document(SMALL), stream)

    assert stream.getvalue() == encode(document(SMALL))
    assert decode(stream.getvalue()) == document(SMALL)
