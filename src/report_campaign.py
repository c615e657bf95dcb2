"""Report a campaign: means, spread and intervals of every variant, and its gain on the reference.

    python src/report_campaign.py --campaign balancing --dataset demo

Reads results/<dataset>/<table>.csv and the counts beside it, writes <table>.md, <table>_summary.csv and plots there;
of a cross-validation, <table>_together_summary.csv instead of plots.
"""

import argparse
from pathlib import Path

from artstyle.campaign_report import save_report
from artstyle.campaigns import read_campaign
from artstyle.commands import tell_mistakes


def main() -> None:
    """Write the report and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--campaign", required=True, help="name in experiments.yaml")
    parser.add_argument("--dataset", default="demo", help="name of the pictures (default demo)")
    options = parser.parse_args()
    with tell_mistakes("report_campaign"):
        campaign = read_campaign(Path("experiments.yaml"), options.campaign)
        report = save_report(options.campaign, campaign, options.dataset, Path("results") / options.dataset)
    print(f"{report}: written; open it, or {report.parent / 'plots'}")


if __name__ == "__main__":
    main()
