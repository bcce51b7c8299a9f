"""netaudit comply: hold an inventory against policies, and keep the evidence."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from netaudit import __version__
from netaudit.cli.instead import instead_options
from netaudit.cli.options import (
    DONE,
    FOUND,
    INCOMPLETE,
    check_path,
    deliver,
    policies_option,
)
from netaudit.cli.outputs import read_outputs
from netaudit.cli.proof import Kept, keep, signer, verify

if TYPE_CHECKING:
    from netaudit.inventory import Surveyed
    from netaudit.policy import Finding, Organisation, Policies, Policy
    from netaudit.policy.findings import Findings
    from netaudit.policy.words import Severity

FORMATS = ("table", "json", "csv", "sarif", "junit", "889")
TEXTS = ("table", "889")  # the others are bytes
A_FILE = click.Path(dir_okay=False, path_type=Path)


class WithVerify(click.Command):
    """A command whose first argument may be the word verify: then it is another command."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: object
    ) -> click.Context:
        """The context of this command, or of `verify`."""
        if args[:1] == ["verify"]:
            return verify.make_context(f"{info_name} verify", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=WithVerify)
@click.argument("inventory", type=A_FILE)
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
    "-o",
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[=FILE]",
    help="table, json, csv, sarif, junit, or 889 (the report of FAR 52.204-25(d) as a template); may be repeated.",
)
@click.option("--evidence", type=A_FILE, help="Write an evidence pack (zip): all that the findings rest on.")
@click.option("--bundle", type=A_FILE, help="The recording: its replies that prove findings go into the pack.")
@click.option("--sign", "key", type=A_FILE, metavar="KEY", help="Sign the pack with this Ed25519 private key (PEM).")
@instead_options
def comply(
    *,
    inventory: Path,
    names: tuple[str, ...],
    organisation: Path | None,
    register: Path | None,
    waivers: Path | None,
    as_of: datetime | None,
    fail_on: str,
    directories: tuple[Path, ...],
    outputs: tuple[str, ...],
    evidence: Path | None,
    bundle: Path | None,
    key: Path | None,
) -> int:
    """Hold an INVENTORY against policies: for each device and rule, what holds, and why. Not legal advice.

    With a profile and no --policy, all policies that are on and bind the organisation are taken. Exit code 0: everything was evaluated, and
    nothing stands against the organisation; 1: something does; 4: nothing does, and something could not be evaluated.
    `netaudit comply verify PACK` checks an evidence pack.

    \b
    Example: netaudit comply inventory.json --policy CA-QC-2023 --organisation organisation.toml --register register.csv
    """
    from netaudit.inventory import surveyed
    from netaudit.policy import evaluate, load_policies
    from netaudit.policy.entries import read_register
    from netaudit.policy.library import funding_words
    from netaudit.policy.organisation import read_organisation, read_waivers, today
    from netaudit.policy.verdict import verdict

    wanted, threshold, sign = read_outputs(outputs, FORMATS), _severity(fail_on), signer(key)
    target = check_path(evidence) if evidence else None
    policies = load_policies(directories)
    profile = read_organisation(organisation, policies) if organisation else None
    chosen = _chosen(policies, profile, names)
    columns = profile.columns if profile else {}
    entries = read_register(register, columns, funding_words(policies)) if register else None
    excuses = read_waivers(waivers, policies) if waivers else ()
    day = as_of.date() if as_of else today()
    document, found = surveyed([inventory], lambda held: (held, evaluate(held, chosen, profile, entries, day, excuses)))
    findings = _collected(document, policies, chosen, profile, day, found)
    if target:
        inputs = [path for path in (organisation, register, waivers) if path]
        keep(target, Kept(document, findings, policies, inventory, inputs, bundle), sign)
    deliver(wanted, lambda name, stream: _write(document, findings, name, stream), TEXTS)
    return {"findings": FOUND, "open": INCOMPLETE, "clear": DONE}[verdict(found, threshold)]


def _severity(text: str) -> "Severity":
    from netaudit.policy.words import SEVERITIES

    for word in SEVERITIES:
        if word == text:
            return word
    raise click.UsageError(f"--fail-on {text}: one of {', '.join(SEVERITIES)}")


def _chosen(policies: "Policies", profile: "Organisation | None", names: tuple[str, ...]) -> "tuple[Policy, ...]":
    """The policies that are named, or those that are on and bind this organisation; a usage error where there is none."""
    from netaudit.policy.organisation import in_use

    chosen = policies.select(in_use(profile, names, policies))
    if not chosen:
        why = "say who you are: --organisation FILE" if profile is None else "none that is on binds this organisation"
        raise click.UsageError(f"name a policy with --policy (`netaudit policies list`): {why}")
    return chosen


def _collected(
    document: "Surveyed",
    policies: "Policies",
    chosen: "tuple[Policy, ...]",
    profile: "Organisation | None",
    day: date,
    found: "tuple[Finding, ...]",
) -> "Findings":
    from netaudit.policy.findings import Findings, used

    return Findings(
        as_of=day.isoformat(),
        inventory=document.run.id,
        organisation=(profile.name or "unnamed") if profile else None,
        policies=tuple(used(policy, policies.mark(policy.id)) for policy in chosen),
        findings=found,
        tool=f"netaudit {__version__}",
    )


def _write(document: "Surveyed", findings: "Findings", name: str, stream: Any) -> None:
    from netaudit.policy import csvdoc, junit, report889, sarif, table
    from netaudit.policy.findings import encode

    match name:
        case "json":
            stream.write(encode(findings))
        case "889":
            report889.write(document, findings, date.fromisoformat(findings.as_of), stream)
        case _:
            {"table": table, "csv": csvdoc, "sarif": sarif, "junit": junit}[name].write(findings, stream)
