"""The figures are read back with Prometheus's own parser."""

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from netaudit.tell.metrics import SiteFigures, registry, write_metrics

FIGURES = SiteFigures(
    site='Depot "1"\n', finished_at=1772330400.0, duration_s=12.5, complete=False,
    devices={("hikvision", "confirmed"): 3, ("unknown", "unknown"): 9}, gaps={"routed": 1}, due_at=1772935200.0,
)  # fmt: skip


def samples(text):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_file_of_the_text_collector_says_all(tmp_path):
    path = tmp_path / "netaudit.prom"

    write_metrics(path, [FIGURES], {"chat": 2})

    found = samples(path.read_text())
    site = 'Depot "1"\n'
    assert found["netaudit_devices", *sorted((site, "hikvision", "confirmed"))] == 3
    assert found["netaudit_scan_complete", site] == 0
    assert found["netaudit_scan_finished_timestamp_seconds", site] == 1772330400.0
    assert found["netaudit_scan_due_timestamp_seconds", site] == 1772935200.0
    assert found["netaudit_gaps", *sorted((site, "routed"))] == 1
    assert found["netaudit_messages_waiting", "chat"] == 2


def test_the_number_of_series_does_not_follow_the_devices():
    many = SiteFigures(
        site="s", finished_at=0.0, duration_s=0.0, complete=True, devices={("hikvision", "confirmed"): 10_000}, gaps={}
    )

    assert len(samples(generate_latest(registry(lambda: ((many,), {}))).decode())) < 10
