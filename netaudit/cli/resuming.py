"""scan --resume: the run of a bundle goes on with the options that it was begun with."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from netaudit.runs import Request

_FIELDS = {  # parameter of the command -> field of the request
    "targets": "targets",
    "target_files": "targets",
    "exclude": "excluded",
    "exclude_file": "excluded",
    "interfaces": "interfaces",
    "channels": "channels",
    "profile": "profile",
    "listen_s": "listen_s",
    "rate_pps": "rate_pps",
    "host_timeout": "host_timeout_s",
    "quiet_hours": "quiet_hours",
    "once": "again",
    "site": "site",
}


def continued(given: "Request", bundle: Path, record: Path | None) -> "Request":
    """What the run of this bundle was asked to do, with the logins that are given now.

    A usage error where an option says otherwise, and ValueError where the run cannot be continued.
    """
    from netaudit.resume import read_request

    if record and record.resolve() != bundle.resolve():
        raise click.UsageError(f"--record {record}: a run that is continued goes on writing {bundle}: leave it out")
    before, had_logins = read_request(bundle)
    for option, name in _FIELDS.items():
        if _is_typed(option) and getattr(given, name) != getattr(before, name):
            word = option.replace("_", " ")
            raise click.UsageError(f"--resume: {word}: they are those of the bundle, which differ: leave this out")
    if had_logins != (given.logins is not None):
        what = "give --credentials FILE again" if had_logins else "leave --credentials out"
        raise click.UsageError(f"--resume: the run was begun {'with' if had_logins else 'without'} logins: {what}")
    return replace(before, logins=given.logins)


def _is_typed(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE
