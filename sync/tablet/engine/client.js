// This file decides what the tablet does at each step: record, hand in, take verdicts, pull, put away, start anew.
//
// It is the counterpart of sync/client.py, function by function. Each step reads the store and changes it by one save, all
// or nothing (S9); recording never waits for the network (S4). Whoever calls sees to it that two steps do not overlap.

import { BYTES_MOST, OPS_MOST, PROTOCOL_VERSION, SCHEMA } from "../made/kinds.js";
import { bytesOf } from "./canonical.js";
import { ask, noted, versionOf } from "./claim.js";
import { instantOf } from "./clock.js";
import { actRefusal, isTooLarge } from "./fields.js";
import { bucketSum, confirms, differing, head } from "./integrity.js";
import { apply } from "./merge.js";
import { NO_PREVIOUS, actOf, envelope, hashOf, payload } from "./ops.js";
import { readPage } from "./pull.js";

/**
 * @typedef {import("./ops.js").Op} Op
 * @typedef {import("./state.js").RecordState} RecordState
 * @typedef {import("../store/memory.js").Store} Store
 * @typedef {import("../store/memory.js").Kept} Kept
 * @typedef {{wall: number, mono: number, boot: string}} Clocks
 */

/** Return a fresh identity of an installation. @param {string} installation @param {number} actor @param {number} epoch */
export const identityOf = (installation, actor, epoch) => ({
  installation, actor, next_n: 1, head: NO_PREVIOUS, epoch, scope_version: 0, push_most: OPS_MOST,
  evicted: /** @type {string[]} */ ([]), leaving: /** @type {string[]} */ ([]), since: /** @type {number[] | null} */ (null),
});

/**
 * Add an act to the outbox, naming what this tablet shows of the record as seen (S4).
 * @param {Store} store
 * @param {import("../interface.js").Act & {record_id: string}} act
 * @param {string} opId
 * @param {string} author
 * @param {Clocks} clocks
 * @param {{seen?: Map<number, number>, more?: object}} [beside] `seen` where the author saw less than is shown; more to save
 * @returns {Promise<Op | {reason: string, field: string}>}
 */
export async function record(store, act, opId, author, clocks, beside = {}) {
  const refused = actRefusal(act);
  if (refused) return refused;
  const me = store.identity;
  const seen = beside.seen ?? state(store, act.record_id)?.seen ?? new Map();
  /** @type {Op} */
  const op = {
    id: opId, actor: me.actor, n: me.next_n, prev: me.head, record: act.record_id, kind: act.kind, schema: SCHEMA, author,
    wall_at: instantOf(clocks.wall), mono_ms: clocks.mono, boot: clocks.boot,
    set: act.set ?? {}, add: act.add ?? {}, remove: act.remove ?? {}, inc: act.inc ?? {}, seen: Object.fromEntries(seen),
  };
  const kept = await keptOf(op, clocks.wall);
  if (isTooLarge(kept.content)) return { reason: "too_large", field: "" }; // S5: it would stand before every op behind it
  await store.save({ identity: { ...me, next_n: op.n + 1, head: kept.hash }, ops: [[op.actor, op.n, kept]], ...beside.more });
  return op;
}

/** Return a record as this tablet shows it (S7): as pulled, with its own ops over it, refused ones left out. @param {Store} store @param {string} recordId */
export function state(store, recordId) {
  /** @type {RecordState | null} */
  let shown = store.record(recordId);
  for (const one of store.opsOf(recordId)) if (one.word !== "refused") shown = apply(shown, asCounted(one), one.at);
  return shown;
}

/**
 * Return the next push, or null if every op has its verdict; `ask` sends an empty one, to learn `expected_n`.
 * @param {Store} store @param {Clocks} clocks @param {number} roundTrip @param {boolean} [ask]
 */
export function pushBody(store, clocks, roundTrip, ask = false) {
  const me = store.identity;
  const header = {
    protocol: PROTOCOL_VERSION, installation: me.installation, epoch: me.epoch,
    wall_at: instantOf(clocks.wall), mono_ms: clocks.mono, boot: clocks.boot, round_trip_ms: roundTrip,
  };
  const lines = [JSON.stringify(header)];
  let size = lines[0].length;
  for (const one of waiting(store)) {
    const line = envelope(one.op.id, one.op.n, one.hash, one.content);
    size += bytesOf(line).length + 1;
    if (lines.length > me.push_most || (lines.length > 1 && size > BYTES_MOST - 1)) break;
    lines.push(line);
  }
  return lines.length > 1 || ask ? `${lines.join("\n")}\n` : null;
}

/**
 * Take verdicts in; return `go_on`, `new_installation`, `not_read` or `late`, as sync/client.py tells.
 * @param {Store} store @param {any} answer
 */
export async function takePushAnswer(store, answer) {
  const me = store.identity;
  const mine = store.ops().filter((one) => one.op.actor === me.actor);
  if (answer.too_large) {
    await store.save({ identity: { ...me, push_most: Math.max(1, Math.floor(me.push_most / 2)) } });
    return "go_on";
  }
  if (!(answer.expected_n >= 1)) return "not_read";
  const known = answer.epoch === me.epoch || (answer.asked_epoch ?? 0) === me.epoch;
  if (answer.actor !== me.actor || !known) return "late"; // S1: who gave these verdicts has forgotten them
  const verdicts = answer.verdicts ?? [];
  const given = new Map(verdicts.map((/** @type {any} */ one) => [`${one.n} ${one.id} ${one.hash}`, one]));
  /** @type {[number, number, Kept][]} */
  const ops = [];
  for (const one of mine) {
    const forgotten = answer.epoch !== me.epoch || one.op.n >= answer.expected_n;
    const after = answered(one, given.get(`${one.op.n} ${one.op.id} ${one.hash}`), forgotten);
    if (after !== one) ops.push([me.actor, one.op.n, after]);
  }
  const pushMost = Math.min(OPS_MOST, me.push_most + 1); // it was halved at once, and grows back one by one
  await store.save({ identity: { ...me, epoch: answer.epoch, push_most: pushMost }, ops });
  const oldest = mine.reduce((least, one) => Math.min(least, one.op.n), mine.length ? Infinity : me.next_n);
  const reused = verdicts.some((/** @type {any} */ one) => one.code === "id_reused");
  return answer.suspicion || reused || answer.expected_n < oldest ? "new_installation" : "go_on";
}

/**
 * Go on as a new installation: issue again, in a new chain, every op kept; return how many. The reasons stand in sync/client.py.
 * @param {Store} store @param {string} installation @param {number} actor
 */
export async function startAnew(store, installation, actor) {
  const me = store.identity;
  const all = store.ops();
  const proved = (all.find((one) => one.op.actor === me.actor && !one.word)?.op.n ?? me.next_n) - 1;
  /** @type {[number, number, Kept | null][]} */
  const ops = [];
  /** @type {{record: string, actor: number, n: number, now: number}[]} */
  const moved = [];
  let previous = NO_PREVIOUS;
  let n = 0;
  for (const one of all) {
    n += 1;
    const seen = new Map(Object.entries(one.op.seen ?? {}).map(([author, last]) => [Number(author), last]));
    const here = moved.filter((m) => m.record === one.op.record && (seen.get(m.actor) ?? 0) >= m.n).map((m) => m.now);
    if (seen.has(me.actor)) seen.set(me.actor, Math.min(/** @type {number} */ (seen.get(me.actor)), proved));
    if (here.length) seen.set(actor, Math.max(...here));
    const id = one.code === "id_reused" ? (await hashOf(actOf(one.content))).slice(0, 32) : one.op.id;
    const kept = await keptOf({ ...one.op, id, actor, n, prev: previous, seen: Object.fromEntries([...seen].filter(([, last]) => last)) }, one.at);
    ops.push([one.op.actor, one.op.n, null]);
    const counts = one.word === "" || one.word === "refused" ? null : (one.counts_as ?? [one.op.actor, one.op.n]);
    ops.push([actor, n, { ...kept, counts_as: /** @type {[number, number] | null} */ (counts) }]);
    moved.push({ record: one.op.record, actor: one.op.actor, n: one.op.n, now: n });
    previous = kept.hash;
  }
  const fresh = { ...identityOf(installation, actor, me.epoch), scope_version: me.scope_version, evicted: me.evicted, leaving: me.leaving, since: me.since };
  await store.save({ identity: { ...fresh, next_n: n + 1, head: previous }, ops });
  return n;
}

/** Return the one small request that asks whether anything changed. @param {Store} store */
export async function headRequest(store) {
  const sums = sumsOf(store, store.bucketNames());
  return { protocol: PROTOCOL_VERSION, head: await head(await versionOf(store.cursors.keys()), sums) };
}

/** Return `same`, `pull`, or `offer_again` when the server is of another epoch (S1). @param {Store} store @param {any} answer */
export async function takeHeadAnswer(store, answer) {
  const me = store.identity;
  if (answer.epoch !== me.epoch) return "offer_again";
  if (answer.scope_version && answer.scope_version !== me.scope_version) await store.save({ identity: { ...me, scope_version: answer.scope_version } });
  return answer.same ? "same" : "pull";
}

/** Return which buckets differ from the sums of all of them; null: the server gives others, so pull first. @param {Store} store @param {any} answer */
export async function differingBuckets(store, answer) {
  const held = [...store.cursors.keys()];
  return answer.scope_version === (await versionOf(held)) ? differing(sumsOf(store, held), answer.buckets ?? "") : null;
}

/** @param {Store} store @param {string[]} buckets */
const sumsOf = (store, buckets) => new Map(buckets.map((bucket) => [bucket, bucketSum(store.sums(bucket).values())]));

/** Return the request for the next page, with the receipt of what was put away. @param {Store} store @param {string[]} [repair] */
export const pullRequest = (store, repair = []) => ask(store.identity, store.cursors, repair);

/**
 * Take a page in whole; return `more`, `done`, or why nothing of it is kept: `cut`, or `late` when it answers another claim than ours.
 * @param {Store} store @param {string} body
 */
export async function takePage(store, body) {
  const page = await readPage(body);
  if (!page) return "cut";
  const { header, end } = page;
  const me = store.identity;
  if (header.claim !== (await ask(me, store.cursors)).claim) return "late";
  if (header.held_wanted) {
    await store.save({ identity: { ...me, scope_version: header.scope_version } });
    return "more";
  }
  await store.save({ ...(await noted(me, store.cursors, header, end)), records: page.rows });
  return end.more ? "more" : "done";
}

/** Put away the buckets that left the scope, once every own op has its verdict (S6); return those put away. @param {Store} store */
export async function putAway(store) {
  const me = store.identity;
  if (!me.leaving.length || waiting(store).length) return [];
  await store.save({ identity: { ...me, leaving: [], evicted: me.leaving }, cursors: me.leaving.map((bucket) => [bucket, null]) });
  return me.leaving;
}

/** Take away the records of a bucket that the server does not have there. @param {Store} store @param {string} bucket @param {string[]} drop */
export const repair = (store, bucket, drop) => store.save({ records: drop.map((one) => [bucket, one, null]) });

/**
 * Forget the ops that a confirmed receipt covers and that every backup in use holds; return how many.
 * @param {Store} store @param {{n: number, hash: string}} receipt @param {number} restorableN
 */
export async function purge(store, receipt, restorableN) {
  const mine = store.ops().filter((one) => one.op.actor === store.identity.actor);
  if (confirms(receipt, new Map(mine.map((one) => [one.op.n, one.hash]))) !== "confirmed") return 0;
  const gone = mine.filter((one) => one.op.n <= Math.min(receipt.n, restorableN) && answeredAndPulled(store, one));
  await store.save({ ops: gone.map((one) => [one.op.actor, one.op.n, null]) });
  return gone.length;
}

/** Return this installation's ops without a verdict, in order of n. @param {Store} store */
export const waiting = (store) => store.ops().filter((one) => one.op.actor === store.identity.actor && !one.word);

/** @param {Store} store @param {Kept} one */
function answeredAndPulled(store, one) {
  if (!one.word) return false;
  const pulled = store.record(one.op.record);
  const op = asCounted(one);
  return one.word === "refused" || pulled === null || (pulled.seen.get(op.actor) ?? 0) >= op.n;
}

/** @param {Op} op @param {number} at @returns {Promise<Kept>} */
async function keptOf(op, at) {
  const content = payload(op);
  return { op, content, hash: await hashOf(content), at, word: "", code: "", counts_as: null };
}

/** @param {Kept} one @param {any} verdict @param {boolean} forgotten @returns {Kept} */
function answered(one, verdict, forgotten) {
  const before = one.word && forgotten ? { ...one, word: "", code: "", counts_as: null } : one;
  if (!verdict || before.word) return before;
  if (verdict.code === "id_reused") return { ...before, code: "id_reused" }; // no acknowledgement: it still waits
  return { ...before, word: verdict.of || verdict.word, code: verdict.code ?? "", counts_as: verdict.counts_as ?? null };
}

/** Return the op under the number by which the server counts it, so that it is not shown twice (S2). @param {Kept} one */
function asCounted(one) {
  if (!one.counts_as) return one.op;
  const [actor, n] = one.counts_as;
  return { ...one.op, actor, n };
}
