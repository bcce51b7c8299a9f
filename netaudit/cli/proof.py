"""The evidence pack of `netaudit comply`: what goes into it, who signs it, and the command that checks one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from netaudit.cli.options import DONE, FOUND, one_line, payloads

if TYPE_CHECKING:
    from netaudit.inventory import Surveyed
    from netaudit.policy import Policies
    from netaudit.policy.evidence import Sign
    from netaudit.policy.findings import Findings

A_FILE = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Kept:
    """What goes into an evidence pack."""

    document: "Surveyed"
    findings: "Findings"
    policies: "Policies"
    inventory: Path
    inputs: list[Path]
    bundle: Path | None


def signer(key: Path | None) -> "Sign | None":
    """What signs with the key in this file. ValueError where it holds none."""
    if key is None:
        return None
    from netaudit.policy.signing import read_private, sign

    private = read_private(key)
    return lambda data: sign(private, data)


def keep(target: Path, kept: Kept, sign: "Sign | None") -> None:
    """Write the evidence pack."""
    from netaudit.inventory import replacing
    from netaudit.policy.evidence import pack

    texts = {f"policies/{used.id}.toml": kept.policies.texts[used.id] for used in kept.findings.policies}
    given = {f"inputs/{number}-{path.name}": path.read_bytes() for number, path in enumerate(kept.inputs, 1)}
    data = pack(
        document=kept.document,
        inventory=kept.inventory.read_bytes(),
        findings=kept.findings,
        files={**texts, **given},
        replies=payloads(kept.bundle) if kept.bundle else {},
        policies=kept.policies.sha256,
        sign=sign,
    )
    with replacing(target) as stream:
        stream.write(data)


@click.command()
@click.argument("pack", type=A_FILE)
@click.option("--signer", type=A_FILE, metavar="KEY", help="It must be signed by this Ed25519 public key (PEM).")
def verify(pack: Path, signer: Path | None) -> int:
    """Check an evidence PACK: that it is whole, unchanged, and by whom. Exit code 1 where it is not.

    \b
    Example: netaudit comply verify evidence.zip --signer auditor.pem.pub
    """
    from netaudit.policy.evidence import faults, signer_of
    from netaudit.policy.signing import is_signed, read_public

    data = pack.read_bytes()
    found = list(faults(data, read_public(signer) if signer else None, is_signed))
    for fault in found:
        click.echo(one_line(f"{pack}: {fault}"))
    if found:
        return FOUND
    public = signer_of(data)
    click.echo(f"{pack}: whole and unchanged; {f'signed by {public}' if public else 'not signed'}")
    return DONE
