"""Long scans of live networks: those of several files go on at the same time, for they wait more than they work."""

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture(scope="session")
def begun(request, tmp_path_factory):
    """What `long_scan` gives, or raises, by module: of every module that has one, and of which a test is to run.

    Each builds a network of its own, and takes it away; all have come to their end.
    """
    modules = list(dict.fromkeys(item.module for item in request.session.items if hasattr(item.module, "long_scan")))
    folders = [tmp_path_factory.mktemp("long") for _ in modules]
    with ThreadPoolExecutor(len(modules), thread_name_prefix="long") as threads:
        return {m: threads.submit(m.long_scan, folder) for m, folder in zip(modules, folders, strict=True)}


@pytest.fixture(scope="module")
def long_scanned(request, begun):
    """What the `long_scan` of this module has given."""
    return begun[request.module].result()
