"""Builders of records for the tests of the results room.

The fixtures have session scope because hypothesis runs one test function many times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from wadflow.results.adhesion import combine
from wadflow.results.documents import AdhesionDocument, CalculationRecord, PawDataset, SideRecord

if TYPE_CHECKING:
    from collections.abc import Callable

CELL = [[3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 30.0]]
AREA = 12.0  # angstrom2, |a x b| of CELL


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
