"""This file answers `/reviews`: what waits for a human, one question at a time, settled in one act.

What a choice writes is decided in backend/review/settle.py. The form carries what its reader had on the screen, so
that nobody settles what they have not seen (S8).
"""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import Parameter
from litestar.response import Redirect

from admin.review.view import side_by_side, text_of
from admin.review.words import FIELDS, KINDS, RULES, WORDS
from admin.shared.desk_forms import Posted, desk_installation, posted, speaker_of
from admin.shared.problems import ON_PROBLEM
from admin.shared.render import page
from backend.access import Right, rights_of
from backend.accounts.authenticate import needs, scope_of, signed_of
from backend.clock import wire_instant
from backend.db.transaction import Transaction, transaction
from backend.journal.store import record as journal
from backend.journal.whom import persons_of_reviews
from backend.log.desk import write
from backend.log.follow import freshen
from backend.problems import Problem
from backend.review import store
from backend.review.settle import CHOICES, CHOSEN_AGAIN, Choice, NotSettled, Question, right_to_settle, settle
from sync.kinds import KINDS as RECORD_KINDS
from sync.kinds import Shape
from sync.ops import Scalar
from sync.state import Vector

Req = Request[Any, Any, Any]
ReviewPath = Annotated[UUID, Parameter(description="The review's id.")]
_SEEN = msgspec.json.Decoder(dict[str, dict[int, int]])
_SCALAR: msgspec.json.Decoder[Scalar] = msgspec.json.Decoder(str | int | bool | None)


@get("/reviews", opt=needs(Right.SEE_REVIEWS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_reviews(request: Req) -> Response[str]:
    """List the open reviews, or the settled ones."""
    state = "settled" if request.query_params.get("state") == "settled" else "open"
    await freshen(scope_of(request), request.app.state.now())
    async with transaction(scope_of(request)) as tx:
        say = await speaker_of(tx, request)
        lines = await store.list_reviews(tx, state)
        seen = await persons_of_reviews(tx, [one.id for one in lines])
        await journal(tx, "reviews_read", "person", seen, at=request.app.state.now())
    return page(
        request,
        "review/reviews.html",
        WORDS,
        say=say,
        lines=lines,
        state=state,
        rules=RULES,
        fields=FIELDS,
        done=request.query_params.get("done") == "1",
    )


@get("/reviews/{review_id:uuid}", opt=needs(Right.SEE_REVIEWS), exception_handlers=ON_PROBLEM, include_in_schema=False)
async def show_review(request: Req, review_id: ReviewPath) -> Response[str]:
    """Show a question: the siblings or the records side by side, who wrote them, what each had seen."""
    async with transaction(scope_of(request)) as tx:
        return await _review_page(tx, request, review_id)


@post(
    "/reviews/{review_id:uuid}",
    opt=needs(Right.SEE_REVIEWS),
    status_code=200,
    exception_handlers=ON_PROBLEM,
    include_in_schema=False,
)
async def settle_review(request: Req, review_id: ReviewPath) -> Response[Any]:
    """Settle a question by the choice of the form, or ask once more for what is missing."""
    form, now = await posted(request), request.app.state.now()
    async with transaction(scope_of(request)) as tx:
        question = await store.read_question(tx, review_id, lock=True)
        if question is None:
            raise Problem("not_found")
        choice = _choice(form, question)
        if isinstance(choice, str):
            return await _review_page(tx, request, review_id, error=choice)
        acts = settle(question, choice, rights_of(signed_of(request).roles), wire_instant(now))
        if isinstance(acts, NotSettled):
            if acts.why == "note":
                return await _review_page(tx, request, review_id, error="need_note")
            raise Problem(acts.problem, why=acts.why)
        written = await write(tx, await desk_installation(tx, request), acts, now)
        if written.refused:
            raise Problem("record_changed", codes=sorted(set(written.refused)))
        await journal(tx, "review_settled", "review", [review_id], at=now)
    return Redirect("/reviews?done=1", status_code=303)


def _choice(form: Posted, question: Question) -> Choice | str:
    """Return the choice of a form, or the word of what is missing."""
    word, _, which = form.text("choice").partition(":")
    if word not in CHOICES.get(question.rule, ()):
        return "need_choice"
    if word == "keep" and which == "other" and not form.text("other_day"):
        return "need_value"
    try:
        value = _value(form, which) if word == "keep" else None
        seen: dict[str, Vector] = _SEEN.decode(form.text("seen"))
        fields = {"word": word, "note": form.text("note"), "value": value, "record_id": which, "seen": seen}
        return msgspec.convert(fields, Choice)
    except msgspec.DecodeError:
        raise Problem("bad_request") from None


def _value(form: Posted, which: str) -> Scalar:
    """Return the value to keep: one of the siblings as it was sent, or another day."""
    return form.text("other_day") if which == "other" else _SCALAR.decode(which)


async def _review_page(tx: Transaction, request: Req, review_id: UUID, error: str = "") -> Response[str]:
    found = await store.read_review(tx, review_id)
    if found is None:
        raise Problem("not_found")
    question = found.question
    seen = await persons_of_reviews(tx, [review_id])
    await journal(tx, "review_read", "person", seen, f"{review_id}", at=request.app.state.now())
    say = await speaker_of(tx, request)
    states = list(question.records.values())
    field = RECORD_KINDS[states[0].kind].fields.get(question.field) if states else None

    def text(value: Scalar) -> str:
        return text_of(states[0].kind, question.field, value, found.names, say)

    may = signed_of(request).may(right_to_settle(question))
    answerable = bool(CHOICES.get(question.rule)) and (question.state == "open" or question.rule in CHOSEN_AGAIN)
    return page(
        request,
        "review/review.html",
        WORDS,
        status=400 if error else 200,
        say=say,
        found=found,
        question=question,
        choices=CHOICES.get(question.rule, ()),
        may=may,
        answerable=answerable,
        lines=side_by_side(states, found.names, say),
        kinds=[say.word(KINDS, state.kind) for state in states],
        text=text,
        coded=lambda value: msgspec.json.encode(value).decode(),
        seen=msgspec.json.encode({one: state.seen for one, state in question.records.items()}).decode(),
        rules=RULES,
        fields=FIELDS,
        is_day=field is not None and field.shape is Shape.DAY,
        error=error,
    )


routes = [show_reviews, show_review, settle_review]
