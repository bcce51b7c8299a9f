"""netaudit channels: what netaudit listens to, what it sends, and which fields it reads."""

import click


@click.command()
@click.option("--fields", "show_fields", is_flag=True, help="Also list the fields that observations may have.")
def channels(show_fields: bool) -> int:
    """List the channels: what each hears, and what a scan sends on it.

    \b
    Example: netaudit channels --fields
    """
    from netaudit.discovery import CHANNELS
    from netaudit.vocabulary import FIELDS

    for channel in CHANNELS:
        click.echo(f"{channel.name:<9} {channel.title}")
        click.echo(
            f"{'':<9} sends: {channel.sends or 'nothing; it is read from captures and from what others collected'}"
        )
        if show_fields:
            for field in channel.fields:
                click.echo(f"{'':<11}{field:<28} {FIELDS[field]}")
    known = {field for channel in CHANNELS for field in channel.fields}
    if show_fields:
        click.echo("given     Values that somebody else cut out, which only `identify` takes")
        for field in sorted(set(FIELDS) - known):
            click.echo(f"{'':<11}{field:<28} {FIELDS[field]}")
    return 0
