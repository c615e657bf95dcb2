import pytest

from artstyle.errors import UserError
from artstyle.parameters import call
from artstyle.phase3 import run_phase3
from artstyle.phases import run_phase1, run_phase2
from artstyle.trainer import make_deterministic
from artstyle.training_data import read_training_data
from tiny_run import FIT, HEAD, make_objective, use_small_backbone, write_features, write_tiny_run


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        use_small_backbone(patch)
        run = write_tiny_run(tmp_path_factory.mktemp("run"), sides=("train", "validation"))
        write_features(run)
    return read_training_data(run.features, run.paintings, run.works, run.classes)


@pytest.fixture
def phase1(data, tmp_path, monkeypatch):
    """Call phase 1 with a section of params.yaml."""
    use_small_backbone(monkeypatch)
    monkeypatch.chdir(tmp_path)
    aim = make_objective(loss="focal")

    def run(section: dict, *, head: str = "stats", seed: int = 1):
        arguments = (data, head, aim, seed, tmp_path / "model", tmp_path / "history")
        return call(run_phase1, *arguments, section="train_phase1", values=section)

    return run


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"batch": 0}, r"train_phase1\.fit\.batch is 0;"), ({"batch": "8"}, r"train_phase1\.fit\.batch is '8';"),
     ({"mixup": -1}, r"train_phase1\.fit\.mixup is -1;"), ({"mixup": "0.2"}, r"train_phase1\.fit\.mixup is '0.2';"),
     ({"cutmix": 11}, r"train_phase1\.fit\.cutmix is 11;"),
     ({"epochs": 0}, r"train_phase1\.fit\.epochs is 0;"),
     ({"epoch": 3}, r"train_phase1\.fit has no parameter 'epoch'")],
)  # fmt: skip
def test_a_wrong_number_of_a_fit_is_named(phase1, tmp_path, changed, words):
    with pytest.raises(UserError, match=words):
        phase1({"head": HEAD, "fit": {**FIT, **changed}})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["batch", "epochs", "learning_rate", "mixup", "cutmix", "ema_momentum"])
def test_a_missing_number_of_a_fit_is_named(phase1, name):
    without = {key: value for key, value in FIT.items() if key != name}
    with pytest.raises(UserError, match=rf"train_phase1\.fit\.{name} is missing"):
        phase1({"head": HEAD, "fit": without})


@pytest.mark.parametrize(
    ("section", "options", "words"),
    [({"head": HEAD, "fits": FIT}, {}, "train_phase1 has no parameter 'fits'"),
     ({"head": HEAD}, {}, r"train_phase1\.fit is missing"),
     ({"head": {**HEAD, "width": 1}, "fit": FIT}, {}, r"train_phase1\.head has no parameter 'width'"),
     ({"head": HEAD, "fit": FIT}, {"head": "deep"}, "head is 'deep'; allowed: linear, stats"),
     ({"head": HEAD, "fit": FIT}, {"seed": -1}, "seed is -1;")],
)  # fmt: skip
def test_a_wrong_section_head_or_seed_is_named(phase1, section, options, words):
    with pytest.raises(UserError, match=words):
        phase1(section, **options)


@pytest.mark.parametrize("weight", [-1, 11, "0.5", None])
def test_a_weight_out_of_range_is_named(data, tmp_path, weight):
    options = {"method": "plain", "consistency": {}, "select": {}, "weight": weight}
    options |= {"layer_decay": 1, "blend": 1, "crop": 1, "fit": FIT}
    with pytest.raises(UserError, match=rf"pseudolabel_phase3\.weight is {weight!r};"):
        run_phase3(data, tmp_path, make_objective(), 1, tmp_path / "models", tmp_path / "history", **options)


@pytest.mark.parametrize("layer_decay", [0, 1.5, "0.9"])
def test_a_layer_decay_out_of_range_is_named(data, tmp_path, layer_decay):
    with pytest.raises(UserError, match=rf"finetune_phase2\.layer_decay is {layer_decay!r};"):
        run_phase2(
            data,
            tmp_path,
            None,
            1,
            tmp_path / "model",
            tmp_path / "history",
            None,
            {},
            through="cache",
            layer_decay=layer_decay,
            blend=1,
            crop=1,
            fit=FIT,
        )
    options = {"method": "plain", "consistency": {}, "select": {}, "weight": 1}
    options |= {"layer_decay": layer_decay, "blend": 1, "crop": 1, "fit": FIT}
    with pytest.raises(UserError, match=rf"pseudolabel_phase3\.layer_decay is {layer_decay!r};"):
        run_phase3(data, tmp_path, make_objective(), 1, tmp_path / "models", tmp_path / "history", **options)


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "1"])
def test_a_seed_out_of_range_is_named(seed):
    with pytest.raises(UserError, match=rf"^params\.yaml: seed is {seed!r};"):
        make_deterministic(seed)


@pytest.mark.parametrize("blend", [0, 1.5, "0.9"])
def test_a_blend_out_of_range_is_named(data, tmp_path, blend):
    outputs = (tmp_path / "model", tmp_path / "history", None, {})
    with pytest.raises(UserError, match=rf"finetune_phase2\.blend is {blend!r};"):
        run_phase2(data, tmp_path, None, 1, *outputs, through="cache", layer_decay=1, blend=blend, crop=1, fit=FIT)
    options = {"method": "plain", "consistency": {}, "select": {}, "weight": 1, "layer_decay": 1, "crop": 1, "fit": FIT}
    with pytest.raises(UserError, match=rf"pseudolabel_phase3\.blend is {blend!r};"):
        run_phase3(data, tmp_path, make_objective(), 1, *outputs[:2], blend=blend, **options)


@pytest.mark.parametrize("crop", [0, 0.2, 1.1, "0.9", None])
def test_a_crop_out_of_range_is_named(data, tmp_path, crop):
    outputs = (tmp_path / "model", tmp_path / "history", None, {})
    with pytest.raises(UserError, match=rf"finetune_phase2\.crop is {crop!r};"):
        run_phase2(data, tmp_path, None, 1, *outputs, through="cache", layer_decay=1, blend=1, crop=crop, fit=FIT)
    options = {"method": "plain", "consistency": {}, "select": {}, "weight": 1, "layer_decay": 1, "fit": FIT}
    with pytest.raises(UserError, match=rf"pseudolabel_phase3\.crop is {crop!r};"):
        run_phase3(data, tmp_path, make_objective(), 1, *outputs[:2], blend=1, crop=crop, **options)
