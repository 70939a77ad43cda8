// This file keeps the tablet on disk: IndexedDB, strict durability, one transaction per change, records sealed.
//
// In clear lie numbers, ids and keys that cannot be read out; everything that somebody typed or that the server gave of
// people is sealed under the data key, bound to its place. What is sealed before the transaction begins, since a
// transaction does not wait for anything but the store.

import { sum64 as sumOf, sumText } from "../engine/canonical.js";
import { decode, encode } from "../engine/state.js";
import { open, seal } from "../keys/vault.js";
import { turnOver } from "./turn_over.js";

const NAME = "maraude";
const VERSION = 1;
const OPENINGS_MAX = 5; // each waits two seconds for whoever still holds the store, such as a browser that is just ending
const ALL = ["plain", "ops", "records", "cursors", "drafts", "captures", "files", "reserve"];

/**
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {import("./memory.js").Change} Change
 * @typedef {import("../keys/vault.js").DataKey} DataKey
 * @typedef {object} Held  What the disk holds, opened.
 * @property {import("./memory.js").Identity} identity
 * @property {[number, number, import("./memory.js").Kept][]} ops
 * @property {[string, string, import("../engine/state.js").RecordState, bigint][]} records
 * @property {Map<string, number[]>} cursors
 * @property {Map<string, unknown>} drafts
 * @property {any} pack
 * @property {{n: number, hash: string} | null} receipt
 */

export class Disk {
  /** @param {IDBDatabase} database @param {boolean} wasThrownAway the browser found the store damaged and made an empty one */
  constructor(database, wasThrownAway) {
    this.database = database;
    this.wasThrownAway = wasThrownAway;
    /** @type {Promise<void> | null} */
    this.turned = null;
  }

  /** Open the store; while another process holds it, try again. @returns {Promise<Disk>} */
  static async open() {
    for (let opening = 1; ; opening += 1) {
      try {
        return await openOnce();
      } catch (error) {
        const isHeld = error instanceof DOMException && error.name === "UnknownError";
        if (!isHeld || opening === OPENINGS_MAX) throw error;
      }
    }
  }

  /** Turn the log over before the first write of this session, once; reading does not wait for it. @returns {Promise<void>} */
  turn() {
    this.turned ??= turnOver(this.database);
    return this.turned;
  }

  /** Return a value that lies in clear. @param {string} key */
  plain(key) {
    return done(this.database.transaction("plain").objectStore("plain").get(key));
  }

  /** Write values that lie in clear, all or nothing. @param {Record<string, unknown>} values */
  setPlain(values) {
    return this.#write(["plain"], (store) => {
      for (const [key, value] of Object.entries(values)) store("plain").put(value, key);
    });
  }

  /** Return how many acts were captured while locked. @returns {Promise<number>} */
  captures() {
    return done(this.database.transaction("captures").objectStore("captures").count());
  }

  /** Keep an act that was captured while locked. @param {import("../keys/capture.js").Captured} captured */
  capture(captured) {
    return this.#write(["captures"], (store) => store("captures").add(captured));
  }

  /** Return the captured acts with their keys, in the order of capture. @returns {Promise<[number, import("../keys/capture.js").Captured][]>} */
  async captured() {
    const [keys, values] = await this.#all("captures");
    return keys.map((key, at) => [Number(key), values[at]]);
  }

  /** Open all that the disk holds. What does not open is left where it lies. @param {DataKey} data @returns {Promise<Held>} */
  async load(data) {
    const read = async (/** @type {string} */ name) => {
      const [keys, values] = await this.#all(name);
      const opened = await Promise.all(keys.map((key, at) => openRow(data, name, key, values[at])));
      return opened.flatMap((one) => (one === null ? [] : [one]));
    };
    const ops = (await read("ops")).map(([[actor, n], kept]) => /** @type {[number, number, any]} */ ([actor, n, kept]));
    const records = (await read("records")).map(([[bucket, record], { content, sum }]) =>
      /** @type {[string, string, any, bigint]} */ ([bucket, record, decode(content)[1], BigInt(`0x${sum}`)]));
    const drafts = new Map((await read("drafts")).map(([name, value]) => [name, value]));
    const [buckets, cursors] = await this.#all("cursors");
    const pack = await this.plain("pack");
    return {
      identity: await this.plain("identity"), ops, records, drafts,
      cursors: new Map(buckets.map((bucket, at) => [String(bucket), cursors[at]])),
      receipt: (await this.plain("receipt")) ?? null,
      pack: pack ? JSON.parse(await data.open(pack, "pack")) : null,
    };
  }

  /** Make a change durable, all of it or nothing. @param {Change} change @param {DataKey} data */
  async save(change, data) {
    const sealed = await sealedRows(change, data);
    const pack = change.pack === undefined ? null : await data.seal(JSON.stringify(change.pack), "pack");
    await this.#write(ALL, (store) => {
      if (change.identity) store("plain").put(change.identity, "identity");
      if (pack) store("plain").put(pack, "pack");
      if (change.receipt) store("plain").put(change.receipt, "receipt");
      for (const [name, key, row] of sealed) row ? store(name).put(row, key) : store(name).delete(key);
      for (const [bucket, cursor] of change.cursors ?? []) {
        if (cursor) {
          store("cursors").put(cursor, bucket);
        } else {
          store("cursors").delete(bucket);
          store("records").delete(IDBKeyRange.bound([bucket], [bucket, []]));
        }
      }
      for (const key of change.opened ?? []) store("captures").delete(key);
    });
  }

  /** Keep a file until the server has it. @param {import("../net/files.js").Waiting} file @param {DataKey} data */
  async keepFile({ content, ...about }, data) {
    const place = placeOf("files", about.sha256);
    const row = { about: await data.seal(JSON.stringify(about), place), content: await seal(data.key, content, place) };
    await this.#write(["files"], (store) => store("files").put(row, about.sha256));
  }

  /** Return the files that wait. @param {DataKey} data @returns {Promise<import("../net/files.js").Waiting[]>} */
  async files(data) {
    const [keys, rows] = await this.#all("files");
    return Promise.all(keys.map(async (key, at) => {
      const place = placeOf("files", key);
      return { ...JSON.parse(await data.open(rows[at].about, place)), content: await open(data.key, rows[at].content, place) };
    }));
  }

  /** Return how many files wait. @returns {Promise<number>} */
  fileCount() {
    return done(this.database.transaction("files").objectStore("files").count());
  }

  /** @param {string} sha256 */
  dropFile(sha256) {
    return this.#write(["files"], (store) => store("files").delete(sha256));
  }

  /** Hold room for when there is none; the store fails if there is none now. @param {Bytes} ballast */
  reserve(ballast) {
    return this.#write(["reserve"], (store) => store("reserve").put(ballast, 0));
  }

  /** Give the held room up. */
  release() {
    return this.#write(["reserve"], (store) => store("reserve").clear());
  }

  /** Tell whether room is held. */
  async isReserved() {
    return (await done(this.database.transaction("reserve").objectStore("reserve").count())) > 0;
  }

  /** Take everything away: the order came to wipe this tablet. */
  async wipe() {
    await this.#write(ALL, (store) => {
      for (const name of ALL) store(name).clear();
    });
    this.database.close();
    await done(indexedDB.deleteDatabase(NAME));
  }

  /** @param {string} name @returns {Promise<[IDBValidKey[], any[]]>} */
  async #all(name) {
    const store = this.database.transaction(name).objectStore(name);
    return Promise.all([done(store.getAllKeys()), done(store.getAll())]);
  }

  /**
   * @param {string[]} names
   * @param {(store: (name: string) => IDBObjectStore) => void} change
   * @returns {Promise<void>}
   */
  async #write(names, change) {
    await this.turn();
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException("the store stopped", "AbortError"));
      change((name) => transaction.objectStore(name));
    });
  }
}

/** @returns {Promise<Disk>} */
async function openOnce() {
  let wasThrownAway = false;
  const asked = indexedDB.open(NAME, VERSION);
  asked.onupgradeneeded = (/** @type {any} */ event) => {
    wasThrownAway = event.dataLoss === "total"; // Chromium says so; other browsers leave it to the mark of room.js
    for (const name of ALL) asked.result.createObjectStore(name, { autoIncrement: name === "captures" });
  };
  const database = await done(asked);
  database.onversionchange = () => database.close(); // a newer app in another window wants to change the store
  return new Disk(database, wasThrownAway);
}

/** @param {Change} change @param {DataKey} data @returns {Promise<[string, IDBValidKey, unknown][]>} */
function sealedRows(change, data) {
  /** @type {[string, IDBValidKey, unknown][]} */
  const rows = [
    ...(change.ops ?? []).map(([actor, n, kept]) => /** @type {[string, IDBValidKey, unknown]} */ (["ops", [actor, n], kept])),
    ...(change.drafts ?? []).map(([name, value]) => /** @type {[string, IDBValidKey, unknown]} */ (["drafts", name, value])),
  ];
  for (const [bucket, record, state] of change.records ?? []) rows.push(["records", [bucket, record], state && { content: encode(record, state) }]);
  return Promise.all(rows.map(async ([name, key, row]) => [name, key, row === null ? null : await sealRow(data, name, key, row)]));
}

/** @param {DataKey} data @param {string} name @param {IDBValidKey} key @param {any} row */
async function sealRow(data, name, key, row) {
  if (name === "records") row.sum = sumText(await sumOf(row.content));
  return data.seal(JSON.stringify(row), placeOf(name, key));
}

/** @param {DataKey} data @param {string} name @param {any} key @param {any} sealed @returns {Promise<[any, any] | null>} */
async function openRow(data, name, key, sealed) {
  try {
    return [key, JSON.parse(await data.open(sealed, placeOf(name, key)))];
  } catch (error) {
    if (error instanceof DOMException || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/** @param {string} name @param {IDBValidKey} key */
const placeOf = (name, key) => `${name} ${JSON.stringify(key)}`;

/**
 * @template T
 * @param {IDBRequest<T>} asked
 * @returns {Promise<T>}
 */
function done(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
