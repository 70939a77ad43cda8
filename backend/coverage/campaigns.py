"""This file opens campaigns and takes them from state to state. Every change is an op.

Whether one may be opened is decided in backend/coverage/open_campaign.py, what may become of one in campaign_steps.py.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.coverage import load
from backend.coverage.campaign_steps import Standing, Step, after, steps
from backend.coverage.cells import read_pools
from backend.coverage.open_campaign import AGES_LEAST, Phase, Refusal, may_be_aimed_at, refusal
from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, write
from backend.problems import Problem
from sync.kinds import GROUPS
from sync.ops import Scalar


class NewCampaign(msgspec.Struct, frozen=True):
    """What is wanted of a campaign; `target_percent` is the whole territory's."""

    name: str
    antigen: str
    season: str
    age_least_years: int
    phase: Phase
    target_percent: int


class CampaignLine(msgspec.Struct, frozen=True):
    """A campaign as it stands, with whom it aims at (no group: everybody)."""

    id: UUID
    name: str
    antigen: str
    season: str
    age_least_years: int
    population_groups: tuple[str, ...]
    target_percent: int | None
    standing: Standing


async def read_campaign_lines(tx: Transaction) -> list[CampaignLine]:
    """Return every campaign, those withdrawn among them, the latest first."""
    rows = await tx.fetch(
        "SELECT id, coalesce(name, antigen) AS name, antigen, coalesce(season, '') AS season, age_least_years, population_groups, "
        "target_percent, coalesce(state, 'prepared') AS state, starts_on, ends_on FROM campaign "
        "WHERE territory_id = $1 AND antigen IS NOT NULL ORDER BY starts_on DESC NULLS LAST, name, id",
        tx.scope.territory_id,
    )
    return [
        CampaignLine(
            row["id"],
            row["name"],
            row["antigen"],
            row["season"],
            row["age_least_years"] or 0,
            tuple(sorted(row["population_groups"] or ())),
            row["target_percent"],
            Standing(row["state"], row["starts_on"], row["ends_on"]),
        )
        for row in rows
    ]


async def read_choices(tx: Transaction) -> list[str]:
    """Return the pools of groups that a campaign may aim at; a group of nobody yet is a pool of its own."""
    pools = await read_pools(tx)
    return sorted({pool for group in GROUPS if may_be_aimed_at(pool := pools.get(group, group))})


async def one_desk_at_a_time(tx: Transaction) -> None:
    """Let nobody else change the territory's campaigns before this transaction ends: two could not run at once then."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{tx.scope.territory_id} campaigns")


async def open_campaign(
    tx: Transaction, installation_id: InstallationId, new: NewCampaign, now: datetime, today: date
) -> Refusal | None:
    """Open a campaign; return why not, or None."""
    if new.age_least_years not in AGES_LEAST:
        raise Problem("bad_request", fields=["age_least_years"])
    await one_desk_at_a_time(tx)
    pools = sorted(set((await read_pools(tx)).values()))
    refused = refusal(await load.campaigns(tx), new.antigen, new.phase, pools, today)
    if refused is not None:
        return refused
    fields: dict[str, Scalar] = {
        "name": new.name,
        "antigen": new.antigen,
        "age_least_years": new.age_least_years,
        "starts_on": new.phase.starts_on.isoformat(),
        "ends_on": new.phase.ends_on.isoformat(),
        "target_percent": new.target_percent,
        "state": "prepared",
    }
    if new.season:
        fields["season"] = new.season
    groups = {"population_groups": sorted(new.phase.population_groups)} if new.phase.population_groups else {}
    await _write(tx, installation_id, Act("campaign", new_id(), fields, groups), now)
    return None


async def take_step(
    tx: Transaction, installation_id: InstallationId, campaign_id: UUID, step: Step, at: tuple[datetime, date]
) -> bool:
    """Take a campaign a step on; False if it no longer stands so that this may be done."""
    now, today = at
    await one_desk_at_a_time(tx)
    found = next((one for one in await read_campaign_lines(tx) if one.id == campaign_id), None)
    if found is None:
        raise Problem("not_found")
    if step not in steps(found.standing, today):
        return False
    wanted = after(found.standing, step, today)
    fields: dict[str, Scalar] = {"state": wanted.state}
    if wanted.ends_on is not None and wanted.ends_on != found.standing.ends_on:
        fields["ends_on"] = wanted.ends_on.isoformat()
    await _write(tx, installation_id, Act("campaign", campaign_id, fields), now)
    return True


async def _write(tx: Transaction, installation_id: InstallationId, act: Act, now: datetime) -> None:
    written = await write(tx, installation_id, [act], now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
