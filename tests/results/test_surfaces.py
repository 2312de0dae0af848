"""Documents of surface energies: arithmetic, guards, sentences, references, picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from pydantic import ValidationError

from wadflow.errors import InputError, SettingsMismatchError
from wadflow.results.adhesion import EV_PER_ANGSTROM2
from wadflow.results.surface_documents import SurfaceDocument
from wadflow.results.surface_references import face_data, read_surface_data, solid_data
from wadflow.results.surfaces import (
    FinishedFace,
    experiment_sentences,
    thickness_sentence,
)
from wadflow.results.wulff_pictures import draw_wulff

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    Settings = Callable[..., dict[str, Any]]

AREA = 12.0  # angstrom2, of the records' cell
BULK = -1.9  # eV per atom: that of the fixtures


def test_rigid_and_relaxed_values_come_out(make_surfaces: Callable[..., SurfaceDocument]) -> None:
    document = make_surfaces()
    values = {
        face.indices: (face.rigid.surface_energy, face.relaxed.surface_energy) for face in document.faces
    }
    assert values == {"(110)": pytest.approx((0.52, 0.50)), "(100)": pytest.approx((0.48, 0.46))}
    first = document.faces[0]
    assert first.relaxed.bulk_energy == pytest.approx(BULK)
    assert first.relaxed.bulk_difference == pytest.approx(0, abs=1e-9)
    assert first.relaxed.with_bulk == pytest.approx((0.50,) * 3)
    assert first.converged_with_thickness
    assert document.converged
    assert document.warnings == ()
    assert "converged with thickness within 0.02 J/m2" in thickness_sentence(first)


def test_it_survives_json_to_the_last_bit(make_surfaces: Callable[..., SurfaceDocument]) -> None:
    document = make_surfaces()
    assert SurfaceDocument.model_validate_json(document.model_dump_json()) == document


def test_a_scatter_over_thickness_is_said(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    document = make_surfaces(make_face(noise=0.02))
    (face,) = document.faces
    assert not face.converged_with_thickness
    assert face.rigid.spread == pytest.approx(0, abs=1e-9)
    # 20 meV on the last slab of 4, 8, 12 units moves the last pair's intercept by -2 x 20 meV.
    assert face.relaxed.spread == pytest.approx(0.04 * EV_PER_ANGSTROM2 / (2 * AREA))
    assert "NOT converged with thickness" in thickness_sentence(face)
    assert any("not converged with thickness" in warning for warning in document.warnings)


def test_the_bulk_apart_is_compared_not_used(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    changed = {"initial_energy": BULK - 0.01, "final_energy": BULK - 0.01}
    (face,) = make_surfaces(make_face(bulk=changed)).faces
    assert face.relaxed.surface_energy == pytest.approx(0.50)
    assert face.relaxed.bulk_difference == pytest.approx(0.01)
    assert face.relaxed.with_bulk[-1] == pytest.approx(0.50 + 12 * 0.01 * EV_PER_ANGSTROM2 / (2 * AREA))
    assert "+10.0 meV" in thickness_sentence(face)


def test_what_did_not_converge_is_said(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    document = make_surfaces(make_face(converged=False, max_force=0.3))
    assert not document.converged
    assert not document.faces[0].converged
    assert "did not converge: largest force 0.300" in document.warnings[0]


def test_a_protocol_that_proves_the_path_gives_no_result(
    make_surfaces: Callable[..., SurfaceDocument],
) -> None:
    assert "is no result" in make_surfaces(production=False, protocol="smoke").warnings[0]


SETTINGS = {
    "cutoff": {"cutoff": 500.0},
    "mesh": {"kpts": [10, 8, 1]},
    "smearing": {"smearing": {"name": "fermi-dirac", "width": 0.2}},
    "dipole layer": {"dipole_layer": True},
}


@pytest.mark.parametrize("changes", SETTINGS.values(), ids=SETTINGS)
def test_unequal_settings_of_slabs_are_refused(
    changes: dict[str, Any],
    make_surfaces: Callable[..., SurfaceDocument],
    make_face: Callable[..., FinishedFace],
    make_settings: Settings,
) -> None:
    with pytest.raises(SettingsMismatchError, match="do not come from equal settings"):
        make_surfaces(make_face(equal_settings=make_settings(**changes)))


def test_another_in_plane_cell_is_refused(
    make_surfaces: Callable[..., SurfaceDocument],
    make_face: Callable[..., FinishedFace],
    make_settings: Settings,
) -> None:
    cell = [[3.1, 0, 0], [0, 4, 0], [0, 0, 30]]
    with pytest.raises(SettingsMismatchError, match="its face 12"):
        make_surfaces(make_face(equal_settings=make_settings(cell=cell)))
    # The height may differ: slabs of several thicknesses have one vacuum.
    cell = [[3.0, 0, 0], [0, 4, 0], [0, 0, 50]]
    assert make_surfaces(make_face(equal_settings=make_settings(cell=cell))).converged


def test_a_bulk_of_another_mesh_is_refused(
    make_surfaces: Callable[..., SurfaceDocument],
    make_face: Callable[..., FinishedFace],
    make_settings: Settings,
) -> None:
    settings = make_settings(pbc=[True] * 3, kpts=[9, 9, 9], cell=[[3, 0, 0], [0, 4, 0], [1, 1, 2.5]])
    with pytest.raises(SettingsMismatchError, match="in-plane cell or its k-points"):
        make_surfaces(make_face(bulk={"equal_settings": settings}))


def test_static_slabs_and_no_faces_are_refused(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    energy = 12 * BULK
    with pytest.raises(InputError, match="slabs are relaxed"):
        make_surfaces(make_face(task="static", initial_energy=energy, final_energy=energy))
    with pytest.raises(InputError, match="there is no face"):
        make_surfaces(faces=())


def test_a_changed_number_is_noticed(make_surfaces: Callable[..., SurfaceDocument]) -> None:
    data = make_surfaces().model_dump(mode="json")
    data["faces"][0]["relaxed"]["surface_energy"] += 0.01
    with pytest.raises(ValidationError, match="does not follow from the energies"):
        SurfaceDocument.model_validate(data)
    data = make_surfaces().model_dump(mode="json")
    data["wulff"]["faces"][0]["area_fraction"] /= 2
    with pytest.raises(ValidationError, match="area fractions add up"):
        SurfaceDocument.model_validate(data)
    data = make_surfaces().model_dump(mode="json")
    data["wulff"] = None
    with pytest.raises(ValidationError, match="why there is none"):
        SurfaceDocument.model_validate(data)


def test_without_a_shape_there_is_a_reason(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    document = make_surfaces(lattice_symmetry_kept=False)
    assert document.wulff is None
    assert "less symmetry than its lattice" in str(document.wulff_reason)
    assert document.experiment == ()
    assert experiment_sentences(document) == []
    negative = make_surfaces(make_face(relaxed=-0.1))
    assert "not positive" in str(negative.wulff_reason)
    with pytest.raises(InputError, match="has no Wulff shape"):
        draw_wulff(negative)


def test_published_values_stand_beside_their_face(make_surfaces: Callable[..., SurfaceDocument]) -> None:
    published = {face.indices: face.published for face in make_surfaces().faces}
    assert [value.value for value in published["(110)"]] == [0.50]
    assert published["(100)"][0].difference == pytest.approx(0.0)
    assert "10.1038/sdata.2016.80" in published["(110)"][0].note
    assert not published["(110)"][0].confirmed
    other = make_surfaces(space_group=225)  # fcc lithium is not bcc lithium
    assert all(face.published == () for face in other.faces)


def test_experiment_is_compared_with_the_weighted_value(
    make_surfaces: Callable[..., SurfaceDocument],
) -> None:
    document = make_surfaces()
    assert document.wulff is not None
    weighted = document.wulff.weighted_surface_energy
    assert 0.46 < weighted < 0.50
    assert [value.value for value in document.experiment] == [0.52]
    assert document.experiment[0].difference == pytest.approx(weighted - 0.52)
    (sentence,) = experiment_sentences(document)
    for words in ("polycrystal", "tension of the liquid", "never beside one face", "Tyson"):
        assert words in sentence


def test_every_datum_has_a_source() -> None:
    data = read_surface_data()
    assert len(data) >= 8
    assert all(datum.source and datum.value > 0 for datum in data)
    assert {datum.kind for datum in data} == {"experiment", "PBE"}
    assert [datum.value for datum in solid_data("Na", 229)] == [0.26]
    assert face_data("Li", 229, (2, 1, 1)) == []


def visible_text(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def test_the_picture_says_what_the_document_says(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    faces = [make_face(), make_face((1, 0, 0), 0.48, 0.46), make_face((1, 1, 1), 0.9, 0.9)]
    figure = draw_wulff(make_surfaces(*faces))
    text = visible_text(figure)
    for words in ("Surfaces of bcc lithium", "{110}", "{100}", "0.500", "0.460", "absent", "a", "b", "c"):
        assert words in text
    assert any("protocol standard" in words for words in text)


def test_no_text_of_the_legend_lies_over_another(
    make_surfaces: Callable[..., SurfaceDocument], make_face: Callable[..., FinishedFace]
) -> None:
    indices = [(1, 1, 0), (1, 0, 0), (1, 1, 1), (2, 1, 1), (2, 1, 0)]
    figure = draw_wulff(make_surfaces(*(make_face(miller) for miller in indices)))
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in figure.texts]
    for number, box in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0
        assert box.x1 <= figure.bbox.x1
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])
