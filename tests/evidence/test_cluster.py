"""A Dask cluster gives what the pool gives."""

import sys
from datetime import UTC, datetime

import pytest
from tests.evidence.test_many import die_at_three

from ifthen.errors import Error
from ifthen.evidence import cluster
from ifthen.evidence.cluster import open_cluster
from ifthen.evidence.many import do_many, read_many

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def distributed():
    return pytest.importorskip(
        "distributed", reason="the extra 'dask' is not installed: pip install 'ifthen[dask]'"
    )


pytestmark = [
    # The library leaves sockets and event loops to the garbage collector.
    pytest.mark.filterwarnings("ignore"),
]


def facts(outcomes):
    return [(o.item, o.value, o.error and o.error.to_dict()) for o in outcomes]


def test_the_results_of_a_cluster_are_those_of_the_pool(distributed, data_folder):
    logs = [*sorted(data_folder.glob("*.eval")), data_folder / "none.eval"] * 3
    pool = facts(read_many(logs, recorded_at=NOW, workers=2))
    with open_cluster("local", workers=2) as (executor, slots):
        assert slots == 2
        found = facts(read_many(logs, recorded_at=NOW, executor=executor, workers=slots))
    assert found == pool
    assert sum(value is not None for _, value, _ in found) == len(logs) - 3


def test_a_cluster_that_runs_already(distributed, data_folder):
    logs = sorted(data_folder.glob("*.eval"))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        with open_cluster(cluster.scheduler_address) as (executor, slots):
            found = facts(read_many(logs, recorded_at=NOW, executor=executor, workers=slots))
        assert found == facts(read_many(logs, recorded_at=NOW, workers=1))
        cluster.scale(0)
        cluster.sync(cluster._correct_state)
        with (
            pytest.raises(Error) as caught,
            open_cluster(cluster.scheduler_address) as (executor, slots),
        ):
            pass
        assert caught.value.code == "scheduler.no-workers"


def test_a_log_that_ends_every_worker_costs_itself(distributed):
    with open_cluster("local", workers=2) as (executor, slots):
        outcomes = list(do_many(die_at_three, range(8), executor=executor, workers=slots))
    assert [o.item for o in outcomes if o.error] == [3]
    assert outcomes[3].error.code == "log.worker-died"


def test_workers_that_do_not_come_back_end_the_waiting(distributed, monkeypatch):
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 0)
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as alone,
        open_cluster(alone.scheduler_address) as (executor, slots),
    ):
        alone.scale(0)
        alone.sync(alone._correct_state)
        outcomes = list(do_many(abs, range(2), executor=executor, workers=slots))
    assert [o.error.code for o in outcomes] == ["log.worker-died"] * 2


def code(address):
    with pytest.raises(Error) as caught, open_cluster(address, wait=0.3):
        pass
    return caught.value.code


def test_no_scheduler_there(distributed):
    assert code("tcp://127.0.0.1:1") == "scheduler.unreachable"


@pytest.mark.parametrize("address", ["somewhere", "", "127.0.0.1:8786"])
def test_no_address(distributed, address):
    assert code(address) == "scheduler.address"


@pytest.mark.parametrize("address", ["nothing://a:1", "tcp://a b:x", "tcp://"])
def test_odd_addresses(distributed, address):
    assert code(address) == "scheduler.unreachable"


def test_without_the_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert code("local") == "scheduler.needs-extra"
