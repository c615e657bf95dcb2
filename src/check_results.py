"""Run one committed row of a campaign again, every stage anew, and say whether its scores hold.

    python src/check_results.py --campaign balancing

Which row, and how much may differ, stands under `check` in experiments.yaml.
"""

import argparse
from pathlib import Path

from artstyle.campaigns import read_campaign
from artstyle.commands import tell_mistakes
from artstyle.results_check import check_row, find_check


def main() -> None:
    """Run, compare, and end with status 1 if a score differs by more than the tolerance."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--campaign", required=True, help="name in experiments.yaml")
    options = parser.parse_args()
    with tell_mistakes("check_results"):
        campaign = read_campaign(Path("experiments.yaml"), options.campaign)
        run, tolerance = find_check(options.campaign, campaign)
        print(f"check_results: {' '.join(run.command)}", flush=True)
        table = Path("results") / run.overrides["dataset"] / f"{campaign['table']}.csv"
        print("\n".join(check_row(run, table, Path("."), tolerance)))
    print(f"check_results: all within {tolerance}")


if __name__ == "__main__":
    main()
