from collections import Counter

from vietnam_provinces.lookup import WARD_MAPPING

from server.demo.facts import read_areas, read_former_areas, read_people


def test_the_communes_are_those_of_the_official_list() -> None:
    official = {
        (f"{int(ward.code):05}", ward.name, ward.division_type.value)
        for ward in WARD_MAPPING.values()
        if int(ward.province_code) == 91
    }
    province, *communes = read_areas()
    assert (province.code, province.name, province.kind, province.parent) == ("91", "Tỉnh An Giang", "tỉnh", "")
    assert {(area.code, area.name, area.kind) for area in communes} == official
    assert {area.parent for area in communes} == {"91"}
    assert Counter(area.kind for area in communes) == {"xã": 85, "phường": 14, "đặc khu": 3}


def test_every_commune_knows_what_it_was_made_of_and_every_former_unit_where_it_went() -> None:
    communes = {area.code: area for area in read_areas()[1:]}
    former = {area.code: area for area in read_former_areas()}
    assert len(former) == 298
    assert {(old, new) for new, area in communes.items() for old in area.merged_from} == {
        (old, new) for old, area in former.items() for new in area.successors
    }
    assert all(area.merged_from for area in communes.values())
    assert all(area.partly for area in former.values() if len(area.successors) > 1)


def test_a_code_that_is_used_again_belongs_to_a_commune_made_of_that_unit() -> None:
    communes = {area.code: area for area in read_areas()[1:]}
    reused = [area for area in read_former_areas() if area.code in communes]
    assert reused
    assert all(area.successors == (area.code,) for area in reused)


def test_former_units_come_from_the_two_provinces_that_became_one() -> None:
    assert Counter(area.province for area in read_former_areas()) == {"Tỉnh An Giang": 156, "Tỉnh Kiên Giang": 142}


def test_demo_people_have_every_role_and_areas_that_exist() -> None:
    codes = {area.code for area in read_areas()}
    people = read_people()
    assert len({person.person for person in people}) == len(people)
    assert Counter(person.role for person in people) == {
        "collaborator": 6,
        "coordinator": 1,
        "staff": 1,
        "administrator": 1,
    }
    assert all(set(person.areas) <= codes for person in people)
