"""netaudit doctor: what this machine can and cannot see from here, and the cure."""

import click


@click.command()
def doctor() -> int:
    """Check rights, interfaces, ports, TLS and the kernel, and say what a scan from here would miss. Sends nothing.

    \b
    Exit codes: 0 all is well; 4 something would be missed.
    Example: netaudit doctor
    """
    from netaudit.doctor import examine

    findings = list(examine())
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'MISS'} {finding.what}: {finding.detail}")
        if finding.cure:
            click.echo(f"     cure: {finding.cure}")
    return 0 if all(finding.well for finding in findings) else 4
