"""The command line as its users meet it: in this process where that tells enough, as a program of its own where not."""

import io
import os
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest.mock import patch

from netaudit.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self):
        return self.out.decode()

    @property
    def error(self):
        """The one line on stderr; there must be no other, and nothing on stdout."""
        assert self.out == b""
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()


def run(*arguments, stdin=b""):
    """Run a command in this process."""
    out, err, given = (io.TextIOWrapper(io.BytesIO(content), "utf-8") for content in (b"", b"", stdin))
    before = signal.getsignal(signal.SIGTERM)
    try:
        with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", given):
            main([str(argument) for argument in arguments])
    except SystemExit as ended:
        out.flush()
        err.flush()
        return Ended(ended.code or 0, out.buffer.getvalue(), err.buffer.getvalue().decode())
    finally:
        signal.signal(signal.SIGTERM, before)
    raise AssertionError("the program did not end by itself")


def start(*arguments, **options):
    """Start a command as a program of its own, with pipes."""
    argv = [sys.executable, "-m", "netaudit", *(str(argument) for argument in arguments)]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    return subprocess.Popen(argv, env={**os.environ, "PYTHONUNBUFFERED": ""}, **{**pipes, **options})
