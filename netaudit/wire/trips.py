"""How long packets travel to a network and back: from what was seen a time-out is reckoned, as TCP does (RFC 6298).

The sections 2.2 and 2.3 give the smoothed round trip and its variation. What was sent twice gives no sample, for it is
not known which of the two was answered (Karn's algorithm, section 3).
"""

from dataclasses import dataclass

ALPHA, BETA, SWING = 1 / 8, 1 / 4, 4  # section 2.3
RESENT_S = 1.0  # when the kernel sends a SYN once more, section 2.1


@dataclass(slots=True)
class Trips:
    """The round trips to one network."""

    smoothed_s: float = 0.0
    variation_s: float = 0.0
    seen: int = 0

    def take(self, trip_s: float) -> None:
        """Learn from one round trip; none, and one whose packet may have been sent twice, teaches nothing."""
        if not 0.0 < trip_s < RESENT_S:
            return
        if self.seen:
            self.variation_s += BETA * (abs(self.smoothed_s - trip_s) - self.variation_s)
            self.smoothed_s += ALPHA * (trip_s - self.smoothed_s)
        else:
            self.smoothed_s, self.variation_s = trip_s, trip_s / 2
        self.seen += 1

    def timeout_s(self, floor_s: float, cap_s: float) -> float:
        """How long an answer is waited for; the most of it as long as nothing was seen."""
        return min(cap_s, max(floor_s, self.smoothed_s + SWING * self.variation_s)) if self.seen else cap_s
