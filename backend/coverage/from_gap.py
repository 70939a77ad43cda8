"""This file turns a gap into work: a session at a site, or requests for everybody who is due. Every step is an op.

Nobody is shown on the way: a manager who may not see records may still ask that people be seen.
"""

from datetime import date, datetime
from uuid import UUID

from backend.centre.day import NewSession, session_act
from backend.coverage import store
from backend.coverage.campaigns import one_desk_at_a_time
from backend.coverage.due import DueShown
from backend.coverage.load import campaigns
from backend.coverage.open_campaign import Phase, Refusal, ends_before, phase_refusal
from backend.coverage.store import CampaignShown
from backend.db.transaction import Transaction
from backend.ids import InstallationId, new_id
from backend.log.desk import Act, write
from backend.problems import Problem
from backend.visits.take import Asked, request_act
from sync.ops import Scalar


async def ask_session(
    tx: Transaction, installation_id: InstallationId, new: NewSession, reason: str, now: datetime
) -> UUID:
    """Make a session; at a pop-up or a group site also the request that lets a dispatcher send a team."""
    session_id = new_id()
    acts = [session_act(session_id, new)]
    if new.kind != "centre":
        asked = Asked(
            caller_role="team",
            place_id=new.place_id,
            acts=["vaccinate"],
            channel="partner",
            due_on=new.starts_at.date(),
            reason=reason[:500],
        )
        acts.append(request_act(new_id(), asked, now))
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
    return session_id


async def open_phase(
    tx: Transaction,
    installation_id: InstallationId,
    campaign: CampaignShown,
    wanted: Phase,
    named: tuple[str, int],
    at: tuple[datetime, date],
) -> Refusal | None:
    """Let a campaign go on in a phase of its own with a name and a target in percent; return why not, or None."""
    (name, target_percent), (now, today) = named, at
    await one_desk_at_a_time(tx)
    rules, figures = await campaigns(tx), await store.read_campaign_figures(tx, campaign.id)
    present = next((one for one in rules if one.id == campaign.id), None)
    if present is None or figures is None:
        raise Problem("not_found")
    refused = phase_refusal(rules, present, wanted, figures.pools, today)
    if refused is not None:
        return refused
    phase: dict[str, Scalar] = {
        "name": name,
        "antigen": present.antigen,
        "starts_on": wanted.starts_on.isoformat(),
        "ends_on": wanted.ends_on.isoformat(),
        "target_percent": target_percent,
        "state": "prepared",
    }
    if campaign.season:
        phase["season"] = campaign.season
    if present.age_least_years:
        phase["age_least_years"] = present.age_least_years
    groups = {"population_groups": sorted(wanted.population_groups)} if wanted.population_groups else {}
    acts = [
        Act("campaign", new_id(), phase, groups),
        Act("campaign", campaign.id, {"ends_on": ends_before(present, wanted).isoformat()}),
    ]
    written = await write(tx, installation_id, acts, now)
    if written.refused:
        raise Problem("bad_request", codes=sorted(set(written.refused)))
    return None


async def ask_visits(
    tx: Transaction, installation_id: InstallationId, due: list[DueShown], reason: str, now: datetime
) -> int:
    """Write a request for each person who is due, has a place and waits for none yet; return how many."""
    acts = [
        request_act(
            new_id(),
            Asked(caller_role="team", place_id=one.place_id, person_id=one.id, acts=["vaccinate"], reason=reason[:500]),
            now,
        )
        for one in due
        if one.place_id is not None and not one.has_open_request
    ]
    if acts:
        written = await write(tx, installation_id, acts, now)
        if written.refused:
            raise Problem("bad_request", codes=sorted(set(written.refused)))
    return len(acts)
