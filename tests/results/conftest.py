"""Builders of records for the tests of the results room.

The fixtures have session scope because hypothesis runs one test function many times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.results.adhesion import EV_PER_ANGSTROM2, combine
from wadflow.results.documents import AdhesionDocument, CalculationRecord, PawDataset, SideRecord
from wadflow.results.surface_documents import SlabRecord, SurfaceDocument
from wadflow.results.surfaces import FinishedFace, combine_surfaces

if TYPE_CHECKING:
    from collections.abc import Callable

    Record = Callable[..., CalculationRecord]
    Settings = Callable[..., dict[str, Any]]

CELL = [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 30.0]]
AREA = 12.0  # angstrom2, |a x b| of CELL
BULK = -1.9  # eV per atom
UNITS = (4, 8, 12)  # formula units of the slabs of a face
CUBIC = [[3.44, 0.0, 0.0], [0.0, 3.44, 0.0], [0.0, 0.0, 3.44]]


def settings(**changes: Any) -> dict[str, Any]:
    """Settings of a calculation, some of them changed."""
    return {
        "xc": "PBE",
        "cutoff": 400.0,
        "kpts": [12, 8, 1],
        "smearing": {"name": "fermi-dirac", "width": 0.1},
        "cell": CELL,
        "pbc": [True, True, False],
        "dipole_layer": False,
        "convergence": {"energy": 1e-6},
        "paw": "default",
        **changes,
    }


def paw(symbol: str, **changes: Any) -> PawDataset:
    """One PAW data set."""
    values = {"name": f"{symbol}.PBE", "fingerprint": f"print-{symbol}", "valence_electrons": 1}
    return PawDataset.model_validate({"symbol": symbol, **values, **changes})


def record(role: str, initial: float, final: float | None = None, **changes: Any) -> CalculationRecord:
    """One calculation: relaxed if a final energy is given."""
    formula = changes.pop("formula", "Li8" if role == "AB" else "Li4")
    symbols = [symbol for symbol in ("Li", "O", "Na") if symbol in formula]
    values = {
        "key": f"key-{role}",
        "label": f"label of {role}",
        "role": role,
        "task": "static" if final is None else "relax",
        "formula": formula,
        "n_atoms": 8 if role == "AB" else 4,
        "initial_energy": initial,
        "final_energy": initial if final is None else final,
        "max_force": 0.01,
        "n_ionic_steps": 1 if final is None else 5,
        "converged": True,
        "equal_settings": settings(),
        "paw": [paw(symbol) for symbol in symbols],
        "versions": {"gpaw": "26.7.0"},
        "cores": 2,
        "cpu_seconds": 2.0,
        "wall_seconds": 1.0,
        "from_archive": False,
    }
    return CalculationRecord.model_validate({**values, **changes})


def side(**changes: Any) -> SideRecord:
    """One side of an interface: four planes of Li(110), unstrained."""
    values = {
        "crystal": "Li",
        "miller": [1, 1, 0],
        "planes": 4,
        "termination": "Li",
        "tasker_class": None,
        "polar_model": "ideal",
        "strain": [[0.0, 0.0], [0.0, 0.0]],
        "strain_measure": 0.0,
        "strain_energy": 0.0,
    }
    return SideRecord.model_validate({**values, **changes})


def document(**changes: Any) -> AdhesionDocument:
    """Combine AB, A and B of a relaxed Li(110)/Li(110), some arguments changed."""
    arguments: dict[str, Any] = {
        "name": "li110-li110",
        "title": "Li(110) / Li(110)",
        "protocol": "standard",
        "production": True,
        "area": AREA,
        "n_interfaces": 1,
        "faces_differ": False,
        "lower": side(),
        "upper": side(),
        "ab": record("AB", -20.0, -20.1),
        "a": record("A", -9.6, -9.7),
        "b": record("B", -9.6, -9.65),
        "created": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        "wadflow_version": "0.1.0",
    }
    return combine(**{**arguments, **changes})


@pytest.fixture(scope="session")
def make_settings() -> Callable[..., dict[str, Any]]:
    """`settings`: the settings of a calculation."""
    return settings


@pytest.fixture(scope="session")
def make_paw() -> Callable[..., PawDataset]:
    """`paw`: one PAW data set."""
    return paw


@pytest.fixture(scope="session")
def make_record() -> Callable[..., CalculationRecord]:
    """`record`: one calculation."""
    return record


@pytest.fixture(scope="session")
def make_side() -> Callable[..., SideRecord]:
    """`side`: one side of an interface."""
    return side


@pytest.fixture(scope="session")
def make_document() -> Callable[..., AdhesionDocument]:
    """`document`: a combined work of adhesion."""
    return document


@pytest.fixture(scope="session")
def make_face(make_record: Record, make_settings: Settings) -> Callable[..., FinishedFace]:
    """One face whose slabs lie on a line; `noise` (eV) moves the relaxed thickest one off it."""

    def face(
        miller: tuple[int, int, int] = (1, 1, 0),
        rigid: float = 0.52,
        relaxed: float = 0.50,
        noise: float = 0.0,
        bulk: dict[str, Any] | None = None,
        **thickest: Any,
    ) -> FinishedFace:
        slabs = []
        for n in UNITS:
            costs = [2 * gamma * AREA / EV_PER_ANGSTROM2 for gamma in (rigid, relaxed)]
            last = n == UNITS[-1]
            changes = {"formula": f"Li{n}", "n_atoms": n, "key": f"{miller}-{n}", "label": f"{miller} {n}"}
            record = make_record(
                "slab",
                n * BULK + costs[0],
                n * BULK + costs[1] + (noise if last else 0.0),
                **{**changes, **(thickest if last else {})},
            )
            slabs.append(SlabRecord(planes=n, n_units=n, thickness=2.5 * (n - 1), calculation=record))
        settings = make_settings(
            pbc=[True, True, True], kpts=[12, 8, 9], cell=[[3, 0, 0], [0, 4, 0], [1, 1, 2.5]]
        )
        values = {"formula": "Li", "n_atoms": 1, "key": f"{miller}-bulk", "equal_settings": settings}
        return FinishedFace(
            miller=miller,
            family=miller,
            termination="Li",
            tasker_class=None,
            area=AREA,
            slabs=tuple(slabs),
            bulk=make_record("bulk", BULK, **{**values, **(bulk or {})}),
            bulk_units=1,
        )

    return face


@pytest.fixture(scope="session")
def make_surfaces(make_record: Record, make_face: Callable[..., FinishedFace]) -> Callable[..., Any]:
    """Combine faces of lithium, some arguments changed."""

    def surfaces(*faces: FinishedFace, **changes: Any) -> SurfaceDocument:
        arguments: dict[str, Any] = {
            "name": "li",
            "title": "Surfaces of bcc lithium",
            "crystal": "Li",
            "formula": "Li",
            "space_group": 229,
            "lattice": CUBIC,
            "lattice_symmetry_kept": True,
            "protocol": "standard",
            "production": True,
            "bulk": make_record("bulk", BULK, BULK, formula="Li", n_atoms=1),
            "faces": faces or (make_face(), make_face((1, 0, 0), 0.48, 0.46)),
            "created": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "wadflow_version": "0.1.0",
        }
        return combine_surfaces(**{**arguments, **changes})

    return surfaces
