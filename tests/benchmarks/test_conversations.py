"""That the figures of conversations.py are made, and that a conversation costs no multiple of a bare client's."""

from benchmarks import conversations
from benchmarks.conversations import Figures, measure


def test_conversations_keep_up_with_a_bare_client():
    """On a quiet machine 0.55 to 0.7 of its rate, and less with the journal of the tests; load is left to pass."""
    measured = (measure(exchanges=1500, runs=3) for _ in range(4))
    ours, bare = next(pair for pair in measured if pair[0].per_second > 0.3 * pair[1].per_second)

    assert ours.per_second > 500
    assert ours.processor_us < 4 * bare.processor_us


def test_figures_are_printed(monkeypatch, capsys):
    found = Figures(per_second=6000.0, processor_us=50.0), Figures(per_second=10000.0, processor_us=30.0)
    monkeypatch.setattr(conversations, "measure", lambda: found)

    assert conversations.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "0.60 times the rate of the bare client"
