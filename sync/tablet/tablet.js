// This file is the tablet: the one thing that the screens know of engine, store, keys and network (interface.js).
//
// One window of a browser holds it. What changes the store runs one step after the other; the network is never waited for
// while somebody records.

import { ELSEWHERE } from "./elsewhere.js";
import { hex } from "./engine/canonical.js";
import * as client from "./engine/client.js";
import { instantOf } from "./engine/clock.js";
import { forecastOf } from "./engine/forecast.js";
import { search } from "./engine/search.js";
import { Shelf } from "./engine/shelf.js";
import { openStore, takeCaptured } from "./keys/take_over.js";
import { keepTrying } from "./net/again.js";
import { syncOrStop } from "./net/host.js";
import * as people from "./net/people.js";
import { DEPOSIT_ONLY } from "./net/sync.js";
import { changeOver, watchUpdates } from "./net/update.js";
import { keepFile, recordAct } from "./recording.js";
import { openGround } from "./store/ground.js";
import * as room from "./store/room.js";
import { lightsNow, stateOf } from "./told.js";

/**
 * @typedef {import("./interface.js").Tablet} Tablet
 * @typedef {import("./interface.js").Act} Act
 * @typedef {import("./interface.js").Recorded} Recorded
 * @typedef {import("./interface.js").Synced} Synced
 * @typedef {import("./store/ground.js").Ground} Ground
 * @typedef {import("./store/ground.js").InClear} InClear
 * @typedef {import("./keys/vault.js").DataKey} DataKey
 * @typedef {import("./keys/vault.js").Person} Person
 *
 * @typedef {object} Open  What a tablet holds while somebody is let in; a locked one holds nothing of it.
 * @property {import("./store/memory.js").Store} store
 * @property {DataKey} data
 * @property {Person} author
 */

const BOOT = hex(crypto.getRandomValues(new Uint8Array(8)));
const LOCK = "maraude-tablet";
const TURN_AFTER_MS = 200; // the first screen comes before, and hardly anybody saves before

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
  return isMine ? new TabletHere(await openGround()).begin() : ELSEWHERE;
}

/** @implements {Tablet} */
export class TabletHere {
  /** @param {Ground} ground */
  constructor(ground) {
    this.ground = ground;
    this.sealed = ground.sealed;
    this.filesWaiting = ground.files;
    /** @type {Open | null} */
    this.open = null;
    /** @type {Map<string, {share: import("./engine/canonical.js").Bytes, until: number}>} */
    this.shares = new Map();
    this.shelf = new Shelf();
    /** @type {Set<() => void>} */
    this.watchers = new Set();
    /** @type {Promise<unknown>} */
    this.queue = Promise.resolve();
    /** @type {Promise<unknown>} */
    this.door = Promise.resolve();
    /** @type {Promise<Synced> | null} */
    this.running = null;
    this.updateWaiting = false;
    this.hasJoined = false;
    this.roundTrip = 0;
    this.clocks = clocks;
    this.today = () => dayOf(Date.now());
    this.again = keepTrying(() => this.sync());
  }

  begin() {
    setTimeout(() => this.disk.turn(), TURN_AFTER_MS);
    watchUpdates(() => {
      this.updateWaiting = true;
      this.changed();
    });
    return this;
  }

  get clear() {
    return this.ground.clear;
  }

  get keys() {
    return this.clear.keys;
  }

  get place() {
    return this.clear.place;
  }

  get vault() {
    return this.clear.vault;
  }

  get disk() {
    return this.ground.disk;
  }

  get reserve() {
    return this.ground.reserve;
  }

  get link() {
    return this.ground.link;
  }

  get store() {
    return this.open?.store ?? null;
  }

  get data() {
    return this.open?.data ?? null;
  }

  /** How much room is left, as last looked. */
  get storage() {
    return this.reserve.storage;
  }

  get state() {
    return stateOf(this);
  }

  lights = () => lightsNow(this);

  // --- people

  /** @param {string} fragment */
  enrol(fragment) {
    return this.atDoor(async () => {
      const done = await people.enrol(this, fragment);
      if (done.done) await Promise.all([room.keepForGood(), this.reserve.hold()]);
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
      const said = await recordAct(this, act);
      return said.saved ? this.after(said) : said;
    });
  }

  /** @param {Blob} file @param {string} record_id @returns {Promise<Recorded>} */
  attach(file, record_id) {
    return this.exclusive(async () => {
      const said = await keepFile(this, file, record_id);
      return said.saved ? this.after(said) : said;
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

  // --- looking

  view = (/** @type {string} */ id) => (this.store ? this.shelf.shown(this.store, id) : null);

  all = (/** @type {string} */ kind) => (this.store ? this.shelf.all(this.store, kind) : []);

  bucket = (/** @type {string} */ place) => (this.store ? this.shelf.ofPlace(this.store, place) : []);

  ops = (/** @type {string} */ id) => (this.store ? this.store.opsOf(id).map(this.shelf.ownOp) : []);

  outbox = () => (this.store ? this.store.ops().map(this.shelf.ownOp).reverse() : []);

  search = (/** @type {string} */ text) => search(this.all("person"), text);

  forecast = (/** @type {string} */ id) => (this.store ? forecastOf(this.store.pack, id, this.shelf.dosesOf(this.store, id), this.today()) : null);

  /** @param {() => void} look */
  watch(look) {
    this.watchers.add(look);
    return () => this.watchers.delete(look);
  }

  // --- the network

  /** Sync, unless one runs: then wait for that one. */
  sync() {
    this.running ??= this.syncNow().finally(() => {
      this.running = null;
      this.changed();
    });
    return this.running;
  }

  async update() {
    await this.exclusive(changeOver);
  }

  /** @returns {Promise<Synced>} */
  async syncNow() {
    const { link, place } = this;
    if (!place) return { complete: false, reason: "not_enrolled", requests: 0 };
    const before = link.requests;
    this.changed();
    const reason = await syncOrStop(this, place.territory);
    const complete = reason === "";
    const values = { last_sync: { at: instantOf(Date.now()), complete, reason }, deposit_only: reason === DEPOSIT_ONLY || (this.clear.deposit_only && !complete) };
    if (this.place) await this.keep(complete ? { ...values, agreed_on: this.today(), lost: null } : values);
    if (complete) await this.reserve.hold();
    return { complete, reason, requests: link.requests - before };
  }

  /** Take everything away, say what that cost, and begin anew. */
  async wipe() {
    const who = this.who;
    await this.exclusive(async () => {
      const left = this.state.waiting + this.sealed;
      this.close();
      await this.disk.wipe();
      room.unmark();
      await this.link.send("POST", "/sync/wiped", JSON.stringify({ unsent: left }), who);
      this.ground = await openGround();
      this.sealed = this.ground.sealed;
      this.filesWaiting = this.ground.files;
    });
  }

  // --- within

  /** Whose requests these are, "<territory>/<installation>"; empty while it is enrolled nowhere, and then nothing is signed. */
  get who() {
    const identity = this.store?.identity ?? this.clear.identity;
    return this.place && identity ? `${this.place.territory}/${identity.installation}` : "";
  }

  /** Let somebody in: takes over what the disk holds, unless it is open for another. @param {DataKey} data @param {Person} author */
  opened(data, author) {
    return this.exclusive(async () => {
      if (this.open) this.open = { ...this.open, author };
      else await this.takeOver(data, author);
      this.again.soon();
    });
  }

  /** @param {DataKey} data @param {Person} author */
  async takeOver(data, author) {
    const store = await openStore(this.disk, data);
    this.open = { store, data, author };
    if (this.vault) await takeCaptured(store, this.disk, data, this.vault.seal_private);
    this.sealed = await this.disk.captures();
  }

  close() {
    if (this.open) {
      this.clear.identity = this.open.store.identity;
      this.open.store.isClosed = true;
    }
    this.open = null;
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

  /** @param {Partial<InClear>} values */
  async keep(values) {
    Object.assign(this.clear, values); // first, so that a step that begins meanwhile changes what is so from now on
    await this.reserve.spend(() => this.disk.setPlain(values)); // nobody is kept out by a full disk
  }

  /** @template T @param {T} said @returns {T} */
  after(said) {
    if (this.store) room.mark(client.waiting(this.store).length, instantOf(Date.now()));
    void this.reserve.look(this.place !== null);
    this.changed();
    return said;
  }

  changed() {
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
