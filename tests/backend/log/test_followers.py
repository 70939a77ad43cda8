"""What follows the log never stands in the way of the log."""

from backend.access import Role
from backend.ids import new_id
from backend.log.desk import Act
from tests.backend.ground import Ground


async def test_acts_are_stored_when_a_coverage_rebuild_waits_already(ground: Ground) -> None:
    """A rebuild is asked for once; asking again must not undo the transaction that holds somebody's entries."""
    for name in ("Covid", "MMR"):
        campaign = Act("campaign", new_id(), {"name": name, "antigen": "covid19", "state": "running"})
        assert await ground.desk([campaign], Role.DISPATCHER) == []
    assert await ground.value("SELECT count(*) FROM campaign WHERE territory_id = $1") == 3
    waiting = await ground.fetch("SELECT state FROM job WHERE territory_id = $1 AND kind = 'coverage_rebuild'")
    assert [row["state"] for row in waiting] == ["queued"]
