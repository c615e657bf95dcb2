import numpy as np
import pytest

from artstyle.errors import UserError
from artstyle.oeuvres import (
    CANDIDATES,
    Oeuvre,
    find_companions,
    find_oeuvre,
    open_oeuvre,
    read_oeuvre,
)
from artstyle.tables import write_json

EVEN = Oeuvre(1.0, (0.5, 0.5))
ALIKE = np.array([[0.6, 0.4], [0.6, 0.4]])


def test_two_works_that_agree_make_each_other_surer():
    # x : 1 - x = 0.6 (0.5 + x) : 0.4 (1.5 - x), hence x^2 / 2 + 3 x / 4 - 3 / 4 = 0.
    expected = -0.75 + np.sqrt(0.75**2 + 1.5)
    found = EVEN.apply(ALIKE, np.array(["a", "a"]))
    np.testing.assert_allclose(found, [[expected, 1 - expected]] * 2, atol=1e-6)


def test_two_works_that_contradict_each_other_come_to_rest():
    # x and 1 - x: x (0.5 + x) = 9 (1.5 - x) (1 - x), hence 8 x^2 - 23 x + 13.5 = 0.
    expected = (23 - np.sqrt(23**2 - 4 * 8 * 13.5)) / 16
    found = EVEN.apply(np.array([[0.9, 0.1], [0.1, 0.9]]), np.array(["a", "a"]))
    np.testing.assert_allclose(found, [[expected, 1 - expected], [1 - expected, expected]], atol=1e-6)


def test_a_work_that_speaks_for_a_rare_class_speaks_louder():
    # Shares 0.8 and 0.2: evidence 0.6 / 0.8 and 0.4 / 0.2; x : 1 - x = 0.75 (0.8 + x) : 2 (0.2 + 1 - x).
    expected = Oeuvre(1.0, (0.8, 0.2)).apply(ALIKE, np.array(["a", "a"]))[0, 0]
    assert expected / (1 - expected) == pytest.approx(0.75 * (0.8 + expected) / (2 * (1.2 - expected)), abs=1e-6)
    assert expected < 0.6


def test_a_work_alone_or_of_nobody_keeps_its_probabilities_at_any_temperature():
    rows = np.array([[0.6, 0.4], [0.7, 0.3], [0.8, 0.2]])
    found = Oeuvre(1.0, (0.5, 0.5), 3.0).apply(rows, np.array(["a", "", ""]))
    np.testing.assert_array_equal(found, rows)
    assert len(Oeuvre(1.0, (0.5, 0.5)).apply(np.zeros((0, 2)), np.array([], str))) == 0


def test_artists_are_judged_apart_and_the_order_of_works_changes_nothing():
    rows = np.array([[0.6, 0.4], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
    artists = np.array(["a", "b", "a", "b"])
    found = EVEN.apply(rows, artists)
    np.testing.assert_allclose(found[[0, 2]], EVEN.apply(ALIKE, np.array(["a", "a"])))
    np.testing.assert_allclose(EVEN.apply(rows[::-1], artists[::-1])[::-1], found)


def test_a_high_concentration_judges_each_work_alone_and_zeros_stay_finite():
    np.testing.assert_allclose(Oeuvre(1e9, (0.5, 0.5)).apply(ALIKE, np.array(["a", "a"])), ALIKE, atol=1e-6)
    sure = EVEN.apply(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]), np.array(["a", "a", "a"]))
    assert np.isfinite(sure).all()
    np.testing.assert_allclose(sure.sum(axis=1), 1)


def test_the_temperature_divides_the_logarithms_of_works_with_companions():
    plain = EVEN.apply(ALIKE, np.array(["a", "a"]))[0]
    cooled = Oeuvre(1.0, (0.5, 0.5), 2.0).apply(ALIKE, np.array(["a", "a"]))[0]
    assert np.log(cooled[0] / cooled[1]) == pytest.approx(np.log(plain[0] / plain[1]) / 2)


def test_what_classes_count_more_is_taken_out_before_and_put_back_after():
    # The same evidence, once for shares of 0.8 and 0.2, once for classes that are all alike: 1 / 0.8 and 1 / 0.2.
    natural, artists = np.array([[0.9, 0.1], [0.7, 0.3], [0.85, 0.15]]), np.array(["a", "a", "b"])
    weights = np.array([1 / 0.8, 1 / 0.2])
    alike = natural * weights / (natural * weights).sum(axis=1, keepdims=True)
    expected = Oeuvre(1.0, (0.8, 0.2), 1.5).apply(natural, artists) * weights
    found = Oeuvre(1.0, (0.8, 0.2), 1.5, tuple(weights)).apply(alike, artists)
    np.testing.assert_allclose(found, expected / expected.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(found[2], alike[2])


def test_works_that_none_speaks_for_a_class_are_not_given_it_where_classes_count_alike():
    balance = np.array([1 / 0.9, 1 / 0.1])
    oeuvre = Oeuvre(1.0, (0.9, 0.1), 1.128, tuple(balance))
    assert (oeuvre.apply(np.array([[0.6, 0.4]] * 10), np.array(["a"] * 10))[:, 0] > 0.6).all()


def test_the_shares_are_those_without_the_balance():
    rows, labels, artists = draw(one_class=True)
    weights = np.array([1.0, 3.0])
    heavy = rows * weights / (rows * weights).sum(axis=1, keepdims=True)
    found = find(heavy, labels, artists, balances=[weights])
    np.testing.assert_allclose(found.shares, rows.mean(axis=0), atol=1e-5)
    assert found.balance == (1, 3)
    assert found.concentration == find(rows, labels, artists).concentration


def test_of_two_balances_the_one_that_validation_speaks_for_is_taken():
    rows, labels, artists = draw(one_class=True)
    weights = np.array([1.0, 30.0])
    assert find(rows, labels, artists, balances=[weights, None]).balance == ()
    heavy = rows * weights / (rows * weights).sum(axis=1, keepdims=True)
    assert find(heavy, labels, artists, balances=[weights, None]).balance == (1, 30)


def test_a_balance_far_from_even_stays_a_number():
    rows, labels, artists = draw(one_class=True)
    steep = np.array([1.0, 1e20])  # shares of 100 : 1 to the power of 10
    found = find(rows, labels, artists, balances=[steep])
    assert read_oeuvre(found.as_json(), 2) == found
    assert np.isfinite(found.apply(rows, artists)).all()


def test_nobody_has_no_companions():
    rows, group = find_companions(np.array(["b", "", "a", "b", "", "c", "c"]))
    assert rows.tolist() == [0, 3, 5, 6]
    assert group.tolist() == [0, 0, 1, 1]


def find(rows, labels, artists, **changed) -> Oeuvre:
    return find_oeuvre(
        rows, labels, artists, **{"balances": [None], "concentration": None, "calibration": "none"} | changed
    )


def draw(one_class: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return probabilities (0.7 for a class that is right in 7 of 10 cases), labels and artists of 60 artists."""
    random = np.random.default_rng(3)
    artists = np.repeat([f"a{i}" for i in range(60)], 10)
    labels = np.repeat(random.integers(0, 2, 60), 10) if one_class else random.integers(0, 2, 600)
    called = np.where(random.random(600) < 0.7, labels, 1 - labels)
    return np.where(np.arange(2) == called[:, None], 0.7, 0.3), labels, artists


def test_validation_finds_how_much_works_of_an_artist_have_in_common():
    rows, labels, artists = draw(one_class=True)
    alike = find(rows, labels, artists)
    assert alike.concentration == CANDIDATES[0]
    assert alike.temperature == 1
    np.testing.assert_allclose(alike.shares, rows.mean(axis=0), atol=1e-6)
    right = alike.apply(rows, artists).argmax(axis=1) == labels
    assert right.mean() > (rows.argmax(axis=1) == labels).mean() + 0.1
    rows, labels, artists = draw(one_class=False)
    assert find(rows, labels, artists).concentration >= 256


def test_a_given_concentration_is_kept_and_the_temperature_is_fitted_to_it():
    rows, labels, artists = draw(one_class=False)
    found = find(rows, labels, artists, concentration=1.0, calibration="temperature")
    assert found.concentration == 1
    assert found.temperature > 1.5  # works that have nothing in common: what companions say makes it far too sure
    alone = find(rows, labels, np.array([""] * 600), calibration="temperature")
    assert alone == Oeuvre(CANDIDATES[-1], alone.shares)


def test_an_export_is_read_as_it_was_written_and_others_are_named(tmp_path):
    oeuvre = Oeuvre(2.0, (0.25, 0.75), 1.3)
    assert read_oeuvre(oeuvre.as_json(), 2) == oeuvre
    for name, value in (("concentration", "x"), ("concentration", 10**400), ("shares", None), ("balance", 1)):
        with pytest.raises(ValueError, match="needs a concentration, a temperature, shares and balance"):
            read_oeuvre({**oeuvre.as_json(), name: value}, 2)
    for values in (None, {}, {"concentration": 1, "temperature": 1}):
        with pytest.raises(ValueError, match="needs a concentration, a temperature, shares and balance"):
            read_oeuvre(values, 2)
    for name in ("concentration", "temperature"):
        for value in (0, float("nan"), float("inf")):
            with pytest.raises(ValueError, match="all above 0"):
                read_oeuvre({**oeuvre.as_json(), name: value}, 2)
    with pytest.raises(ValueError, match="3 shares"):
        read_oeuvre(oeuvre.as_json(), 3)
    for name, value in (("shares", [5, 5]), ("balance", [1])):
        with pytest.raises(ValueError, match="2 shares of 1"):
            read_oeuvre({**oeuvre.as_json(), name: value}, 2)
    (tmp_path / "model.weights.h5").touch()
    facts = {"architecture": {"classes": ["a", "b"]}, "oeuvre": oeuvre.as_json()}
    write_json(tmp_path / "model.json", facts)
    assert open_oeuvre(tmp_path) == oeuvre
    write_json(tmp_path / "model.json", {**facts, "architecture": {"classes": ["a", "b", "c"]}})
    with pytest.raises(UserError, match=r"model\.json: oeuvre needs .* 3 shares"):
        open_oeuvre(tmp_path)
    write_json(tmp_path / "model.json", {"oeuvre": oeuvre.as_json()})
    with pytest.raises(UserError, match=r"model\.json: not the description"):
        open_oeuvre(tmp_path)
    write_json(tmp_path / "model.json", {})
    with pytest.raises(UserError, match="leave out --by-artist"):
        open_oeuvre(tmp_path)
