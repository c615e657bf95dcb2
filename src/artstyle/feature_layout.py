"""What the cached features of a cut backbone look like: column ranges of vectors, shapes of maps (no TensorFlow)."""

from typing import Any

from artstyle.parameters import check_number

# Name of the top map beside the feature levels.
TOP = "top"
# Levels whose maps the convolutional-recurrent head reads.
MAP_LEVELS = ("8", "16", "32")


def describe_columns(backbone) -> dict[str, Any]:
    """Return the column ranges of the pooled features: statistics below the cut, above the cut, mean of the top map."""
    lower = sum(2 * level.shape[-1] for level in backbone.lower.outputs[1:])
    upper = sum(2 * level.shape[-1] for level in backbone.upper.outputs[:-1])
    top = backbone.upper.outputs[-1].shape[-1]
    ends = [0, lower, lower + upper, lower + upper + top]
    names = ("lower_statistics", "upper_statistics", "top_mean")
    return {"columns": {name: [ends[i], ends[i + 1]] for i, name in enumerate(names)}, "n_columns": ends[-1]}


def describe_covariances(backbone, channels: int) -> dict[str, Any]:
    """Return the column ranges of the covariances of all levels below and above the cut; no ranges without any.

    Args:
        channels: most channels of a level of which covariances are taken; 0 = none are kept.
    """
    check_number("extract_features.covariance_channels", channels, 0, 512, whole=True)
    if not channels:
        return {"covariance_channels": 0, "covariance_columns": {}}
    sizes = [
        sum(_count_covariances(size, channels) for name in names for size in backbone.channels[name])
        for names in (backbone.lower_levels, backbone.upper_levels)
    ]
    ranges = {"lower_covariances": [0, sizes[0]], "upper_covariances": [sizes[0], sum(sizes)]}
    return {"covariance_channels": channels, "covariance_columns": ranges}


def _count_covariances(size: int, channels: int) -> int:
    kept = min(size, channels)
    return kept * (kept + 1) // 2


def describe_members(backbone, channels: int) -> list[dict[str, list[list[int]]]]:
    """Return for each of the backbones side by side the column ranges that are its own, by the vector they lie in.

    Args:
        channels: as in `describe_covariances`.

    Returns:
        `pooled`, `covariances` and the maps by name, each a list of ranges [start, end]; of covariances none if none
        are kept.
    """
    levels = (*backbone.lower_levels, *backbone.upper_levels)
    members = [{"pooled": [], "covariances": []} for _ in backbone.channels[TOP]]
    # As `build_extractor` lays them out: means and deviations of each level, the mean of the top map.
    pooled = [name for name in levels for _ in ("mean", "deviation")] + [TOP]
    _deal_ranges(members, "pooled", [backbone.channels[name] for name in pooled])
    if channels:
        counts = [tuple(_count_covariances(c, channels) for c in backbone.channels[name]) for name in levels]
        _deal_ranges(members, "covariances", counts)
    for name in describe_maps(backbone):
        for member in members:
            member[name] = []
        _deal_ranges(members, name, [backbone.channels[name.removeprefix("level_")]])
    return members


def _deal_ranges(members: list[dict[str, list[list[int]]]], name: str, sizes: list[tuple[int, ...]]) -> None:
    start = 0
    for each in sizes:
        for member, size in zip(members, each, strict=True):
            member[name].append([start, start + size])
            start += size


def describe_maps(backbone) -> dict[str, list[int]]:
    """Return the shape (h, w, c) of each level's map as it is kept, by name, fine to coarse.

    A map more than twice as large as the coarsest is averaged down to twice its size: the cache would grow fourfold
    with each level otherwise, and the fine texture is in the pooled statistics.
    """
    shapes = {}
    names = (*backbone.lower_levels, *backbone.upper_levels)
    for name, level in zip(names, find_levels(backbone), strict=True):
        if name in MAP_LEVELS:
            shapes[f"level_{name}"] = list(level.shape[1:])
    largest = 2 * min(height for height, _, _ in shapes.values())
    return {name: [min(h, largest), min(w, largest), c] for name, (h, w, c) in shapes.items()}


def find_levels(backbone) -> list:
    """Return the outputs of a cut backbone that are feature levels, fine to coarse."""
    return [*backbone.lower.outputs[1:], *backbone.upper.outputs[:-1]]
