import numpy as np
import pytest

from artstyle.mixing import cut_batch, draw_mixes, leave_batch, mix_batch


def test_weights_of_zero_mix_without_harm():
    inputs, labels = {"pooled": np.ones((2, 1), np.float32)}, np.eye(2, dtype=np.float32)
    _, mixed, weights = mix_batch(inputs, labels, np.zeros(2, np.float32), np.float32(0.3))
    assert np.isfinite(mixed).all()
    assert weights.tolist() == [0, 0]


def test_mixing_is_the_mean_of_neighbours_and_the_loss_is_the_mean_of_their_losses():
    inputs = {"boundary": np.float32([[0.0], [4.0]]), "lower_statistics": np.float32([[10.0], [20.0]])}
    labels, weights = np.eye(2, dtype=np.float32), np.float32([1.0, 3.0])
    mixed, mixed_labels, mixed_weights = mix_batch(inputs, labels, weights, np.float32(0.75))
    np.testing.assert_allclose(mixed["boundary"], [[1.0], [3.0]])  # 0.75 x 0 + 0.25 x 4; 0.75 x 4 + 0.25 x 0
    np.testing.assert_allclose(mixed["lower_statistics"], [[12.5], [17.5]])
    np.testing.assert_allclose(mixed_weights, [1.5, 2.5])
    np.testing.assert_allclose(mixed_labels * mixed_weights[:, None], [[0.75, 0.75], [0.25, 2.25]])
    np.testing.assert_allclose(mixed_labels.sum(axis=1), 1)


def test_a_rectangle_of_the_neighbour_comes_into_every_map_at_the_same_place():
    fine = np.stack([np.zeros((4, 4, 1)), np.ones((4, 4, 1))]).astype(np.float32)
    inputs = {"fine": fine, "coarse": fine[:, ::2, ::2], "pooled": np.float32([[0.0], [8.0]])}
    labels, weights = np.eye(2, dtype=np.float32), np.float32([1.0, 3.0])
    # a quarter of the area: half of each side, at the bottom and on the left
    mixed, mixed_labels, mixed_weights = cut_batch(inputs, labels, weights, area=0.25, place=(1.0, 0.0))
    expected = np.zeros((4, 4))
    expected[2:, :2] = 1
    np.testing.assert_array_equal(mixed["fine"][0, ..., 0], expected)
    np.testing.assert_array_equal(mixed["fine"][1, ..., 0], 1 - expected)
    np.testing.assert_array_equal(mixed["coarse"][0, ..., 0], [[0, 0], [1, 0]])
    np.testing.assert_allclose(mixed["pooled"], [[2.0], [6.0]])  # 0.75 x 0 + 0.25 x 8
    np.testing.assert_allclose(mixed_weights, [1.5, 2.5])
    np.testing.assert_allclose(mixed_labels * mixed_weights[:, None], [[0.75, 0.75], [0.25, 2.25]])
    assert (inputs["fine"][0] == 0).all()  # the batch itself is left alone


def test_the_share_is_that_of_what_was_cut_in_every_map():
    fine = np.stack([np.zeros((14, 14, 1)), np.ones((14, 14, 1))]).astype(np.float32)
    inputs = {"fine": fine, "coarse": fine[:, ::2, ::2], "pooled": np.float32([[0.0], [1.0]])}
    labels, weights = np.eye(2, dtype=np.float32), np.ones(2, np.float32)
    for area in (0.02, 0.3, 0.55):  # one, four and five of seven cells: shares of 1, 16 and 25 of 49
        mixed, mixed_labels, _ = cut_batch(inputs, labels, weights, area=area, place=(0.3, 0.8))
        share = round(7 * area**0.5) ** 2 / 49
        assert mixed_labels[0, 1] == pytest.approx(share, abs=1e-6) == mixed["pooled"][0, 0]
        assert mixed["fine"][0].mean() == pytest.approx(share, abs=1e-6) == mixed["coarse"][0].mean()
        np.testing.assert_array_equal(mixed["fine"][:, ::2, ::2], mixed["coarse"])


@pytest.mark.parametrize(("area", "taken"), [(0.0, 0), (1.0, 9)])
def test_nothing_or_everything_is_cut_out(area, taken):
    maps = np.stack([np.zeros((3, 3, 1)), np.ones((3, 3, 1))]).astype(np.float32)
    mixed, _, _ = cut_batch({"map": maps}, np.eye(2, dtype=np.float32), np.ones(2, np.float32), area, (0.5, 0.5))
    assert mixed["map"][0].sum() == taken


def kinds(mixes):
    return {mix.func for mix in mixes}


def test_each_kind_is_drawn_when_its_parameter_is_above_zero():
    assert set(draw_mixes(np.random.default_rng(1), 20, 0, 0)) == {leave_batch}
    assert kinds(draw_mixes(np.random.default_rng(1), 20, 0.2, 0)) == {mix_batch}
    assert kinds(draw_mixes(np.random.default_rng(1), 20, 0, 1.0)) == {cut_batch}
    assert kinds(draw_mixes(np.random.default_rng(1), 20, 0.2, 1.0)) == {mix_batch, cut_batch}


def test_same_seed_same_mixes():
    one, two, other = (draw_mixes(np.random.default_rng(seed), 30, 0.2, 1.0) for seed in (1, 1, 2))
    assert [mix.keywords for mix in one] == [mix.keywords for mix in two] != [mix.keywords for mix in other]
    areas = [mix.keywords["area"] for mix in one if mix.func is cut_batch]
    assert 5 < len(areas) < 25
    assert len(set(areas)) == len(areas)
