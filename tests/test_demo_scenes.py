import numpy as np
import pytest

from artstyle.demo_canvas import label_regions
from artstyle.demo_scenes import KINDS, compose_scene


@pytest.mark.parametrize("kind", KINDS)
def test_scene_covers_the_picture_and_shows_several_regions(kind):
    scene = compose_scene(kind, (120, 90), np.random.default_rng(3))
    labels = label_regions(scene)
    assert labels.shape == (90, 120)
    assert len(np.unique(labels)) >= 4
    assert scene.regions[0].depth == 0
    alone = label_regions(type(scene)(kind, scene.size, scene.regions[:1]))
    assert not alone.any()
    corners = np.array(scene.regions[0].points)
    assert corners.min() == 0 and tuple(corners.max(axis=0)) == (120, 90)


@pytest.mark.parametrize("kind", KINDS)
def test_scene_roles_are_places_in_a_palette(kind):
    for seed in range(20):
        regions = compose_scene(kind, (100, 100), np.random.default_rng(seed)).regions
        assert {region.role for region in regions} <= set(range(8))
        assert {region.depth for region in regions} <= set(range(4))
        assert len(regions) < 256


def test_same_seed_same_scene_other_seed_other_scene():
    first, again, other = (compose_scene("landscape", (90, 60), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
