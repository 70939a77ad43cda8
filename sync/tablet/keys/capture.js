// This file seals what is recorded while the tablet is locked, to a key that only the unlocked tablet can open.
//
// Anybody may write, nobody may read: the public half lies open, the private half is sealed under the data key.

import { bytesOf } from "../engine/canonical.js";
import { aesKey, derived, open, seal } from "./vault.js";

const CURVE = { name: "ECDH", namedCurve: "P-256" };

/**
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {{from: Bytes, sealed: import("./vault.js").Sealed}} Captured
 */

/** Make the pair of a new tablet. @param {import("./vault.js").DataKey} data */
export async function makePair(data) {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return {
    seal_public: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)),
    seal_private: await seal(data.key, secret, "capture key"),
  };
}

/** @param {Bytes} publicKey @param {string} text @returns {Promise<Captured>} */
export async function sealCapture(publicKey, text) {
  const once = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const to = await crypto.subtle.importKey("raw", publicKey, CURVE, false, []);
  const from = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
  return { from, sealed: await seal(await agreed(once.privateKey, to, from), bytesOf(text), "capture") };
}

/** @param {import("./vault.js").DataKey} data @param {import("./vault.js").Sealed} sealedPrivate */
export async function privateKeyOf(data, sealedPrivate) {
  return crypto.subtle.importKey("pkcs8", await open(data.key, sealedPrivate, "capture key"), CURVE, false, ["deriveBits"]);
}

/** @param {CryptoKey} privateKey @param {Captured} captured */
export async function openCapture(privateKey, { from, sealed }) {
  const other = await crypto.subtle.importKey("raw", from, CURVE, false, []);
  return new TextDecoder().decode(await open(await agreed(privateKey, other, from), sealed, "capture"));
}

/** @param {CryptoKey} mine @param {CryptoKey} theirs @param {Bytes} from */
async function agreed(mine, theirs, from) {
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine, 256);
  return aesKey(await derived(new Uint8Array(bits), "capture", from));
}
