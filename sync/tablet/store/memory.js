// This file keeps what the unlocked tablet holds in memory, and saves each change on disk before it shows here (S9).

import { contentSum } from "../engine/state.js";

/**
 * @typedef {import("../engine/ops.js").Op} Op
 * @typedef {import("../engine/state.js").RecordState} RecordState
 * @typedef {object} Identity
 * @property {string} installation @property {number} actor @property {number} next_n @property {string} head
 * @property {number} epoch @property {number} scope_version @property {number} push_most
 * @property {string[]} evicted @property {string[]} leaving
 * @property {number[] | null} [since] the place up to which every bucket was given whose cursor is [0, 0, 0]
 * @typedef {{op: Op, content: string, hash: string, at: number, word: string, code: string, counts_as: [number, number] | null}} Kept
 * @typedef {object} Change  What one save changes; null takes away.
 * @property {Identity} [identity]
 * @property {[number, number, Kept | null][]} [ops]
 * @property {[string, string, RecordState | null][]} [records]  bucket, record, state
 * @property {[string, number[] | null][]} [cursors]
 * @property {[string, unknown][]} [drafts]
 * @property {number[]} [opened]  sealed acts that became ops
 * @property {any} [pack]
 * @property {{n: number, hash: string}} [receipt]
 */

/** The tablet was locked meanwhile: whoever still works with what it held has to stop. */
export class Locked extends Error {}

export class Store {
  /**
   * @param {import("./disk.js").Held} held what the disk holds
   * @param {(change: Change) => Promise<void>} write makes a change durable, all of it or nothing
   */
  constructor(held, write) {
    this.identity = held.identity;
    this.cursors = held.cursors;
    this.drafts = held.drafts;
    this.pack = held.pack;
    this.receipt = held.receipt;
    this.isClosed = false;
    this.pulls = 0; // pages taken since the tablet was opened
    /** @type {Map<string, Kept>} */
    this.kept = new Map();
    /** @type {Map<string, Map<string, Kept>>} */
    this.keptByRecord = new Map();
    /** @type {Map<string, Map<string, {state: RecordState, sum: bigint}>>} */
    this.buckets = new Map();
    /** @type {Map<string, Set<string>>} */
    this.bucketsOf = new Map();
    this.write = write;
    for (const [actor, n, kept] of held.ops) this.keep(actor, n, kept);
    for (const [bucket, record, state, sum] of held.records) this.place(bucket, record, state, sum);
  }

  /** Return the ops kept, by actor and n. */
  ops() {
    return [...this.kept.values()].sort((one, other) => one.op.actor - other.op.actor || one.op.n - other.op.n);
  }

  /** Return the ops of a record, in order. @param {string} record */
  opsOf(record) {
    const found = [...(this.keptByRecord.get(record)?.values() ?? [])];
    return found.sort((one, other) => one.op.actor - other.op.actor || one.op.n - other.op.n);
  }

  /** Return a record as pulled; of copies in several buckets, the one that knows most. @param {string} record */
  record(record) {
    /** @type {RecordState | null} */
    let best = null;
    for (const bucket of this.bucketsOf.get(record) ?? []) {
      const { state } = /** @type {{state: RecordState}} */ (this.buckets.get(bucket)?.get(record));
      if (!best || known(state) > known(best)) best = state;
    }
    return best;
  }

  /** Return the names of the buckets held; one pulled and empty is named too. */
  bucketNames() {
    return [...new Set([...this.cursors.keys(), ...this.buckets.keys()])];
  }

  /** Return the content sum of each record of a bucket. @param {string} bucket @returns {Map<string, bigint>} */
  sums(bucket) {
    return new Map([...(this.buckets.get(bucket) ?? [])].map(([record, { sum }]) => [record, sum]));
  }

  /** Return the ids of all records known, pulled or recorded here. */
  recordIds() {
    return new Set([...this.bucketsOf.keys(), ...this.keptByRecord.keys()]);
  }

  /** Make a change: on disk first, then here. @param {Change} change */
  async save(change) {
    if (this.isClosed) throw new Locked();
    const summed = await Promise.all(
      (change.records ?? []).map(async ([bucket, record, state]) => /** @type {const} */ ([bucket, record, state, state ? await contentSum(record, state) : 0n])),
    );
    await this.write(change);
    if (change.identity) this.identity = change.identity;
    for (const [actor, n, kept] of change.ops ?? []) this.keep(actor, n, kept);
    for (const [bucket, record, state, sum] of summed) this.place(bucket, record, state, sum);
    for (const [bucket, cursor] of change.cursors ?? []) this.setCursor(bucket, cursor);
    for (const [name, value] of change.drafts ?? []) value === null ? this.drafts.delete(name) : this.drafts.set(name, value);
    if (change.records) this.pulls += 1;
    if (change.pack !== undefined) this.pack = change.pack;
    if (change.receipt) this.receipt = change.receipt;
  }

  /** @param {number} actor @param {number} n @param {Kept | null} kept */
  keep(actor, n, kept) {
    const key = `${actor}.${n}`;
    const before = this.kept.get(key);
    if (before) this.keptByRecord.get(before.op.record)?.delete(key);
    if (before && !this.keptByRecord.get(before.op.record)?.size) this.keptByRecord.delete(before.op.record);
    if (!kept) {
      this.kept.delete(key);
      return;
    }
    this.kept.set(key, kept);
    const ofRecord = this.keptByRecord.get(kept.op.record) ?? new Map();
    this.keptByRecord.set(kept.op.record, ofRecord.set(key, kept));
  }

  /** @param {string} bucket @param {string} record @param {RecordState | null} state @param {bigint} sum */
  place(bucket, record, state, sum) {
    const held = this.buckets.get(bucket) ?? new Map();
    this.buckets.set(bucket, held);
    const names = this.bucketsOf.get(record) ?? new Set();
    if (state) {
      held.set(record, { state, sum });
      this.bucketsOf.set(record, names.add(bucket));
      return;
    }
    held.delete(record);
    names.delete(bucket);
    if (!names.size) this.bucketsOf.delete(record);
  }

  /** @param {string} bucket @param {number[] | null} cursor */
  setCursor(bucket, cursor) {
    if (cursor) {
      this.cursors.set(bucket, cursor);
      return;
    }
    for (const record of [...(this.buckets.get(bucket)?.keys() ?? [])]) this.place(bucket, record, null, 0n);
    this.buckets.delete(bucket);
    this.cursors.delete(bucket);
  }
}

/** @param {RecordState} state */
const known = (state) => [...state.seen.values()].reduce((sum, n) => sum + n, 0);
