"""Bodies as replies: documents that come alone, or inside the HTTP answers that carried them."""

from collections.abc import Callable, Iterator

from netaudit.model import Observation, Reply
from netaudit.wire.messages import bodies


def read_bodies(reply: Reply, read_body: Callable[[Reply, bytes], Iterator[Observation]]) -> Iterator[Observation]:
    """What this function reads from every body of the reply, once each; its ValueError where it can read none."""
    found: dict[Observation, None] = {}
    failures: list[ValueError] = []
    documents = bodies(reply.payload, reply.request)
    for document in documents:
        try:
            found.update(dict.fromkeys(read_body(reply, document)))
        except ValueError as error:  # one connection carries pages of all kinds
            failures.append(error)
    if failures and len(failures) == len(documents):
        raise failures[0]
    yield from found
