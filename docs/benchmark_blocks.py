"""Blocks of the pages that show what the scripts under ``benchmarks/`` wrote.

``<!-- KIND -->`` to ``<!-- end -->``, filled by ``write_numbers.py``:

``force-constants``, ``lattice-constants``, ``supercell-meshes``, ``egg-box``
``side-by-side``, ``scf-profile``, ``levers``, ``error-budget``, ``ranks``, ``overhead``, ``scale``
    what the scripts of these names wrote
``ratios``, ``same-minimum``, ``equal-accuracy``, ``added``
    of what ``side_by_side.py`` wrote: means, the script's GPAW where wadflow's atoms came to rest, the script
    with the settings of GPAW's tutorial, and one more interface in a filled archive
"""

from __future__ import annotations

import json
from pathlib import Path
from statistics import geometric_mean, median
from typing import TYPE_CHECKING, Any

from page_blocks import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"

LOOK_UPS = ("median_found_milliseconds", "slowest_of_100_found_milliseconds", "median_missing_milliseconds")
"""What ``scale.py`` tells of an archive."""

OTHER_WAYS = {"convergence": "script, our criteria", "matcalc": "matcalc"}
"""What else ``side_by_side.py`` may have measured, and what tables call it."""


def measured_interfaces() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield protocol and numbers of each interface that was measured beside the script."""
    for file in sorted(BENCHMARKS.glob("side_by_side.*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        for one in measured["interfaces"]:
            yield measured["protocol"], one


def side_by_side() -> str:
    """Return what interfaces cost beside a plain script and matcalc, as far as they were measured."""
    rows = []
    for protocol, one in measured_interfaces():
        ways = {"wadflow": one["wadflow"], "script": one["plain"]}
        ways |= {name: one[way] for way, name in OTHER_WAYS.items() if one[way] is not None}
        for way, found in ways.items():
            stopped = found.get("stopped", False)
            ratio = {"wadflow": 1.0, "script": median(one["ratios"])}.get(way) or found["ratio"]
            coarse = found.get("coarse_steps")
            steps = (
                f"{found['ionic_steps']}{f' + {coarse}' if coarse else ''}" if "ionic_steps" in found else ""
            )
            relaxed = "stopped"
            if not stopped:
                relaxed = (
                    f"{found['relaxed']:.3f}{'' if found.get('converged', True) else ' (**not converged**)'}"
                )
            rows.append(
                [
                    f"{one['name']}, `{protocol}`, {one['cutoff']:g} eV" if way == "wadflow" else "",
                    way,
                    f"{found['cpu_seconds']:.0f}",
                    f"{'> ' if stopped else ''}{ratio:.2f}",
                    f"{'> ' if stopped else ''}{one['ratio_without_scan']:.2f}" if way == "script" else "",
                    steps,
                    str(found.get("scf_iterations", "")),
                    f"{found['peak_memory_mib']:.0f}",
                    "" if found.get("rigid") is None else f"{found['rigid']:.3f}",
                    relaxed,
                ]
            )
    headings = ["interface", "by", "processor seconds", "ratio", "without scan", "ionic steps", "iterations"]
    return table([*headings, "MiB", "rigid, J/m2", "relaxed, J/m2"], rows)


def ratios() -> str:
    """Return the geometric means of what the script costs over what wadflow does, in words."""
    measured = [one for _, one in measured_interfaces()]
    means = {
        "Geometric mean of the ratios": [
            (median(one["ratios"]), one["plain"]["stopped"]) for one in measured
        ],
        "without registry scans": [(one["ratio_without_scan"], one["plain"]["stopped"]) for one in measured],
        "with the settings of the tutorial": [
            (one["tutorial"]["ratio"], one["tutorial"]["stopped"]) for one in measured if one["tutorial"]
        ],
    }
    parts = [
        f"{what} ({len(found)} measured): "
        f"{'at least ' if any(stopped for _, stopped in found) else ''}"
        f"{geometric_mean(ratio for ratio, _ in found):.2f}"
        for what, found in means.items()
        if found
    ]
    return "; ".join(parts) + ".\n"


def same_minimum() -> str:
    """Return what the script finds where it came to rest, and where wadflow's atoms did."""
    rows = []
    for _, one in measured_interfaces():
        ours, plain, there = one["wadflow"]["relaxed"], one["plain"], one["at_rest"]
        own = "" if plain["stopped"] else f"{plain['relaxed']:.4f} ({plain['relaxed'] - ours:+.4f})"
        rows.append(
            [
                one["name"],
                f"{ours:.4f}",
                own,
                f"{there['relaxed']:.4f} ({there['relaxed'] - ours:+.4f})" if there else "",
                ", ".join(f"{role} {force:.3f}" for role, force in there["largest_forces"].items())
                if there
                else "",
            ]
        )
    headings = ["interface", "wadflow, J/m2", "script where it came to rest", "script at wadflow's atoms"]
    return table([*headings, "its largest forces there, eV/angstrom"], rows)


def equal_accuracy() -> str:
    """Return rigid works of adhesion of the tutorial's settings and of `standard` beside `tight`."""
    tight = {
        one["name"]: row["rigid"] for one in budgets() for row in one["rows"] if row["setting"] == "tight"
    }
    rows = []
    for protocol, one in measured_interfaces():
        if one["tutorial"] is None:
            continue
        reference = tight.get(one["name"])
        beside = one["tutorial"]["cpu_seconds"] / one["tutorial"]["ratio"]  # wadflow's first run
        ways = {f"wadflow, `{protocol}`, {one['cutoff']:g} eV": one["wadflow"]}
        ways[f"script, grid of {one['tutorial']['spacing']:g} angstrom"] = one["tutorial"]
        for way, found in ways.items():
            ratio = found.get("ratio", 1.0)
            rows.append(
                [
                    one["name"],
                    way,
                    f"{ratio * beside:.0f}",
                    f"{'> ' if found.get('stopped') else ''}{ratio:.2f}",
                    "" if found["rigid"] is None else f"{found['rigid']:.3f}",
                    "" if None in (reference, found["rigid"]) else f"{found['rigid'] - reference:+.3f}",
                    "" if found.get("stopped") else f"{found['relaxed']:.3f}",
                ]
            )
    headings = ["interface", "by", "processor seconds", "ratio", "rigid, J/m2", "against `tight`"]
    return table([*headings, "relaxed, J/m2"], rows)


def budgets() -> list[dict[str, Any]]:
    """Return what ``error_budget.py`` wrote, by interface."""
    return [
        one
        for file in sorted(BENCHMARKS.glob("error_budget*.json"))
        for one in json.loads(file.read_text(encoding="utf-8"))
    ]


def error_budget() -> str:
    """Return what each setting of `standard` costs and changes against `tight`."""
    rows = []
    for one in budgets():
        for number, row in enumerate(one["rows"]):
            whole = row["setting"] in ("standard", "tight")
            setting = f"{row['cutoff']:g} eV, all" if whole else row["setting"]
            rows.append(
                [
                    one["name"] if number == 0 else "",
                    f"{setting} of `{'tight' if number else 'standard'}`",
                    f"{row['rigid']:.4f}",
                    f"{row['change']:+.4f}" if number else "",
                    "" if row["relaxed"] is None else f"{row['relaxed']:.4f}",
                    f"{row['change_relaxed']:+.4f}" if number and row["relaxed"] is not None else "",
                    f"{row['cpu_ratio']:.2f}",
                ]
            )
    headings = ["interface", "settings", "rigid, J/m2", "change", "relaxed", "change", "cost, ratio"]
    return table(headings, rows)


def ranks() -> str:
    """Return processor seconds and efficiency of an interface on several MPI ranks."""
    rows, notes = [], []
    for file in sorted(BENCHMARKS.glob("ranks.*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        rows.extend(
            [
                f"{measured['name']}, `{measured['protocol']}`",
                number,
                ", ".join(f"{seconds:.0f}" for seconds in one["cpu_seconds"]),
                f"{one['efficiency']:.2f}",
                f"{one['efficiency_of_least']:.2f}",
            ]
            for number, one in measured["ranks"].items()
        )
        pieces = measured["equal_pieces"]
        notes.append(
            f"Equal pieces of work of {pieces['mean_seconds']:.1f} s on one core took times that differed by "
            f"{100 * pieces['relative_deviation']:.0f} % (standard deviation).\n"
        )
    headings = ["interface", "ranks", "processor seconds of the engines, each run", "efficiency, medians"]
    return f"{table([*headings, 'of the least'], rows)}\n{''.join(notes)}"


def overhead() -> str:
    """Return the share of a run's wall time that is not GPAW's."""
    rows = []
    for file in sorted(BENCHMARKS.glob("overhead.*.json")):
        one = json.loads(file.read_text(encoding="utf-8"))
        rows.append(
            [
                f"{one['name']}, `{one['protocol']}`",
                f"{one['wall_seconds']:.1f}",
                f"{one['gpaw_seconds']:.1f}",
                f"{one['overhead_percent']:.1f}",
                f"{one['wall_seconds_again']:.1f}",
            ]
        )
    headings = ["interface", "wall, s", "of it GPAW, s", "rest, %", "again, from the archive, s"]
    return table(headings, rows)


def scale() -> str:
    """Return how long many definitions, flows and a large archive take."""
    measured = json.loads((BENCHMARKS / "scale.json").read_text(encoding="utf-8"))
    plan, build, flows = measured["plan"], measured["build"], measured["flows"]
    small, large = measured["small_archive"], measured["archive"]
    rows = [
        [
            "import of the command line, with the start of Python",
            f"{measured['command_line']['import_seconds']:.2f} s",
        ],
        [
            f"`wadflow plan` of {plan['definitions']:,} definitions ({plan['calculations']:,} calculations)",
            (
                f"{plan['wall_seconds']:.0f} s as JSON, {plan['wall_seconds_as_tables']:.0f} s as tables, "
                f"{plan['peak_memory_mib']} MiB"
            ),
        ],
        [
            f"building {build['definitions']:,} interfaces ({build['atoms']:,} atoms)",
            f"{build['wall_seconds']:.0f} s",
        ],
        [
            f"the flows of {flows['interfaces']:,} interfaces ({flows['jobs']:,} jobs)",
            f"{flows['wall_seconds']:.0f} s, {flows['more_memory_mib']} MiB more",
        ],
    ]
    rows.extend(
        [
            f"look-up in an archive of {one['entries']:,}: median, slowest of 100, of one that is missing",
            " / ".join(f"{one[which]:.2f} ms" for which in LOOK_UPS),
        ]
        for one in (small, large)
    )
    rows.append([f"verifying all {large['entries']:,}", f"{large['verify_seconds']:.0f} s"])
    return table(["", "takes"], rows)


def added() -> str:
    """Return what one more interface costs in an archive that has its crystals and sides."""
    rows = []
    for file in sorted(BENCHMARKS.glob("side_by_side.*.json")):
        measured = json.loads(file.read_text(encoding="utf-8"))
        for name, moved in measured["moved"].items():
            rows.append(
                [
                    f"{name}, `{measured['protocol']}`",
                    f"{len(moved['new'])} of {moved['calculations']}",
                    f"{moved['cpu_seconds']:.0f}",
                    f"{moved['reused_cpu_seconds']:.0f}",
                ]
            )
    headings = ["interface at another place", "new calculations", "processor seconds"]
    return table([*headings, "that the others had taken"], rows)


def scf_profile() -> str:
    """Return iterations and wall time (s) of first and later ionic steps, of wadflow and of the script."""
    rows = []
    for file in sorted(BENCHMARKS.glob("scf_profile.*.json")):
        for one in json.loads(file.read_text(encoding="utf-8"))["calculations"]:
            later = one["ionic_steps"] - 1
            rows.append(
                [
                    f"{one['label']} ({one['atoms']} atoms)",
                    one["by"],
                    f"{one['start_seconds']:.1f}",
                    f"{one['first_iterations']}, {one['first_seconds']:.1f} s",
                    f"{later} of {one['later_iterations']:g}, {one['later_seconds']:.1f} s" if later else "",
                ]
            )
    headings = ["calculation", "by", "starts, s", "iterations of the first step", "of later ones, each"]
    return table(headings, rows)


def levers() -> str:
    """Return what the relaxation of a slab costs with one thing changed each."""
    measured = json.loads((BENCHMARKS / "levers.json").read_text(encoding="utf-8"))
    first = measured["rows"][0]
    rows = [
        [
            one["change"] or "as it is",
            f"{one['cpu_seconds']:.0f}",
            f"{one['cpu_seconds'] / first['cpu_seconds']:.2f}",
            f"{one['ionic_steps']} + {one['coarse_steps']}",
            f"{one['energy']:.4f}",
        ]
        for one in measured["rows"]
    ]
    headings = [measured["label"], "processor seconds", "ratio", "ionic steps, fine + coarse", "energy, eV"]
    return table(headings, rows)


def egg_box() -> str:
    """Return how far energy and forces of slabs vary, by cutoff, while they slide over their grid."""
    from ase.units import J, m

    measured = json.loads((BENCHMARKS / "egg_box.json").read_text(encoding="utf-8"))
    rows = [
        [
            f"{slab['label']}, {slab['cutoff']:g} eV" if number == 0 else "",
            f"{'GPAW: ' if grid['asked_for'] is None else ''}{max(grid['spacing']):.3f}",
            f"{1000 * grid['energies_vary']:.1f}",
            f"{grid['energies_vary'] / slab['area'] / (J / m**2):.4f}",
            f"{grid['forces_vary']:.3f}",
        ]
        for slab in measured["slabs"]
        for number, grid in enumerate(slab["grids"])
    ]
    headings = ["slab", "spacing, angstrom", "energy varies, meV", "per area, J/m2", "forces, eV/angstrom"]
    return table(headings, rows)


def force_constants() -> str:
    """Return the force constants of displaced anions (eV/angstrom2), and how far off they are."""
    measured = json.loads((BENCHMARKS / "force_constants.json").read_text(encoding="utf-8"))
    crystals = list(dict.fromkeys(one["crystal"] for one in measured))
    found = {(one["crystal"], one["cutoff_eV"]): one["force_constant_eV_per_angstrom2"] for one in measured}
    cutoffs = list(dict.fromkeys(cutoff for _, cutoff in found))
    rows = []
    for cutoff in cutoffs:
        numbers = [(found[crystal, cutoff], found[crystal, max(cutoffs)]) for crystal in crystals]
        rows.append(
            [f"{cutoff:g}", *(f"{one:.2f} ({100 * (one / best - 1):+.1f} %)" for one, best in numbers)]
        )
    return table(["cutoff, eV", *crystals], rows)


def lattice_constants() -> str:
    """Return lattice constants of lowest energy and of zero stress, angstrom, by cutoff and PAW set."""
    measured = json.loads((BENCHMARKS / "lattice_constants.json").read_text(encoding="utf-8"))
    rows = [
        [
            f"{one['crystal']}, {one['paw_set']}",
            f"{one['cutoff_eV']:g}",
            f"{one['lattice_constant_of_zero_stress']:.3f}",
            f"{one['lattice_constant_of_lowest_energy']:.3f}",
        ]
        for one in measured
    ]
    return table(["crystal, PAW set", "cutoff, eV", "zero stress, angstrom", "lowest energy, angstrom"], rows)


def supercell_meshes() -> str:
    """Return what the k-points of supercells change in force constants (eV/angstrom2), by crystal."""
    rows = []
    for file in sorted(BENCHMARKS.glob("supercell_meshes.*.json")):
        for one in json.loads(file.read_text(encoding="utf-8")):
            constants = (f"{symbol} {value:.2f}" for symbol, value in one["diagonal_force_constants"].items())
            rows.append(
                [
                    f"{one['crystal']} ({one['supercell_atoms']})",
                    one["mesh"],
                    ", ".join(constants),
                    f"{one['rms_error']:.3f}",
                    f"{one['largest_error']:.3f}",
                    f"{one['cpu_seconds']:.0f}",
                ]
            )
    headings = ["crystal (atoms of the supercell)", "k-points", "of an atom on itself"]
    return table([*headings, "error, rms", "error, largest", "processor seconds"], rows)


KINDS: dict[str, Callable[[], str]] = {
    "force-constants": force_constants,
    "lattice-constants": lattice_constants,
    "supercell-meshes": supercell_meshes,
    "egg-box": egg_box,
    "side-by-side": side_by_side,
    "added": added,
    "ratios": ratios,
    "same-minimum": same_minimum,
    "equal-accuracy": equal_accuracy,
    "levers": levers,
    "error-budget": error_budget,
    "ranks": ranks,
    "overhead": overhead,
    "scale": scale,
    "scf-profile": scf_profile,
}
