"""Devices, registers and organisations for tests of the policy room."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from support.inventories import RUN, asset

from netaudit.inventory import Document, document
from netaudit.model import Coverage, Inventory
from netaudit.policy import Organisation, Register, evaluate, load_policies

TODAY = date(2026, 11, 22)
POLICIES = load_policies([Path(__file__).parents[1] / "policy" / "packs"])
TEST = POLICIES.by_id["XX-TEST"]
DEPARTMENT = Organisation(name="Department", entity_types=("central-department",), jurisdictions=("XX",))


def camera(name="d", address="10.0.0.1", family="hikvision", verdict="confirmed", certainty=0.99, **more):
    """A camera of this family."""
    certainty = 0.0 if family == "unknown" else certainty
    verdict = "unknown" if family == "unknown" else verdict
    identity = {"kind": "camera", **more}
    return asset(name, address, family=family, verdict=verdict, certainty=certainty, **identity)


def inventory(*assets, gaps=(), channels=(), site=None) -> Document:
    """The inventory of these devices."""
    run = replace(RUN, site=site)
    coverage = Coverage(addresses_in_scope=254, addresses_answering=len(assets), gaps=gaps, channels=channels)
    return document(Inventory(run=run, coverage=coverage, assets=assets))


def findings(*assets, policies=(TEST,), organisation=DEPARTMENT, register=(), as_of=TODAY, waivers=(), **more):
    """The findings for these devices."""
    entries = Register(entries=tuple(register)) if register else None
    return evaluate(inventory(*assets, **more), policies, organisation, entries, as_of, waivers)


def finding(rule, *assets, **more):
    """The one finding of this rule."""
    (found,) = [f for f in findings(*assets, **more) if f.rule == rule]
    return found
