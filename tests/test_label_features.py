import math

import numpy as np
import pandas as pd
import pytest

from artstyle.label_features import (
    clip_to_usual,
    describe_confidence,
    log_aspect,
    measure_centre_distance,
    standardise_within,
)


def test_confidence_of_a_small_example_is_as_computed_by_hand():
    probabilities = np.array([[0.5, 0.3, 0.2], [0.5, 0.3, 0.2], [0.0, 1.0, 0.0]])
    found = describe_confidence(np.array([0, 2, 0]), probabilities)
    assert found["own_probability"].tolist() == [0.5, 0.2, 0.0]
    assert found["margin"].tolist() == pytest.approx([-0.2, 0.3, 1.0])
    assert found["rank"].tolist() == [1, 3, 2]
    entropy = -(0.5 * math.log(0.5) + 0.3 * math.log(0.3) + 0.2 * math.log(0.2))
    assert found["entropy"].tolist() == pytest.approx([entropy, entropy, 0])


def test_distance_is_to_the_centre_of_other_artists_relative_to_the_median():
    points = np.array([[0.0], [2.0], [4.0], [10.0]])
    artists = np.array(["a", "b", "c", "c"])
    # Centres without the own artist: (2 + 4 + 10) / 3, (0 + 4 + 10) / 3, (0 + 2) / 2 twice.
    raw = np.array([16 / 3, 14 / 3 - 2, 3, 9])
    found = measure_centre_distance(points, np.zeros(4, int), artists, np.ones(4, bool))
    np.testing.assert_allclose(found, raw / np.median(raw))


def test_untrusted_works_are_measured_but_shift_no_centre():
    points = np.array([[0.0], [2.0], [100.0]])
    trusted = np.array([True, True, False])
    raw = np.array([2, 2, 99])
    found = measure_centre_distance(points, np.zeros(3, int), np.array(["a", "b", "c"]), trusted)
    np.testing.assert_allclose(found, raw / 2)


def test_a_class_of_one_artist_and_a_class_of_equal_works_are_usual():
    points = np.array([[0.0], [2.0], [5.0], [5.0]])
    labels, artists = np.array([0, 0, 1, 1]), np.array(["a", "a", "b", "c"])
    assert measure_centre_distance(points, labels, artists, np.ones(4, bool)).tolist() == [1, 1, 1, 1]


def test_standardised_columns_count_deviations_within_the_class():
    values = pd.DataFrame({"x": [1.0, 3.0, 10.0, 10.0], "y": [0.1 + 0.2, 0.3, 5.0, 7.0]})
    found = standardise_within(values, np.array([0, 0, 1, 1]))
    assert found["x"].tolist() == [-1, 1, 0, 0]
    assert found["y"].tolist() == [0, 0, -1, 1]


def test_only_the_side_that_speaks_against_a_label_keeps_its_differences():
    rows = {"own_probability": [0.1, 0.5, 0.9], "margin": [0.6, 0.0, -0.6], "rank": [4.0, 2.0, 1.0]}
    rows |= {"agreement": [0.2, 0.6, 0.8], "centre_distance": [1.5, 1.0, 0.5], "entropy": [0.1, 0.2, 0.3]}
    found = clip_to_usual(pd.DataFrame(rows), np.zeros(3, int))
    for name, values in rows.items():
        assert found[name].tolist() == [*values[:2], values[1]]


def test_what_is_usual_is_usual_for_the_class():
    values = {name: [0.1, 0.3, 0.7, 0.9] for name in ("own_probability", "margin", "rank", "entropy", "agreement")}
    values = pd.DataFrame({**values, "centre_distance": [0.1, 0.3, 0.7, 0.9]})
    found = clip_to_usual(values, np.array([0, 0, 1, 1]))
    assert found["own_probability"].tolist() == pytest.approx([0.1, 0.2, 0.7, 0.8])
    assert found["centre_distance"].tolist() == pytest.approx([0.2, 0.3, 0.8, 0.9])


def test_aspect_is_symmetric_around_the_square():
    paintings = pd.DataFrame({"width_px": [100, 200, 100], "height_px": [100, 100, 200]})
    assert log_aspect(paintings).tolist() == pytest.approx([0, math.log(2), -math.log(2)])
