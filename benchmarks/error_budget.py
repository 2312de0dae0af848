"""What each setting of `standard` costs, and what it changes in works of adhesion against `tight`.

    python benchmarks/error_budget.py FOLDER [NAME ...] [--ranks 1] [--only SETTING ...]

For each interface, at the lateral shift and gap of its shipped document: AB, A and B as they are cut, and at
the atoms where those of the document came to rest (to first order the work of adhesion does not change with
what the atoms would still move), with `standard`, then with one of its settings after another exchanged for
that of `tight`, then with all of `tight`. A grid that is coarser than GPAW's own at the row's cutoff is left
to GPAW, as everywhere. Crystals relax with the settings of their row; atoms at rest keep those of `standard`,
also in the last row. FOLDER is an archive: what is there is not calculated again. Prints JSON: works of
adhesion (J/m2), their change, and processor seconds of the slabs as they are cut over those of `standard`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wadflow.interfaces.definition import load_definition
from wadflow.results.adhesion import work_of_adhesion
from wadflow.results.computed_documents import read_computed
from wadflow.workflows import adhesion_steps as steps
from wadflow.workflows.archive import Archive
from wadflow.workflows.execution import Execution
from wadflow.workflows.launch import obtain
from wadflow.workflows.protocol import load_protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wadflow.interfaces.definition import InterfaceDefinition
    from wadflow.interfaces.stacking import Interface
    from wadflow.results.documents import AdhesionDocument
    from wadflow.results.records import SlabRole
    from wadflow.workflows.calculation import Calculation
    from wadflow.workflows.protocol import Protocol

NAMES = ("li110-li110", "li2o001-li2o001")

SETTINGS: dict[str, tuple[str, ...]] = {
    "plane waves": ("electrons.cutoff", "electrons.soft_cutoff"),
    "grid": ("electrons.grid_spacing",),
    "k-points": (
        "electrons.kpoint_density",
        "electrons.ionic_kpoint_density",
        "electrons.mixed_kpoint_density",
    ),
    "smearing": ("electrons.smearing_width",),
    "self-consistency": ("convergence",),
    "vacuum": ("slab.vacuum",),
    "crystals": (
        "electrons.bulk_cutoff",
        "electrons.bulk_kpoint_density",
        "electrons.ionic_bulk_kpoint_density",
        "relaxation.bulk_fmax",
    ),
}
"""What is exchanged together, by the keys of a protocol."""


def exchanged(standard: Protocol, tight: Protocol, keys: tuple[str, ...]) -> Protocol:
    """Return `standard` with these settings of `tight`."""
    changed = standard
    for key in keys:
        section, _, name = key.partition(".")
        value = getattr(tight, section)
        if name:
            value = getattr(changed, section).model_copy(update={name: getattr(value, name)})
        changed = changed.model_copy(update={section: value})
    return changed


def work(slabs: Mapping[SlabRole, Calculation], area: float, execution: Execution) -> tuple[float, float]:
    """Return the work of adhesion (J/m2) of AB, A and B, and the processor seconds of them."""
    outcomes = {role: obtain(calculation, execution) for role, calculation in slabs.items()}
    energies = [outcomes[role].energy for role in steps.SLAB_ROLES]
    seconds = {one.key: one.cpu_seconds for one in outcomes.values()}
    return work_of_adhesion(*energies, area), sum(seconds.values())


def measure(
    definition: InterfaceDefinition,
    document: AdhesionDocument,
    protocol: Protocol,
    of_crystals: Protocol,
    execution: Execution,
) -> dict[str, Any]:
    """Return works of adhesion (J/m2) as cut and at rest with these settings, and what the former cost."""
    interface = interface_of(definition, protocol, protocol, execution)
    slabs = static(interface, protocol)
    rigid, seconds = work(slabs, interface.area, execution)
    still = interface_of(definition, protocol, of_crystals, execution)
    found = dict(document.relaxed_structures)
    if document.a.key == document.b.key:
        found["B"] = found["A"]
    at_rest = {
        # In the cell of the row: its vacuum is a setting.
        role: one.model_copy(update={"atoms": found[role].model_copy(update={"cell": one.atoms.cell})})
        for role, one in static(still, protocol).items()
    }
    relaxed, _ = work(at_rest, still.area, execution)
    electrons = slabs["AB"].electrons
    return {
        "cutoff": electrons.cutoff,
        "grid_spacing": electrons.grid_spacing,
        "rigid": rigid,
        "relaxed": relaxed,
        "cpu_seconds": seconds,
    }


def interface_of(
    definition: InterfaceDefinition, protocol: Protocol, of_crystals: Protocol, execution: Execution
) -> Interface:
    """Return an interface of crystals that relaxed with `of_crystals`."""
    relaxed = {
        crystal: steps.relaxed_crystal(
            crystal, obtain(steps.bulk_calculation(crystal, of_crystals), execution)
        )
        for crystal in steps.crystals_of(definition)
    }
    return steps.build(definition, protocol, relaxed)


def static(interface: Interface, protocol: Protocol) -> dict[SlabRole, Calculation]:
    """Return one energy of AB, A and B each."""
    return steps.slab_calculations(
        interface, protocol, dipole_layer=steps.needs_dipole_layer(interface), task="static"
    )


def budget(name: str, execution: Execution, wanted: list[str]) -> dict[str, Any]:
    """Return the rows of one interface, `standard` first and all of `tight` last."""
    standard, tight = load_protocol("standard"), load_protocol("tight")
    document = read_computed(f"{name}.standard")
    definition = load_definition(name)
    if definition.contact.registry == "scan":
        definition = definition.at(document.registry, document.gap)
    protocols = {
        "standard": standard,
        **{setting: exchanged(standard, tight, SETTINGS[setting]) for setting in SETTINGS},
        "tight": tight,
    }
    rows: list[dict[str, Any]] = []
    first: dict[str, Any] = {}
    for setting, protocol in protocols.items():
        if setting != "standard" and setting not in wanted:
            continue
        found = measure(definition, document, protocol, standard, execution)
        first = first or found
        # With other crystals the atoms at rest would be others; their rows have those of `standard`.
        relaxed = None if setting == "crystals" else found["relaxed"]
        rows.append(
            {
                "setting": setting,
                "cutoff": found["cutoff"],
                "grid_spacing": found["grid_spacing"],
                "rigid": round(found["rigid"], 5),
                "change": round(found["rigid"] - first["rigid"], 5),
                "relaxed": None if relaxed is None else round(relaxed, 5),
                "change_relaxed": None if relaxed is None else round(relaxed - first["relaxed"], 5),
                "cpu_ratio": round(found["cpu_seconds"] / first["cpu_seconds"], 2),
                "cpu_seconds": round(found["cpu_seconds"], 1),
            }
        )
        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return {"name": name, "rows": rows}


def main() -> None:
    """Measure, and print one JSON list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=[*SETTINGS, "tight"], default=[*SETTINGS, "tight"])
    arguments = parser.parse_args()
    execution = Execution(Archive(arguments.folder), ranks=arguments.ranks)
    print(json.dumps([budget(name, execution, arguments.only) for name in arguments.names], indent=1))


if __name__ == "__main__":
    main()
