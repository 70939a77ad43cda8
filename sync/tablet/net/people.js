// This file is how a tablet comes to its server and how people come to their tablet: enrolment, sign-in, PIN, spoken code.

import { identityOf, startAnew } from "../engine/client.js";
import { makePair } from "../keys/capture.js";
import * as vault from "../keys/vault.js";
import { base64url, fromBase64url, holding } from "./link.js";

const SHARE_LASTS_MS = 12 * 3_600_000; // a working day: then the PIN needs the network again
const GUESSES_MAX = 5;
const PIN_FORM = /^\d{6,12}$/;

/**
 * @typedef {import("../interface.js").Done} Done
 * @typedef {import("../keys/vault.js").Person} Person
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {object} Desk  What these steps need of the tablet.
 * @property {import("../store/disk.js").Disk} disk
 * @property {import("./link.js").Link} link
 * @property {import("../keys/vault.js").DeviceKeys} keys
 * @property {{territory: string, label: string} | null} place
 * @property {import("../keys/vault.js").VaultRow | null} vault
 * @property {import("../keys/vault.js").DataKey | null} data
 * @property {import("../store/memory.js").Store | null} store
 * @property {string} who
 * @property {Map<string, {share: Bytes, until: number}>} shares  in memory alone
 * @property {<T>(step: () => Promise<T>) => Promise<T>} exclusive
 * @property {(values: Partial<import("../store/ground.js").InClear>) => Promise<void>} keep  writes values in clear and takes them over
 * @property {(data: import("../keys/vault.js").DataKey, person: Person) => Promise<void>} opened
 */

const DONE = { done: true, reason: "" };
const not = (/** @type {string} */ reason, /** @type {number} */ left = 0) => ({ done: false, reason, ...(left ? { left } : {}) });

/** Enrol by the fragment of a QR code; a tablet that was enrolled before issues again all that it kept (S1). @param {Desk} desk @param {string} fragment @returns {Promise<Done>} */
export async function enrol(desk, fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ""));
  const territory = said.get("territory") ?? "";
  const code = said.get("code") ?? "";
  if (desk.vault && !desk.data) return not("unlock_first"); // what is on it can be issued again only while it is open
  const body = JSON.stringify({ territory_id: territory, code, public_key: await desk.link.publicKey() });
  const outcome = await desk.link.send("POST", "/sync/enrol", body);
  if (outcome.kind !== "answer") return not(outcome.reason);
  const answer = holding(outcome, ["territory_id", "installation_id"]);
  if (!answer) return not("not_our_answer");
  const { territory_id, installation_id, actor, epoch } = answer;
  const place = { territory: territory_id, label: desk.place?.label ?? "" };
  const { store } = desk;
  if (store) {
    await desk.exclusive(() => startAnew(store, installation_id, actor));
    await desk.keep({ place });
  } else {
    await desk.keep({ place, identity: identityOf(installation_id, actor, epoch) });
  }
  return DONE;
}

/**
 * Sign somebody in with both factors and set the PIN: the first time on this tablet, or when the PIN is forgotten.
 * @param {Desk} desk @param {{login: string, passphrase: string, code: string, pin: string}} proof
 * @returns {Promise<Done>}
 */
export async function signIn(desk, { login, passphrase, code, pin }) {
  if (!desk.place) return not("not_enrolled");
  if (!PIN_FORM.test(pin) || new Set(pin).size < 3) return not("pin_weak");
  const salt = vault.randomKey();
  const stretched = await vault.stretched(pin, salt, desk.keys);
  const body = { login, passphrase, code, verifier: base64url(await vault.verifierOf(stretched)) };
  const outcome = await desk.link.send("POST", "/sync/people/sign-in", JSON.stringify(body), desk.who);
  if (outcome.kind !== "answer") return not(outcome.reason);
  const answer = holding(outcome, ["user_id", "full_name", "share", "tablet_share"]);
  if (!answer) return not("not_our_answer");
  const { user_id, full_name, share, tablet_share } = answer;
  const ofTablet = fromBase64url(tablet_share);
  const data = desk.data ?? (desk.vault ? await vault.openBySignIn(desk.vault.by_sign_in, ofTablet, desk.keys) : await vault.DataKey.of(vault.randomKey()));
  if (!data) return not("store_unreadable");
  const wrap = await vault.wrapByPin(data, stretched, fromBase64url(share));
  const person = { id: user_id, name: full_name, salt, wraps: [wrap], failures: 0 };
  const others = (desk.vault?.people ?? []).filter((one) => one.id !== user_id);
  const pair = desk.vault ?? (await makePair(data));
  const by_sign_in = await vault.wrapBySignIn(data, ofTablet, desk.keys);
  await desk.keep({ vault: { rescues: [], ...pair, by_sign_in, people: [...others, person] } });
  remember(desk, user_id, share);
  await desk.opened(data, person);
  return DONE;
}

/** Open by PIN: with the share in memory, or with the one that the server gives. @param {Desk} desk @param {string} author @param {string} pin @returns {Promise<Done>} */
export async function unlock(desk, author, pin) {
  const person = desk.vault?.people.find((one) => one.id === author);
  if (!person) return not("sign_in");
  const stretched = await vault.stretched(pin, person.salt, desk.keys);
  const held = heldShare(desk, author);
  if (held) return openWith(desk, person, stretched, held);
  const body = { user_id: author, verifier: base64url(await vault.verifierOf(stretched)), wraps: person.wraps.length };
  const outcome = await desk.link.send("POST", "/sync/people/unlock", JSON.stringify(body), desk.who);
  if (outcome.kind === "no_network") return not(outcome.reason);
  if (outcome.kind === "refused") return not(outcome.reason, outcome.details.left);
  const answer = holding(outcome, ["share"]);
  if (!answer) return not("not_our_answer");
  const { share, next_share } = answer;
  remember(desk, author, share);
  const done = await openWith(desk, person, stretched, fromBase64url(share));
  if (done.done && desk.data) await changeShare(desk, person, stretched, fromBase64url(share), next_share);
  return done.reason === "pin" ? not("store_unreadable") : done; // the server knew the PIN
}

/** Open by PIN and the supervisor's spoken code, without a network; a code works once. @param {Desk} desk @param {string} author @param {string} pin @param {string} code @returns {Promise<Done>} */
export async function unlockByCode(desk, author, pin, code) {
  const found = await vault.openRescue(desk.vault?.rescues ?? [], code);
  const person = desk.vault?.people.find((one) => one.id === author);
  if (!found || !desk.vault) return not("code");
  if (!person || !found.shares[author]) return not("sign_in");
  const share = fromBase64url(found.shares[author]);
  const stretched = await vault.stretched(pin, person.salt, desk.keys);
  const done = await openWith(desk, person, stretched, share);
  if (done.done || done.reason === "pin_locked") await desk.keep({ vault: { ...desk.vault, rescues: desk.vault.rescues.filter((one) => one.number !== found.number) } });
  if (done.done) remember(desk, author, found.shares[author]);
  return done;
}

/** Read what the server sealed under a code. @param {{number: number, salt: string, sealed: string}} said */
export function rescueOf({ number, salt, sealed }) {
  const bytes = fromBase64url(sealed);
  return { number, salt: fromBase64url(salt), sealed: { iv: bytes.slice(0, 12), body: bytes.slice(12) } };
}

/** Tell whether the PIN alone opens the tablet for this person now. @param {Desk} desk @param {string} author */
export const isReady = (desk, author) => heldShare(desk, author) !== null;

/** @param {Desk} desk @param {Person} person @param {Bytes} stretched @param {Bytes} share @returns {Promise<Done>} */
async function openWith(desk, person, stretched, share) {
  const data = await vault.openByPin(person.wraps, stretched, share);
  const failures = data ? 0 : person.failures + 1;
  const after = { ...person, failures: failures >= GUESSES_MAX ? 0 : failures };
  await keepPerson(desk, after);
  if (data) {
    await desk.opened(data, after);
    return DONE;
  }
  if (failures < GUESSES_MAX) return not("pin", GUESSES_MAX - failures);
  desk.shares.delete(person.id);
  return not("pin_locked");
}

/**
 * Go over to the share that the server announced after a code was spoken: both open until the server has seen that we hold it.
 * @param {Desk} desk @param {Person} person @param {Bytes} stretched @param {Bytes} share @param {string | undefined} next
 */
async function changeShare(desk, person, stretched, share, next) {
  if (!desk.data || (!next && person.wraps.length === 1)) return;
  const wraps = [await vault.wrapByPin(desk.data, stretched, share)];
  if (next) wraps.push(await vault.wrapByPin(desk.data, stretched, fromBase64url(next)));
  await keepPerson(desk, { ...person, failures: 0, wraps });
}

/** @param {Desk} desk @param {Person} person */
async function keepPerson(desk, person) {
  if (!desk.vault) return;
  const people = desk.vault.people.map((one) => (one.id === person.id ? person : one));
  await desk.keep({ vault: { ...desk.vault, people } });
}

/** @param {Desk} desk @param {string} author @param {string} share */
function remember(desk, author, share) {
  desk.shares.set(author, { share: fromBase64url(share), until: Date.now() + SHARE_LASTS_MS });
}

/** @param {Desk} desk @param {string} author */
function heldShare(desk, author) {
  const held = desk.shares.get(author);
  return held && held.until > Date.now() ? held.share : null;
}
