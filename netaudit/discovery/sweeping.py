"""The order in which an ARP sweep asks, and the notes of how far it came: so that one that was cut goes on.

The order is made from a random seed, and the same again from the same seed. Where it is not, because our own address or
the program is another one, the sweep begins anew; who has answered is not asked again in any case.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from netaudit.discovery.channel import Question
from netaudit.discovery.ledger import Ledger
from netaudit.discovery.shuffle import strewn
from netaudit.records.marks import Swept
from netaudit.wire.passes import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """The notes of one sweep; see wire/passes.py for when they are asked for and made."""

    ledger: Ledger
    part: str
    interface: str
    seed: int
    digest: str
    begun: Progress

    @property
    def heard(self) -> Collection[str]:
        """Who answered before the run was continued."""
        return self.ledger.swept

    def came(self, progress: Progress) -> None:
        """Note how far it has come."""
        swept = Swept(
            part=self.part, interface=self.interface, seed=self.seed, digest=self.digest, answered=progress.answered,
            last=progress.last,
        )  # fmt: skip
        self.ledger.note(swept, at_once=True)


def in_order(question: Question) -> tuple[list[str], Sweeping | None]:
    """The addresses of a question in the order in which they are asked, and the notes of that, where they are taken."""
    ledger, addresses = question.ledger, list(question.addresses)
    past = ledger.sweeps.get((question.part, question.link.name)) if ledger else None
    seed = past.seed if past else random.getrandbits(32)
    addresses = strewn(addresses, seed)  # in order it would walk the devices of one switch port after the other
    if ledger is None or ledger.write is None:
        return addresses, None
    digest = sha256(" ".join(addresses).encode()).hexdigest()
    known = past is not None and past.digest == digest and past.last in {"", *addresses}
    begun = Progress(past.answered, past.last) if past and known else Progress()
    notes = Sweeping(
        ledger=ledger, part=question.part, interface=question.link.name, seed=seed, digest=digest, begun=begun
    )
    return addresses, notes
