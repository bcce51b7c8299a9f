"""Makes the reference pages from the program itself: the command line from --help, the fields from the vocabulary."""

import click

from netaudit.cli import VERBS, netaudit
from netaudit.cli.proof import verify
from netaudit.discovery import CHANNELS
from netaudit.vocabulary import FIELDS, cause_of

EXIT_CODES = """
## Exit codes

| code | `scan`, `replay` | `comply` | `diff` |
| --- | --- | --- | --- |
| 0 | done | every rule was evaluated, and nothing at or above `--fail-on` stands against the organisation | the same |
| 1 | - | something does | they differ |
| 2 | wrong usage, bad file, bad configuration | the same | the same |
| 3 | nothing could be scanned or read | - | - |
| 4 | done, but incomplete: coverage says what is missing | nothing does, and something could not be evaluated | - |
| 130 | interrupted; what was learnt is kept | | |

`demo` ends with 1 where a device was not found to be what it is, `fingerprints test` and `policies test` where an example does not hold, `comply verify` where a pack is not whole, `history reread` where devices are others now, and with 4 where runs have no recording; `history import` with 4 where a run could not be taken, `doctor` with 4 where a scan would miss something.
An error is one line: what, where, what to do. `--debug` adds the traceback.
"""


def command_line():
    """docs/reference/cli.md."""
    pages = ["# Command line\n\nMade from `--help`.\n", _page(netaudit, "netaudit", None)]
    parent = _context(netaudit, "netaudit", None)
    for verb in VERBS:
        command = netaudit.get_command(parent, verb)
        pages.append(_page(command, f"netaudit {verb}", parent))
        if verb == "comply":
            pages.append(_page(verify, "netaudit comply verify", parent, "comply verify"))
        if isinstance(command, click.Group):
            inner = _context(command, verb, parent)
            pages += [_page(c, f"netaudit {verb} {name}", inner) for name, c in command.commands.items()]
    return "\n".join(pages) + EXIT_CODES


def _context(command, name, parent):
    """The context that the program itself would make, but of a fixed width."""
    width = {"terminal_width": 100, "max_content_width": 100}
    return click.Context(command, parent=parent, info_name=name, **{**command.context_settings, **width})


def _page(command, title, parent, name=None):
    context = _context(command, name or title.rpartition(" ")[2], parent)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {title}\n\n```text\n{text}\n```\n"


def fields():
    """docs/reference/fields.md."""
    lines = [
        "# Observation fields", "",
        "Every value that a channel can read, and that `identify` takes. Made from `netaudit/vocabulary.py`.",
        "Fields of one cause have one vote together when evidence is weighed.", "",
        "| field | what it is | read by | cause |", "| --- | --- | --- | --- |",
    ]  # fmt: skip
    for field, meaning in FIELDS.items():
        readers = ", ".join(channel.name for channel in CHANNELS if field in channel.fields) or "given only"
        text = meaning.replace("|", "\\|")
        lines.append(f"| `{field}` | {text} | {readers} | {cause_of(field)} |")
    return "\n".join(lines) + "\n"
