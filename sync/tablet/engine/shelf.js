// This file gives records as the screens want them, and remembers what it worked out until something changes.

import { state } from "./client.js";
import { view } from "./view.js";

/**
 * @typedef {import("../interface.js").Shown} Shown
 * @typedef {import("../interface.js").OwnOp} OwnOp
 * @typedef {import("../store/memory.js").Store} Store
 * @typedef {import("../store/memory.js").Kept} Kept
 */

const SETTLED_LAST = /** @type {const} */ (["refused", "review", "waiting", "arrived"]);

export class Shelf {
  constructor() {
    /** @type {Map<string, {pulled: unknown, own: string, shown: Shown | null}>} */
    this.known = new Map();
    /** @type {Map<string, Shown[]>} */
    this.byKind = new Map();
  }

  /** Something changed: lists are made anew, records that did not change are not. */
  forget() {
    this.byKind.clear();
  }

  /** @param {Store} store @param {string} id @returns {Shown | null} */
  shown(store, id) {
    const pulled = store.record(id);
    const kept = store.opsOf(id);
    const own = kept.map((one) => `${one.hash}${one.word}${one.counts_as}`).join();
    const before = this.known.get(id);
    if (before && before.pulled === pulled && before.own === own) return before.shown;
    const now = state(store, id);
    const shown = now && { id, kind: now.kind, ...view(now), ...settled(kept) };
    this.known.set(id, { pulled, own, shown });
    return shown;
  }

  /** @param {Store} store @param {string} kind */
  all(store, kind) {
    if (!this.byKind.size) {
      for (const id of store.recordIds()) {
        const shown = this.shown(store, id);
        if (!shown) continue;
        const ofKind = this.byKind.get(shown.kind);
        if (ofKind) ofKind.push(shown);
        else this.byKind.set(shown.kind, [shown]);
      }
    }
    return this.byKind.get(kind) ?? [];
  }

  /** Return every record of a place: what the server sends with it, and what was recorded here about it or its people. @param {Store} store @param {string} place */
  ofPlace(store, place) {
    const sent = [`place:${place}`, `history:${place}`].flatMap((bucket) => [...(store.buckets.get(bucket)?.keys() ?? [])]);
    const here = new Set([place, ...sent]);
    for (const id of store.keptByRecord.keys()) {
      const values = this.shown(store, id)?.values ?? {};
      const refers = [values.place_id, values.person_id, values.visit_id, values.household_id];
      if (refers.some((one) => here.has(/** @type {string} */ (one)))) here.add(id);
    }
    return [...here].map((id) => this.shown(store, id)).filter((one) => one !== null);
  }

  /** Return the dose records of a person. @param {Store} store @param {string} person */
  dosesOf(store, person) {
    return this.all(store, "dose").filter((one) => one.values.person_id === person);
  }

  /** @param {Kept} kept @returns {OwnOp} */
  ownOp = (kept) => ({
    id: kept.op.id, n: kept.op.n, record_id: kept.op.record, kind: kept.op.kind, at: kept.op.wall_at, author: kept.op.author,
    set: kept.op.set ?? {}, add: kept.op.add ?? {}, remove: kept.op.remove ?? {}, inc: kept.op.inc ?? {},
    status: statusOf(kept), code: kept.code,
  });
}

/** @param {Kept} kept @returns {Shown["status"]} */
function statusOf(kept) {
  if (!kept.word) return "waiting";
  return kept.word === "refused" || kept.word === "review" ? kept.word : "arrived";
}

/** The least settled of the own entries speaks for the record. @param {Kept[]} kept */
function settled(kept) {
  const [least] = [...kept].sort((one, other) => SETTLED_LAST.indexOf(statusOf(one)) - SETTLED_LAST.indexOf(statusOf(other)));
  return { status: least ? statusOf(least) : /** @type {const} */ ("arrived"), code: least?.code ?? "", own: kept.length > 0 };
}
