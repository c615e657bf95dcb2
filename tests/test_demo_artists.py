import unicodedata

import numpy as np
import pytest

from artstyle.demo_artists import ARTISTS, PALETTES, WEAK_STRENGTH, choose_palette, choose_subject, describe_hand
from artstyle.demo_set import TASK_LABELS


def test_every_style_has_eight_artists_and_the_names_can_be_taken_apart():
    assert len(ARTISTS) == 10
    for style, artists in ARTISTS.items():
        assert len(set(artists)) == len(artists) >= 8, style
        for artist in artists:
            assert "_" not in artist and artist == unicodedata.normalize("NFC", artist)
    everybody = {artist for artists in ARTISTS.values() for artist in artists}
    assert any("." in artist for artist in everybody)
    assert any(not artist.isascii() for artist in everybody)


def test_some_artists_work_in_two_classes_of_the_task():
    classes = {}
    for style, artists in ARTISTS.items():
        for artist in artists:
            classes.setdefault(artist, set()).add(TASK_LABELS.get(style, style))
    assert sum(len(of_artist) == 2 for of_artist in classes.values()) == 5


def test_palettes_have_eight_colours_in_range():
    assert PALETTES.shape == (14, 8, 3)
    assert PALETTES.min() >= 0 and PALETTES.max() <= 255


@pytest.mark.parametrize("style", ARTISTS)
def test_hands_differ_and_a_quarter_is_weak(style):
    hands = [describe_hand(style, artist, 1) for artist in ARTISTS[style]]
    assert len({hand.stroke for hand in hands}) == len(hands)
    weak = sum(hand.strength < WEAK_STRENGTH for hand in hands)
    assert weak == len(hands) // 4
    assert describe_hand(style, ARTISTS[style][0], 1) == hands[0] != describe_hand(style, ARTISTS[style][0], 2)


def test_an_artist_has_favourite_palettes_and_subjects():
    rng = np.random.default_rng(0)
    palettes = np.stack([choose_palette("ada-morel", 1, rng) for _ in range(80)])
    assert palettes.min() >= 0 and palettes.max() <= 255
    likeness = [int(np.argmin([np.abs(p / p.mean() - q / q.mean()).sum() for q in PALETTES])) for p in palettes]
    assert np.sort(np.bincount(likeness))[-2:].sum() > 40
    assert {choose_subject("Minimalism", "greta-holmvik", 1, rng) for _ in range(20)} == {"abstract_painting"}
    assert len({choose_subject("Cubism", "anselm-rouvier", 1, rng) for _ in range(60)}) == 4
