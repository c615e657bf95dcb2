import numpy as np

from artstyle.campaign_scores import score_runs
from made_campaign import make_campaign, make_run, right_and_wrong


def test_an_artist_is_drawn_as_often_in_every_seed():
    """Seed 1 tests `ann` (right) and `bob` (wrong), seed 2 `bob` (right) and `cid` (wrong)."""
    first = make_run("plain", 1, {"ann": right_and_wrong(3, 0), "bob": right_and_wrong(0, 3)})
    second = make_run("plain", 2, {"bob": right_and_wrong(3, 0), "cid": right_and_wrong(0, 3)})
    scored = score_runs(*make_campaign([first, second]), n_resamples=500, seed=1)
    one, two = (scored["plain", "natural", seed].resampled["accuracy"] for seed in (1, 2))
    without_bob = one == 1
    assert without_bob.any() and not (two[without_bob] > 0).any()
    without_ann = one == 0
    assert without_ann.any() and (two[without_ann] > 0).all()
    assert np.isnan(one).any()  # neither of the two was drawn: cid three times


def test_facts_of_a_run_by_hand():
    run = make_run("plain", 1, {"ann": right_and_wrong(3, 1), "bob": [[0, 2], [0, 0]]})
    scores = score_runs(*make_campaign([run]), n_resamples=10, seed=1)["plain", "natural", 1]
    assert (scores.n_artists, scores.n_works, scores.test_md5) == (2, 10, "t1")
    assert scores.recalls == {"a": 0.5, "b": 0.75} and scores.scores["accuracy"] == 0.6
