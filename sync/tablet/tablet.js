// This file is the tablet: the one thing that the screens know of engine, store, keys and network (interface.js).
//
// One window of a browser holds it. What changes the store runs one step after the other; the network is never waited for
// while somebody records.

import { hex, sha256 } from "./engine/canonical.js";
import * as client from "./engine/client.js";
import { flagOf, instantOf } from "./engine/clock.js";
import { actRefusal, missing } from "./engine/fields.js";
import { forecastOf } from "./engine/forecast.js";
import { newOpId, newRecordId } from "./engine/ids.js";
import { lightsOf } from "./engine/lights.js";
import { search } from "./engine/search.js";
import { Shelf } from "./engine/shelf.js";
import { openCapture, privateKeyOf, sealCapture } from "./keys/capture.js";
import { makeDeviceKeys } from "./keys/vault.js";
import { keepTrying } from "./net/again.js";
import { Link } from "./net/link.js";
import * as people from "./net/people.js";
import { DEPOSIT_ONLY, askOrders, syncOnce } from "./net/sync.js";
import { changeOver, watchUpdates } from "./net/update.js";
import { Disk } from "./store/disk.js";
import { Locked, Store } from "./store/memory.js";
import * as room from "./store/room.js";

/**
 * @typedef {import("./interface.js").Tablet} Tablet
 * @typedef {import("./interface.js").Act} Act
 * @typedef {import("./interface.js").Recorded} Recorded
 */

const BOOT = hex(crypto.getRandomValues(new Uint8Array(8)));
const LOCK = "maraude-tablet";
const IN_CLEAR = ["keys", "place", "identity", "vault", "lost", "last_sync", "agreed_on", "skew", "deposit_only", "ordered_on"];

/** @type {Promise<Tablet> | null} */
let opened = null;

/** Open the tablet of this browser, once a page. A second window gets one whose `state.elsewhere` is true. @returns {Promise<Tablet>} */
export function openTablet() {
  opened ??= openHere();
  return opened;
}

/** @returns {Promise<Tablet>} */
async function openHere() {
  const isMine = await new Promise((resolve) => {
    navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock ? new Promise(() => {}) : undefined; // held until the window closes
    });
  });
  return new TabletHere(isMine ? await Disk.open() : null).begin();
}

/** @implements {Tablet} */
class TabletHere {
  /** @param {Disk | null} disk */
  constructor(disk) {
    this.disk = disk;
    /** @type {Store | null} */
    this.store = null;
    this.data = null;
    this.vault = null;
    this.place = null;
    this.author = null;
    this.shares = new Map();
    this.shelf = new Shelf();
    this.sealed = 0;
    this.filesWaiting = 0;
    this.watchers = new Set();
    this.queue = Promise.resolve();
    this.door = Promise.resolve();
    this.running = null;
    this.updateWaiting = false;
    this.hasJoined = false;
    this.isReserved = false;
    this.roundTrip = 0;
    this.storage = { used_bytes: 0, quota_bytes: 0, persisted: false, level: "good", lost: null };
  }

  async begin() {
    if (!this.disk) return this;
    await this.readPlain();
    this.again = keepTrying(() => this.sync());
    watchUpdates(() => this.changed((this.updateWaiting = true)));
    return this;
  }

  /** Read what lies in clear, and make the keys of this browser where there are none. */
  async readPlain() {
    const values = await Promise.all(IN_CLEAR.map((key) => this.disk.plain(key)));
    IN_CLEAR.forEach((key, at) => (this[key] = values[at] ?? null));
    if (!this.keys) {
      this.lost = room.marked();
      await this.keep({ keys: await makeDeviceKeys(), lost: this.lost });
    }
    this.link = new Link(this.keys.sign);
    this.sealed = await this.disk.captures();
    this.filesWaiting = await this.disk.fileCount();
    this.isReserved = await this.disk.isReserved();
    await this.lookAtRoom();
  }

  get state() {
    return {
      enrolled: this.place !== null,
      locked: this.store === null,
      deposit_only: Boolean(this.deposit_only),
      elsewhere: this.disk === null,
      author: this.author && { id: this.author.id, name: this.author.name, ready: true },
      authors: (this.vault?.people ?? []).map(({ id, name }) => ({ id, name, ready: people.isReady(this, id) })),
      label: this.place?.label ?? "",
      rescue_numbers: (this.vault?.rescues ?? []).map((one) => one.number),
      clock_warning: this.skew && flagOf(this.skew) !== "good" ? flagOf(this.skew) : "",
      storage: { ...this.storage, lost: this.lost ?? null },
      waiting: this.store ? client.waiting(this.store).length : 0,
      sealed: this.sealed,
      syncing: this.running !== null,
      last_sync: this.last_sync ?? null,
      update_waiting: this.updateWaiting,
    };
  }

  // --- people

  /** @param {string} fragment */
  enrol(fragment) {
    return this.atDoor(async () => {
      const done = await people.enrol(this, fragment);
      if (done.done) await Promise.all([room.keepForGood(), this.holdRoom()]);
      return done;
    });
  }

  /** @param {{login: string, passphrase: string, code: string, pin: string}} proof */
  signIn(proof) {
    this.hasJoined = true; // the seal that a spoken code opens does not know this person yet
    return this.atDoor(() => people.signIn(this, proof));
  }

  /** @param {string} author @param {string} pin */
  unlock(author, pin) {
    return this.atDoor(() => people.unlock(this, author, pin));
  }

  /** @param {string} author @param {string} pin @param {string} code */
  unlockByCode(author, pin, code) {
    return this.atDoor(() => people.unlockByCode(this, author, pin, code));
  }

  lock() {
    return this.exclusive(async () => this.close());
  }

  // --- recording

  /** @param {Act} act @returns {Promise<Recorded>} */
  record(act) {
    return this.exclusive(async () => {
      const whole = { ...act, record_id: act.record_id ?? newRecordId(Date.now()) };
      const refused = this.refusal(whole);
      if (refused) return { saved: false, record_id: whole.record_id, ...refused };
      const said = await this.withRoom(() => (this.store ? this.write(whole) : this.capture(whole)));
      if ("reason" in said) return { saved: false, record_id: whole.record_id, field: "", ...said };
      return this.after({ saved: true, record_id: whole.record_id, reason: "", field: "" });
    });
  }

  /** @param {string} name @param {unknown} value */
  keepDraft(name, value) {
    return this.exclusive(async () => {
      if (this.store) await this.store.save({ drafts: [[name, value]] });
    });
  }

  draft = (/** @type {string} */ name) => this.store?.drafts.get(name) ?? null;

  drafts = () => [...(this.store?.drafts.keys() ?? [])];

  /** @param {Blob} file @param {string} record_id @returns {Promise<Recorded>} */
  attach(file, record_id) {
    return this.exclusive(async () => {
      const said = { saved: false, record_id, reason: "", field: "" };
      if (!this.data) return { ...said, reason: "locked" };
      if (this.storage.level === "full") return { ...said, reason: "storage_full" };
      const content = new Uint8Array(await file.arrayBuffer());
      const waiting = { sha256: await sha256(content), size_bytes: content.length, media_type: file.type, record_id, content };
      const kept = await this.withRoom(async () => (await this.disk.keepFile(waiting, this.data), {}));
      if (kept.reason) return { ...said, ...kept };
      this.filesWaiting = await this.disk.fileCount();
      return this.after({ ...said, saved: true });
    });
  }

  // --- looking

  view = (/** @type {string} */ id) => (this.store ? this.shelf.shown(this.store, id) : null);

  all = (/** @type {string} */ kind) => (this.store ? this.shelf.all(this.store, kind) : []);

  bucket = (/** @type {string} */ place) => (this.store ? this.shelf.ofPlace(this.store, place) : []);

  ops = (/** @type {string} */ id) => (this.store ? this.store.opsOf(id).map(this.shelf.ownOp) : []);

  outbox = () => (this.store ? this.store.ops().map(this.shelf.ownOp).reverse() : []);

  search = (/** @type {string} */ text) => search(this.all("person"), text);

  forecast = (/** @type {string} */ id) => (this.store ? forecastOf(this.store.pack, id, this.shelf.dosesOf(this.store, id), dayOf(Date.now())) : null);

  lights() {
    const today = dayOf(Date.now());
    const me = this.store?.identity;
    return lightsOf({
      enrolled: this.place !== null, locked: this.store === null, deposit_only: Boolean(this.deposit_only),
      waiting: this.state.waiting, sealed: this.sealed, files: this.filesWaiting, storage_level: this.storage.level,
      has_round: this.all("round").some((one) => one.values.day_on === today && one.values.state !== "withdrawn"),
      agreed_today: this.agreed_on === today, receipt: this.store?.receipt ?? null,
      chain: { n: (me?.next_n ?? 1) - 1, hash: me?.head ?? "" },
    });
  }

  /** @param {() => void} look */
  watch(look) {
    this.watchers.add(look);
    return () => this.watchers.delete(look);
  }

  // --- the network

  /** Sync, unless one runs: then wait for that one. */
  sync() {
    this.running ??= this.syncNow().finally(() => this.changed((this.running = null)));
    return this.running;
  }

  async update() {
    await this.exclusive(changeOver);
  }

  async syncNow() {
    if (!this.disk || !this.place) return { complete: false, reason: this.disk ? "not_enrolled" : "elsewhere", requests: 0 };
    const { link } = this;
    const before = link.requests;
    this.changed();
    const reason = await this.syncOrStop();
    const complete = reason === "";
    const values = { last_sync: { at: instantOf(Date.now()), complete, reason }, deposit_only: reason === DEPOSIT_ONLY || (this.deposit_only && !complete) };
    if (this.place) await this.keep(complete ? { ...values, agreed_on: dayOf(Date.now()), lost: null } : values);
    if (complete) await this.holdRoom();
    return { complete, reason, requests: link.requests - before };
  }

  async syncOrStop() {
    const host = { ...this.host(), store: this.store };
    if (!host.store) return (await askOrders({ ...host, store: undefined, installation: this.identity.installation })) || "locked";
    try {
      return await syncOnce(host);
    } catch (error) {
      if (error instanceof Locked) return "locked";
      if (room.isFull(error)) return "storage_full";
      throw error;
    }
  }

  host() {
    const tablet = this;
    return {
      link: this.link, territory: this.place.territory, clocks,
      exclusive: (step) => this.exclusive(async () => this.after(await step())),
      sampled: ({ wall, server }) => this.keep({ skew: wall - server }),
      ordered: (orders) => this.obey(orders),
      today: () => dayOf(Date.now()),
      isPackFresh: () => this.store?.pack?.on === dayOf(Date.now()) && this.store.pulls === 0,
      wantsOrders: () => this.ordered_on !== dayOf(Date.now()) || !this.vault?.rescues.length || this.hasJoined,
      files: () => this.disk.files(this.data),
      fileDone: async (sum) => {
        await this.disk.dropFile(sum);
        this.filesWaiting = await this.disk.fileCount();
      },
      get roundTrip() { return tablet.roundTrip; },
      set roundTrip(milliseconds) { tablet.roundTrip = milliseconds; },
    };
  }

  /** Do what the server orders: all was handed in before, as far as the tablet is open. */
  async obey({ order, label, rescue }) {
    if (order === "wipe") {
      await this.wipe();
      return "wiped";
    }
    await this.keep({ ordered_on: dayOf(Date.now()) });
    this.hasJoined = false;
    if (label && label !== this.place.label) await this.keep({ place: { ...this.place, label } });
    if (rescue && this.vault) await this.keep({ vault: { ...this.vault, rescues: [people.rescueOf(rescue)] } });
    return "";
  }

  async wipe() {
    const who = this.who;
    await this.exclusive(async () => {
      const left = this.state.waiting + this.sealed;
      this.close();
      await this.disk.wipe();
      room.unmark();
      await this.link.send("POST", "/sync/wiped", JSON.stringify({ unsent: left }), who);
      IN_CLEAR.forEach((key) => (this[key] = null));
      this.disk = await Disk.open();
      await this.readPlain();
    });
  }

  // --- within

  get who() {
    return `${this.place.territory}/${(this.store?.identity ?? this.identity).installation}`;
  }

  /** @param {Act & {record_id: string}} act */
  refusal(act) {
    if (!this.disk || !this.vault) return { reason: this.disk ? "not_enrolled" : "elsewhere", field: "" };
    if (this.storage.level === "full") return { reason: "storage_full", field: "" };
    const refused = actRefusal(act);
    if (refused) return refused;
    const isNew = this.store ? client.state(this.store, act.record_id) === null : false;
    const lacking = isNew ? missing(act) : null;
    return lacking && { reason: "required", field: lacking };
  }

  /** Save; where there is no room, give the reserve up for it, and say from then on that it is full. */
  async withRoom(save) {
    for (const _try of [1, 2]) {
      try {
        return await save();
      } catch (error) {
        if (!room.isFull(error)) throw error;
        if (!this.isReserved) break;
        await this.disk.release();
        this.isReserved = false;
      }
    }
    return { reason: "storage_full" };
  }

  /** Hold room again, if there is any. */
  async holdRoom() {
    try {
      if (!this.isReserved) await this.disk.reserve(room.ballast());
      this.isReserved = true;
    } catch (error) {
      if (!room.isFull(error)) throw error;
    }
    await this.lookAtRoom();
  }

  /** @param {Act & {record_id: string}} act */
  write(act) {
    const more = act.draft ? { drafts: [[act.draft, null]] } : {};
    return client.record(this.store, act, newOpId(), this.author.id, clocks(), { more });
  }

  /** @param {Act & {record_id: string}} act */
  async capture(act) {
    const known = this.vault.people.some((one) => one.id === act.author);
    if (!known) return { reason: "author_unknown", field: "" };
    await this.disk.capture(await sealCapture(this.vault.seal_public, JSON.stringify({ act, op_id: newOpId(), clocks: clocks() })));
    this.sealed = await this.disk.captures();
    return {};
  }

  /** Let somebody in: takes over what the disk holds, unless it is open for another. */
  opened(data, person) {
    return this.exclusive(async () => {
      this.author = person;
      if (!this.store) await this.takeOver(data);
      this.again.soon();
    });
  }

  /** Open what the disk holds, and make ops of what was captured while locked. */
  async takeOver(data) {
    this.data = data;
    const held = await this.disk.load(data);
    this.damaged = held.damaged;
    this.store = new Store(held, (change) => this.disk.save(change, data));
    const privateKey = await privateKeyOf(data, this.vault.seal_private);
    const seen = new Map(); // whoever captured saw nothing of the record but what was captured before
    for (const [key, captured] of await this.disk.captured()) {
      const { act, op_id, clocks: at } = JSON.parse(await openCapture(privateKey, captured));
      const before = seen.get(act.record_id);
      const beside = { seen: before ? new Map([before]) : new Map(), more: { opened: [key] } };
      const op = await client.record(this.store, act, op_id, act.author, at, beside);
      if ("n" in op) seen.set(act.record_id, [op.actor, op.n]);
    }
    this.sealed = await this.disk.captures();
  }

  close() {
    if (this.store) {
      this.identity = this.store.identity;
      this.store.isClosed = true;
    }
    this.store = this.data = this.author = null;
    this.shelf = new Shelf();
    this.changed();
  }

  /** Let one person in after the other; the network is waited for here, and records meanwhile go on. @template T @param {() => Promise<T>} step @returns {Promise<T>} */
  atDoor(step) {
    const turn = this.door.then(step).then((said) => this.after(said));
    this.door = turn.then(() => {}, () => {});
    return turn;
  }

  /** Run one step after the other. @template T @param {() => Promise<T>} step @returns {Promise<T>} */
  exclusive(step) {
    const turn = this.queue.then(step);
    this.queue = turn.then(() => {}, () => {});
    return turn;
  }

  /** @param {Record<string, unknown>} values */
  async keep(values) {
    Object.assign(this, values); // first, so that a step that begins meanwhile changes what is so from now on
    await this.disk.setPlain(values);
  }

  /** @template T @param {T} said @returns {T} */
  after(said) {
    if (this.store) room.mark(client.waiting(this.store).length, instantOf(Date.now()));
    void this.lookAtRoom();
    this.changed();
    return said;
  }

  async lookAtRoom() {
    this.storage = await room.room(this.isReserved || !this.place);
  }

  changed(_why) {
    this.shelf.forget();
    for (const look of this.watchers) look();
  }
}

/** @returns {import("./engine/client.js").Clocks} */
const clocks = () => ({ wall: Date.now(), mono: Math.floor(performance.now()), boot: BOOT });

/** Return the day of this tablet's time zone. @param {number} at */
function dayOf(at) {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
