"""Options from a file: the same names, the command line wins, and what must not be touched adds up."""

import json

import pytest
from support.commands import run
from support.loopback import CORNER

NOBODY = f"{CORNER}.200"
QUICK = ("--channels", "sadp", "-o", "json")


@pytest.fixture
def config(tmp_path):
    """Writes the file and gives its path."""

    def write(text):
        path = tmp_path / "scan.toml"
        path.write_text(text)
        return path

    return write


@pytest.mark.usefixtures("nobody_there")
def test_options_and_targets_come_from_the_file(config):
    path = config(
        f'targets = ["{NOBODY}"]\nprofile = "standard"\nchannels = "sadp"\nsite = "north"\nrate = 5000\n'
        'output = "json"\nquiet = true\n'
    )
    ended = run("scan", "--config", path)
    found = json.loads(ended.out)["run"]

    assert (found["site"], found["scope"]["profile"], found["scope"]["targets"]) == ("north", "standard", [NOBODY])
    assert ended.err == ""


@pytest.mark.usefixtures("nobody_there")
def test_command_line_wins(config):
    path = config('site = "north"\nprofile = "standard"\n')
    found = json.loads(run("scan", NOBODY, *QUICK, "--config", path, "--site", "south").out)["run"]

    assert (found["site"], found["scope"]["profile"]) == ("south", "standard")


@pytest.mark.usefixtures("nobody_there")
def test_exclusions_of_both_hold(config):
    path = config(f'exclude = ["{CORNER}.201"]\n')
    targets = f"{CORNER}.200-203"
    found = json.loads(run("scan", targets, *QUICK, "--config", path, "--exclude", f"{CORNER}.202").out)

    assert found["coverage"]["addresses_in_scope"] == 2
    assert sorted(found["run"]["scope"]["excluded"]) == [f"{CORNER}.201", f"{CORNER}.202"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('colour = "red"', "scan.toml: colour: no such option; one of channels, "),
        ("rate = true", "rate: give a text or a number"),
        ('yes = "indeed"', "yes: give true or false"),
        ("exclude = 7", "exclude: give a text or a list of texts"),
        ("exclude = [7]", "exclude: give a text or a list of texts"),
        ("rate =", "write it as TOML, one option a line"),
        ('profile = "rude"', "'--profile'"),
        ('quiet-hours = "8 to 18"', "write them as 08:00-18:00"),
        ("config = 'x'", "config: no such option"),
    ],
)
def test_mistake_in_the_file_is_one_line_that_names_it(config, text, error):
    ended = run("scan", NOBODY, "--config", config(text))

    assert ended.code == 2
    assert error in ended.error


def test_file_that_is_not_there_is_wrong_usage():
    assert run("scan", NOBODY, "--config", "/no/such/file").code == 2
