import pytest

from artstyle.errors import UserError
from artstyle.parameters import call, check_choice, check_name, check_number, load_parameters


def take(first, *, rate: float, names: tuple = (), seed: int):
    return first, rate, names, seed


@pytest.fixture
def write(tmp_path):
    def write_yaml(text: str):
        (tmp_path / "params.yaml").write_text(text)
        return tmp_path / "params.yaml"

    return write_yaml


def test_only_the_named_parameters_are_given(write):
    path = write("seed: 3\nloss: focal\nother: 1\n")
    assert load_parameters(path, ("loss", "seed")) == {"loss": "focal", "seed": 3}


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e-5", 1e-5), ("'1e-5'", 1e-5), ("2.5E3", 2500.0), ("-.5e+1", -5.0), ("1.0e-3", 1e-3), ("0.1", 0.1), ("7", 7),
     ("1e", "1e"), ("e5", "e5"), ("1e5x", "1e5x"), ("true", True), ("null", None)],
)  # fmt: skip
def test_numbers_without_a_dot_are_numbers(write, text, value):
    parameters = load_parameters(write(f"a:\n  b: [{text}]\n  c: {text}\n"), ["a"])
    assert parameters == {"a": {"b": [value], "c": value}}
    assert type(parameters["a"]["c"]) is type(value)


@pytest.mark.parametrize(
    ("text", "words"),
    [("loss: x\n", "parameter 'seed' is missing"), ("- 1\n", "expected a map"), ("", "expected a map"),
     ("seed: [1\n", "not valid YAML")],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_one_line(write, text, words):
    with pytest.raises(UserError, match=rf"params\.yaml: {words}") as caught:
        load_parameters(write(text), ["seed"])
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_one_in_another_encoding_are_one_line(tmp_path):
    with pytest.raises(UserError, match=r"params\.yaml: cannot be read \(No such file or directory\)"):
        load_parameters(tmp_path / "params.yaml", ["seed"])
    (tmp_path / "params.yaml").write_bytes("seed: 1 # Größe\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"params\.yaml: not valid YAML"):
        load_parameters(tmp_path / "params.yaml", ["seed"])


def test_a_section_is_handed_over_as_keywords():
    assert call(take, 1, section="s", values={"rate": 0.5}, seed=9) == (1, 0.5, (), 9)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"rate": 1, "rat": 2}, r"s\.t has no parameter 'rat' \(it takes: rate, names\)"),
     ({"rate": 1, "seed": 2}, r"s\.t has no parameter 'seed'"),
     ({"rate": 1, "first": 2}, r"s\.t has no parameter 'first'"),
     ({"names": ()}, r"s\.t\.rate is missing"), (None, r"s\.t must be a map of parameters, got None"),
     (3, r"s\.t must be a map of parameters, got 3")],
)  # fmt: skip
def test_a_misspelt_or_missing_key_is_named(values, words):
    with pytest.raises(UserError, match=rf"^params\.yaml: {words}"):
        call(take, 1, section="s.t", values=values, seed=9)


def test_a_choice_is_one_of_the_allowed():
    assert check_choice("loss", "focal", ("focal", "other")) == "focal"
    with pytest.raises(UserError, match=r"^params\.yaml: loss is 'fokal'; allowed: focal, other$"):
        check_choice("loss", "fokal", ("focal", "other"))
    with pytest.raises(UserError, match=r"^params\.yaml: style_map is 'mine'; allowed: 2024, as_is$"):
        check_choice("style_map", "mine", {2024: {}, "as_is": {}})


@pytest.mark.parametrize(("value", "whole"), [(0, False), (0.5, False), (1, False), (0, True), (1, True)])
def test_a_number_in_its_closed_range_comes_back(value, whole):
    assert check_number("x", value, 0, 1, whole=whole) is value


@pytest.mark.parametrize(
    ("value", "whole"), [(-0.1, False), (1.1, False), ("0.5", False), (True, False), (None, False), (0.5, True),
                         (float("nan"), False), (True, True), (1.0, True)],
)  # fmt: skip
def test_a_number_out_of_range_or_of_another_kind_is_named(value, whole):
    kind = "whole number" if whole else "number"
    with pytest.raises(UserError, match=rf"^params\.yaml: a\.x is .*; expected a {kind} from 0 to 1$"):
        check_number("a.x", value, 0, 1, whole=whole)


def test_a_whole_number_is_a_name_and_what_yaml_takes_for_something_else_is_none(write):
    values = load_parameters(write("a: wikiart\nb: 2024\nc: 1e5\nd: 2024-01-02\ne: true\nf:\n"), "abcdef")
    assert [check_name("dataset", values[name]) for name in "ab"] == ["wikiart", "2024"]
    for name in "cdef":
        with pytest.raises(UserError, match=r"params\.yaml: dataset is .*, which YAML takes for no name"):
            check_name("dataset", values[name])
