"""Groups: names that stand for several interfaces of the catalog."""

from __future__ import annotations

import pytest

from wadflow.errors import InputError
from wadflow.interfaces.definition import list_definitions
from wadflow.interfaces.groups import load_definitions, load_groups


def test_every_member_is_in_the_catalog_and_no_group_hides_an_interface() -> None:
    catalog = set(list_definitions())
    for name, group in load_groups().items():
        assert set(group.members) <= catalog, name
        assert name not in catalog


def test_every_interface_of_the_catalog_is_in_some_group() -> None:
    grouped = {member for group in load_groups().values() for member in group.members}
    assert grouped == set(list_definitions())


def test_the_source_has_its_four_interfaces_each_with_its_published_value() -> None:
    values = [one.source.work_of_adhesion for one in load_definitions(["source"]) if one.source]
    assert values == [-1.01, -1.21, -6.43, -7.92]


def test_what_is_named_twice_comes_once_and_order_is_kept() -> None:
    names = [one.name for one in load_definitions(["li2o001-li2o001", "source", "na110-na110"])]
    assert names[0] == "li2o001-li2o001"
    assert names[-1] == "na110-na110"
    assert len(names) == len(set(names)) == 5


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(InputError, match="sauce"):
        load_definitions(["sauce"])
