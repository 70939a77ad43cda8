"""Decide what a visit usually takes, so that a caller is not kept waiting while a dispatcher reckons.

A dispatcher may change every figure. The minutes are the pilot's own rule of thumb, not a study.
"""

MINUTES_TO_SETTLE = 12
MINUTES_PER_PERSON = 8
MINUTES_TO_CONSULT = 10
MINUTES_MOST = 480
SKILL_OF_ACT = {
    "vaccinate": "nurse",
    "screen": "sampler",
    "educate": "mediator",
    "consult": "doctor",
    "trace": "mediator",
}


def usual_minutes(acts: tuple[str, ...], people_count: int) -> int:
    """Return the minutes that these acts for so many people usually take at one place.

    >>> usual_minutes(("vaccinate",), 1), usual_minutes(("consult",), 4)
    (20, 54)
    """
    consult = MINUTES_TO_CONSULT if "consult" in acts else 0
    return min(MINUTES_MOST, MINUTES_TO_SETTLE + MINUTES_PER_PERSON * people_count + consult)


def skills_for(acts: tuple[str, ...]) -> list[str]:
    """Return the skills that acts need, each once.

    >>> skills_for(("vaccinate", "educate", "trace"))
    ['mediator', 'nurse']
    """
    return sorted({SKILL_OF_ACT[act] for act in acts if act in SKILL_OF_ACT})
