"""Find pictures that show the same work: equal, resized, recompressed, or (looser) photographed once more."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from artstyle.parameters import check_number

_ROWS = 512
_PAIRS = 2000


def find_exact(digests: list[bytes]) -> np.ndarray:
    """Return int (n_pairs, 2): each picture with an earlier one of equal digest, paired with the first such."""
    first: dict[bytes, int] = {}
    pairs = [(first.setdefault(digest, index), index) for index, digest in enumerate(digests)]
    return np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)


def find_alike(
    looks: np.ndarray,
    thumbnails: np.ndarray,
    *,
    place: str,
    max_distance_bits: int,
    max_residual: float,
    max_difference: float,
    min_contrast: float,
) -> np.ndarray:
    """Return int (n_pairs, 2): pictures that are alike, the smaller index first, in rising order.

    Candidates have perceptual hashes that differ in few bits (Zauner 2010, "Implementation and Benchmarking of
    Perceptual Image Hash Functions", section 3.2). Their thumbnails must then agree by pixels, both in grey levels
    and in proportion to the weaker contrast of the two, because plain canvases have hashes that mean nothing.

    Args:
        looks: uint64 (n,), perceptual hashes.
        thumbnails: uint8 (n, side, side, 3).
        place: name of the parameters in params.yaml, for messages.
        max_distance_bits: differing bits of the hash, 0..64.
        max_residual: root mean square difference of the thumbnails, divided by the weaker contrast; 0 is equal.
        max_difference: root mean square difference in grey levels, 0..255.
        min_contrast: a picture whose thumbnail has a smaller standard deviation (its strongest band, in grey levels)
            is plain, and alike to none.
    """
    check_number(f"{place}.max_distance_bits", max_distance_bits, 0, 64, whole=True)
    check_number(f"{place}.max_residual", max_residual, 0, 10)
    check_number(f"{place}.max_difference", max_difference, 0, 255)
    check_number(f"{place}.min_contrast", min_contrast, 0, 255)
    contrast = _measure_contrast(thumbnails)
    textured = np.flatnonzero((contrast >= min_contrast) & (contrast > 0))
    found = [np.empty((0, 2), dtype=np.int64)]
    for pairs in _find_candidates(looks[textured], max_distance_bits):
        left, right = textured[pairs].T
        gaps = thumbnails[left].astype(np.float32) - thumbnails[right]  # (n_pairs, side, side, 3)
        difference = np.sqrt(np.square(gaps).mean(axis=(1, 2, 3)))
        residual = difference / np.minimum(contrast[left], contrast[right])
        found.append(textured[pairs[(residual <= max_residual) & (difference <= max_difference)]])
    return np.concatenate(found)


def label_groups(n: int, *pairs: np.ndarray) -> np.ndarray:
    """Return int (n,): the same number for all that are linked by pairs, directly or through others."""
    left, right = np.concatenate(pairs).T
    links = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return connected_components(links, directed=False)[1]


def _measure_contrast(thumbnails: np.ndarray) -> np.ndarray:
    blocks = [thumbnails[start : start + _PAIRS] for start in range(0, len(thumbnails), _PAIRS)]
    return np.concatenate([np.zeros(0)] + [block.std(axis=(1, 2)).max(axis=1) for block in blocks])


def _find_candidates(looks: np.ndarray, max_distance_bits: int) -> Iterator[np.ndarray]:
    for start in range(0, len(looks), _ROWS):
        # Only later pictures: each pair comes once.
        distance = np.bitwise_count(looks[start : start + _ROWS, None] ^ looks[None, start:])
        left, right = np.nonzero(distance <= max_distance_bits)
        pairs = np.stack([left, right], axis=1)[right > left] + start
        for first in range(0, len(pairs), _PAIRS):
            yield pairs[first : first + _PAIRS]
