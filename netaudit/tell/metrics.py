"""Figures for Prometheus: a text file for its node exporter's collector, or `/metrics` of a running watch.

No device is a label, nor is anything that a device names itself: the number of series follows the sites.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFigures:
    """What is shown of one site: its last stored run, and what waits."""

    site: str
    finished_at: float  # of the last run; seconds since the epoch, UTC
    duration_s: float
    complete: bool  # whether that run saw all that it was asked to see
    devices: dict[tuple[str, str], int]  # (family, verdict) -> how many
    gaps: dict[str, int]  # kind -> how many
    due_at: float | None = None  # of the next run


def write_metrics(path: Path, figures: Iterable[SiteFigures], waiting: dict[str, int]) -> None:
    """Write the figures to a file, whole or not at all (`*.prom`, for the text file collector)."""
    from prometheus_client import write_to_textfile  # noqa: PLC0415

    write_to_textfile(str(path), registry(lambda: (tuple(figures), waiting)))


def registry(figures: Callable[[], tuple[tuple[SiteFigures, ...], dict[str, int]]]) -> "CollectorRegistry":
    """A registry that asks for the figures anew each time it is read."""
    from prometheus_client import CollectorRegistry  # noqa: PLC0415

    found = CollectorRegistry(auto_describe=False)
    found.register(_Collector(figures))
    return found


class _Collector:
    def __init__(self, figures: Callable[[], tuple[tuple[SiteFigures, ...], dict[str, int]]]) -> None:
        self.figures = figures

    def collect(self) -> Iterator["Metric"]:
        sites, waiting = self.figures()
        yield _gauge("devices", "Devices of the last run.", ("site", "family", "verdict"), _devices(sites))
        yield _gauge("gaps", "What the last run could not see.", ("site", "kind"), _gaps(sites))
        yield _gauge(
            "scan_finished_timestamp_seconds", "When the last run ended.", ("site",),
            (((s.site,), s.finished_at) for s in sites),
        )  # fmt: skip
        yield _gauge(
            "scan_duration_seconds", "How long it took.", ("site",), (((s.site,), s.duration_s) for s in sites)
        )
        yield _gauge("scan_complete", "Whether it saw all.", ("site",), (((s.site,), float(s.complete)) for s in sites))
        yield _gauge(
            "scan_due_timestamp_seconds", "When the next run is due.", ("site",),
            (((s.site,), s.due_at) for s in sites if s.due_at is not None),
        )  # fmt: skip
        yield _gauge(
            "messages_waiting", "Messages not yet taken.", ("receiver",), (((r,), n) for r, n in waiting.items())
        )


def _gauge(name: str, words: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    metric = GaugeMetricFamily(f"netaudit_{name}", words, labels=labels)
    for label, value in values:
        metric.add_metric(label, value)
    return metric


def _devices(sites: Iterable[SiteFigures]) -> Iterator[tuple[tuple[str, ...], float]]:
    return (((s.site, family, verdict), n) for s in sites for (family, verdict), n in sorted(s.devices.items()))


def _gaps(sites: Iterable[SiteFigures]) -> Iterator[tuple[tuple[str, ...], float]]:
    return (((s.site, kind), n) for s in sites for kind, n in sorted(s.gaps.items()))


@contextmanager
def serving(
    address: str, port: int, figures: Callable[[], tuple[tuple[SiteFigures, ...], dict[str, int]]]
) -> Iterator[None]:
    """Serve the figures as /metrics within the context. OSError where the port is taken."""
    from prometheus_client import start_http_server  # noqa: PLC0415

    server, thread = start_http_server(port, address, registry(figures))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
