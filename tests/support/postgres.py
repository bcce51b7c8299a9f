"""A PostgreSQL server of a test's own: in a temporary folder, on a socket in it, run by a user without rights."""

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534
PATIENCE_S = 180  # it starts in two seconds


def find_programs():
    """The folder of initdb and postgres, or None; Debian keeps them out of the path."""
    named = shutil.which("initdb")
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    folders = ([Path(named).resolve().parent] if named else []) + places[::-1]
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def serving(programs):
    """The URL of a server that runs meanwhile."""
    folder = Path(tempfile.mkdtemp(prefix="netaudit-pg-"))
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    if user:
        os.chown(folder, NOBODY, NOBODY)
    options = {**user, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = folder / "data"
    ready = [programs / "initdb", "-D", data, "-U", "netaudit", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(ready, check=True, timeout=PATIENCE_S, **options)
    control = [programs / "pg_ctl", "-D", data, "-w", "-t", str(PATIENCE_S), "-l", folder / "log"]
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=20"
    subprocess.run([*control, "-o", settings, "start"], check=True, timeout=PATIENCE_S, **options)
    try:
        yield f"postgresql://netaudit@/postgres?host={folder}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, timeout=PATIENCE_S, **options)
        shutil.rmtree(folder)
