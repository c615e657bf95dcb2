"""Stage extract_features: run every picture through the frozen backbone once, plain and augmented."""

from pathlib import Path

from artstyle.cache_needs import check_needs
from artstyle.features import extract_features as extract
from artstyle.packing import open_pack
from artstyle.parameters import call
from artstyle.stage import run_stage
from artstyle.tables import read_table

PARAMETERS = ("extract_features", "backbone", "threads")


def main(pack: Path, paintings: Path, features: Path, *, extract_features: dict, backbone: str) -> None:
    """Run every picture through the frozen backbone once, plain and augmented, and keep the results."""
    check_needs(Path("params.yaml"), extract_features)
    table = read_table(paintings, ["painting", "offset", "pack_height_px", "pack_width_px"])
    pixels = open_pack(pack)
    call(extract, pixels, table, features, section="extract_features", values=extract_features, backbone=backbone)


if __name__ == "__main__":
    run_stage(main, PARAMETERS)
