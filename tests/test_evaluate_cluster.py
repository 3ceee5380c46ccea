from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster
from judged import collect, text

from guardian.cli import main
from guardian.errors import ConfigurationError
from guardian.lab.evaluate.evaluation import evaluate
from guardian.lab.evaluate.work import Cluster, crew

pytestmark = pytest.mark.slow


@pytest.fixture
def scheduler() -> Iterator[str]:
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def fails(_: int) -> int:
    message = "the file is broken"
    raise ConfigurationError(message)


def test_a_cluster_comes_to_the_same_result_to_the_byte(
    scheduler: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    manifest = collect(tmp_path)
    report = tmp_path / "report.html"
    assert main(["evaluate", str(manifest), "--json", "--scheduler", scheduler, "--report", str(report)]) == 0
    assert capsys.readouterr().out == text(evaluate(manifest)) + "\n"
    assert "Missed: fall at 4.0 s" in report.read_text(encoding="utf-8")


def test_an_error_comes_home_from_a_worker(scheduler: str):
    with crew(scheduler=scheduler) as workers:
        assert isinstance(workers, Cluster)
        with pytest.raises(ConfigurationError, match="the file is broken"):
            workers.each(fails, [1, 2], lambda: None)


def test_a_scheduler_that_does_not_answer_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    assert main(["evaluate", str(collect(tmp_path)), "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "127.0.0.1:9: no Dask scheduler answers" in capsys.readouterr().err
