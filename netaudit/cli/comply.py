"""netaudit comply: hold an inventory against policies."""

import sys
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit import __version__
from netaudit.cli.options import DONE, FOUND, INCOMPLETE, check_path, forget_stdout, policies_option, remark

if TYPE_CHECKING:
    from netaudit.inventory import Document
    from netaudit.policy import Finding, Organisation, Policies, Policy
    from netaudit.policy.findings import Findings
    from netaudit.policy.words import Severity

FORMATS = ("table", "json", "csv")
A_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("inventory", required=False, type=A_FILE)
@click.option("--policy", "names", multiple=True, metavar="ID", help="Hold it against this policy; may be repeated.")
@click.option("--organisation", type=A_FILE, help="The profile of the organisation (TOML).")
@click.option("--register", type=A_FILE, help="The asset register (CSV or XLSX).")
@click.option("--waivers", type=A_FILE, help="Who is excused from what, and until when (TOML).")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Judge by the law of this day.")
@click.option(
    "--fail-on",
    metavar="SEVERITY",
    default="watch",
    help="Exit code 1 for findings of this severity and graver: prohibited, restricted, phase-out, risk-assess, "
    "conditional, advisory, watch. Default: of any.",
)
@policies_option
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT[=FILE]", help="table, json or csv; may be repeated."
)
@click.option("--init", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Write templates.")
@click.option("--schema", "print_schema", is_flag=True, help="Print the JSON Schema of findings.")
def comply(
    *,
    inventory: Path | None,
    names: tuple[str, ...],
    organisation: Path | None,
    register: Path | None,
    waivers: Path | None,
    as_of: datetime | None,
    fail_on: str,
    directories: tuple[Path, ...],
    outputs: tuple[str, ...],
    init: Path | None,
    print_schema: bool,
) -> int:
    """Hold an INVENTORY against policies: for each device and rule, what holds, and why. Not legal advice.

    With a profile and no --policy, all policies that are on are taken. Exit code 0: everything was evaluated, and
    nothing stands against the organisation; 1: something does; 4: nothing does, and something could not be evaluated.

    \b
    Example: netaudit comply inventory.json --policy CA-QC-2023 --organisation organisation.toml --register register.csv
    """
    if init is not None:
        return _init(init)
    if print_schema:
        return _print_schema()
    if inventory is None:
        raise click.UsageError("name an inventory: the JSON file that `netaudit scan -o json=FILE` writes")
    from netaudit.inventory import read
    from netaudit.policy import evaluate, load_policies
    from netaudit.policy.entries import read_register
    from netaudit.policy.organisation import in_use, read_organisation, read_waivers, today
    from netaudit.policy.verdict import verdict

    wanted, threshold = _outputs(outputs), _severity(fail_on)
    policies = load_policies(directories)
    profile = read_organisation(organisation, policies) if organisation else None
    chosen = policies.select(in_use(profile, names, policies))
    if not chosen:
        raise click.UsageError("name a policy (`netaudit policies list`), or say who you are: --organisation FILE")
    document = read(inventory)
    entries = read_register(register, profile.columns if profile else {}) if register else None
    excuses = read_waivers(waivers, policies) if waivers else ()
    day = as_of.date() if as_of else today()
    found = evaluate(document, chosen, profile, entries, day, excuses)
    _write(_collected(document, policies, chosen, profile, day, found), wanted)
    return {"findings": FOUND, "open": INCOMPLETE, "clear": DONE}[verdict(found, threshold)]


def _severity(text: str) -> "Severity":
    from netaudit.policy.words import SEVERITIES

    for word in SEVERITIES:
        if word == text:
            return word
    raise click.UsageError(f"--fail-on {text}: one of {', '.join(SEVERITIES)}")


def _outputs(outputs: tuple[str, ...]) -> list[tuple[str, Path | None]]:
    """(format, file or None for stdout) of each -o, files first; a usage error where one cannot be written."""
    pairs = []
    for output in outputs or ("table",):
        name, _, file = output.partition("=")
        if name not in FORMATS:
            raise click.UsageError(f"-o {name}: no such format; one of {', '.join(FORMATS)}")
        pairs.append((name, check_path(Path(file)) if file and file != "-" else None))
    return sorted(pairs, key=lambda pair: pair[1] is None)


def _collected(
    document: "Document",
    policies: "Policies",
    chosen: "tuple[Policy, ...]",
    profile: "Organisation | None",
    day: date,
    found: "tuple[Finding, ...]",
) -> "Findings":
    from netaudit.policy.findings import Findings, PolicyUsed

    return Findings(
        as_of=day.isoformat(),
        inventory=document.run.id,
        organisation=(profile.name or "unnamed") if profile else None,
        policies=tuple(
            PolicyUsed(id=p.id, title=p.title, checked_on=p.checked_on.isoformat(), sha256=policies.mark(p.id))
            for p in chosen
        ),
        findings=found,
        tool=f"netaudit {__version__}",
    )


def _write(findings: "Findings", outputs: list[tuple[str, Path | None]]) -> None:
    from netaudit.inventory import replacing

    for name, path in outputs:
        data = _encoded(findings, name)
        if path is not None:
            with replacing(path) as stream:
                stream.write(data)
            continue
        try:
            _print(findings, name, data)
        except BrokenPipeError:  # the files are written, and the findings are what they are
            forget_stdout()


def _encoded(findings: "Findings", name: str) -> bytes:
    from netaudit.policy import csvdoc, table
    from netaudit.policy.findings import encode

    if name == "json":
        return encode(findings)
    if name == "csv":
        binary = BytesIO()
        csvdoc.write(findings, binary)
        return binary.getvalue()
    text = StringIO()
    table.write(findings, text)
    return text.getvalue().encode("utf-8", "replace")


def _print(findings: "Findings", name: str, data: bytes) -> None:
    if name == "table":
        from netaudit.policy import table

        table.write(findings, sys.stdout)
    else:
        sys.stdout.buffer.write(data)
    sys.stdout.flush()


def _init(directory: Path) -> int:
    from netaudit.policy.templates import write_templates

    for path in write_templates(directory):
        remark(f"netaudit: wrote {path}")
    return DONE


def _print_schema() -> int:
    from netaudit.policy.findings import encode_schema

    sys.stdout.buffer.write(encode_schema())
    return DONE
