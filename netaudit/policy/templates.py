"""Commented templates of the three files that `netaudit comply` takes beside an inventory."""

from pathlib import Path
from typing import Final

PROFILE: Final = """\
# Who we are. Left out is not known: a rule that needs the fact says so, and nothing is guessed.

name          = "Example"
# Every kind of body that the organisation is; `netaudit policies list` names the policies that bind each.
entity_types  = []   # ["municipality"], ["federal-contractor", "public-higher-education"], …
# Every country or part of one whose law binds it, in ISO 3166.
jurisdictions = []   # ["CA-QC"], ["US-TX"], ["GB"], …
# Policies to hold it against, beside those that are on by default.
policies      = []

# How the register calls what is called serial, mac, address, site, acquired, … here; only where the names differ.
[columns]
# serial   = "Serial number"
# acquired = "Purchase date"

# Own target dates, where an instrument names none or you want to be sooner: a policy, or policy/rule.
[targets]
# CA-FED-LEGACY-2025 = 2027-03-31

# The sites. Devices belong to a site by the register, or by their address.
# [[site]]
# name               = "Main building"
# networks           = ["192.0.2.0/24"]
# sensitivity        = "ordinary"        # or "sensitive"; who decided, and when, belongs in your records
# types              = ["government"]    # defence, critical-infrastructure, parliament, electorate-office, leased, public-venue, other
# purpose            = "public-safety"   # government-facility, critical-infrastructure, national-security, temperature-screening, other
# segment            = "separate"        # or "core": the core network of the organisation
# internet_reachable = false
# jurisdictions      = ["CA-QC"]         # only where it differs from the organisation's
# entity_types       = ["public-school"] # only where the site is another body's
"""

REGISTER: Final = (
    "serial,mac,address,asset,site,acquired,installed,renewal,replacement,funding,purpose,owner,state,segment,"
    "internet_reachable,cloud_enabled,made_in,supplier_country,met,not_met,meets,meets_not,exceptions\n"
)

WAIVERS: Final = """\
# Who is excused from what, why, until when, and what compensates. One that has run out counts no longer.
# `netaudit policies show ID` says whether an instrument knows a waiver, who grants it and which papers it asks for.

# [[waiver]]
# id           = "W-2026-01"
# policy       = "US-TX-PROHIBITED"
# rule         = "use"                        # left out: all rules of the policy
# assets       = ["192.0.2.17"]               # ids, serial numbers, MACs or addresses
# sites        = []                           # or all devices of these sites
# reason       = "door camera of a clinic: no replacement before the rebuild"
# approver     = ["agency-head"]
# delegated    = false
# granted      = 2026-10-01
# until        = 2027-03-31
# papers       = ["justification", "phase-out-plan"]
# compensating = ["isolated network", "no internet"]
"""

TEMPLATES: Final = {"organisation.toml": PROFILE, "register.csv": REGISTER, "waivers.toml": WAIVERS}


def write_templates(directory: Path) -> tuple[Path, ...]:
    """Write the templates into a directory. ValueError where one is there already."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = tuple(directory / name for name in TEMPLATES)
    for path in paths:
        if path.exists():
            raise ValueError(f"{path} exists: name an empty directory, nothing is written over")
    for path, text in zip(paths, TEMPLATES.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
