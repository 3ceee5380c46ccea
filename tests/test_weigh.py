from pathlib import Path

import golden
import numpy as np
import pytest

from guardian.evidence import BIAS, WEIGHTS
from guardian.lab import weigh
from guardian.lab.weigh import NAMES, Samples

PRIOR = np.array([WEIGHTS[name] for name in NAMES] + [BIAS])


def made(count: int, seed: int = 0) -> tuple[Samples, np.ndarray]:
    """Descents whose outcome follows other weights than those in use: speed says more, and lying less."""
    chance = np.random.default_rng(seed)
    strong = np.where(PRIOR[:-1] < 0, 0.3, 1.0)  # or hardly any of them would be a fall
    views = np.hstack([chance.uniform(0, 1, (count, len(NAMES))) * strong, np.ones((count, 1))])
    true = PRIOR.copy()
    true[NAMES.index("fast")] += 2.0
    true[NAMES.index("lying")] -= 1.5
    fell = (chance.uniform(0, 1, count) < 1 / (1 + np.exp(-views @ true))).astype(float)
    return Samples(views, fell, np.ones(count), np.arange(count)), true


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The golden scenes, annotated."""
    file = tmp_path_factory.mktemp("scenes") / "manifest.csv"
    rows = ["path,kind,fall_onset_s,ground_contact_s,down_until_end"]
    for name, onset in (("fall_forward_and_stay", 5.2), ("one_of_two_falls", 4.2)):
        rows.append(f"{golden.SCENES / name}.jsonl,fall,{onset},{onset + 0.9},yes")
    rows.append(f"{golden.SCENES / 'sit_and_get_up'}.jsonl,adl,,,")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_many_descents_pull_the_weights_towards_what_is_true():
    samples, true = made(20_000)
    fitted = weigh.fit(samples, PRIOR)
    wrong = true != PRIOR
    assert np.abs(fitted - true)[wrong].sum() < 0.4 * np.abs(PRIOR - true)[wrong].sum()
    assert weigh.surprise(samples, fitted) < weigh.surprise(samples, PRIOR)


def test_of_what_nothing_was_seen_the_weights_stay():
    samples, _ = made(0)
    assert weigh.fit(samples, PRIOR) == pytest.approx(PRIOR)
    assert weigh.surprise(samples, PRIOR) == 0


def test_no_view_changes_its_sign():
    samples, _ = made(2000)
    against = Samples(samples.views, 1 - samples.fell, samples.weight, samples.group)
    fitted = weigh.fit(against, PRIOR)
    assert (np.sign(fitted[:-1]) == np.sign(PRIOR[:-1])).all()


def test_what_is_held_out_is_no_better_than_what_was_fitted_to():
    samples, _ = made(60)
    assert weigh.held_out(samples, PRIOR) >= weigh.surprise(samples, weigh.fit(samples, PRIOR))


def test_every_descent_of_a_scene_is_gathered_and_weighs_one(manifest: Path):
    samples = weigh.gather([manifest], hold=8.0)
    assert samples.weight.sum() == pytest.approx(2)
    assert (samples.fell == 1).all()
    assert set(samples.group.tolist()) == {0, 1}
    assert (samples.views[:, NAMES.index("fast")] > 0.5).all()


def test_a_human_reads_both_weights_side_by_side(manifest: Path, capsys: pytest.CaptureFixture[str]):
    assert weigh.weigh([manifest, manifest], hold=8.0) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in NAMES)
    assert "4 descents, 4 of them falls, in 4 files." in told
