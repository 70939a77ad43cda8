// This file decides how the data key of a tablet is kept: what must come together before a record can be read.
//
// Records are sealed under one random data key. It is wrapped under keys that need three things at once: what somebody
// types (a PIN, stretched), a share that only the server gives and that is kept in memory alone, and a key of this browser
// that no script can read out. So neither the disk, nor the PIN, nor the server opens a tablet alone. A sign-in with both
// factors gives the tablet's own share in place of PIN and share: that is how a second person joins, and how a forgotten
// PIN is replaced. docs/decisions/0022-what-opens-a-tablet.md has the reasons.

import { bytesOf } from "../engine/canonical.js";

const PIN_ROUNDS = 600_000;
const IV_BYTES = 12;

/**
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {{iv: Bytes, body: Bytes}} Sealed
 * @typedef {{sign: CryptoKeyPair, bind: CryptoKey}} DeviceKeys
 * @typedef {{id: string, name: string, salt: Bytes, wraps: Sealed[], failures: number}} Person
 * @typedef {{number: number, salt: Bytes, sealed: Sealed}} Rescue
 * @typedef {{seal_public: Bytes, seal_private: Sealed, by_sign_in: Sealed, people: Person[], rescues: Rescue[]}} VaultRow
 */

/** Make the keys of this browser; none of them can be read out. @returns {Promise<DeviceKeys>} */
export async function makeDeviceKeys() {
  const sign = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const bind = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { sign, bind };
}

/** A data key in use: `raw` is kept so that another person's PIN can be added while the tablet is open. */
export class DataKey {
  /** @param {Bytes} raw @param {CryptoKey} key */
  constructor(raw, key) {
    this.raw = raw;
    this.key = key;
  }

  /** @param {Bytes} raw */
  static async of(raw) {
    return new DataKey(raw, await aesKey(raw));
  }

  /** Seal a text for one place; moved to another it does not open. @param {string} text @param {string} place @returns {Promise<Sealed>} */
  seal(text, place) {
    return seal(this.key, bytesOf(text), place);
  }

  /** @param {Sealed} sealed @param {string} place */
  async open(sealed, place) {
    return new TextDecoder().decode(await open(this.key, sealed, place));
  }
}

/** Return 32 random bytes. */
export const randomKey = () => crypto.getRandomValues(new Uint8Array(32));

/** Stretch a PIN; this is what makes a guess cost time. @param {string} pin @param {Bytes} salt @param {DeviceKeys} device */
export async function stretched(pin, salt, device) {
  const typed = await crypto.subtle.importKey("raw", bytesOf(pin), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: PIN_ROUNDS }, typed, 256);
  const bound = await crypto.subtle.sign("HMAC", device.bind, salt);
  return joined(new Uint8Array(bits), new Uint8Array(bound));
}

/** Return what proves a PIN to the server; the data key cannot be made from it. @param {Bytes} stretchedPin */
export async function verifierOf(stretchedPin) {
  return derived(stretchedPin, "verifier");
}

/** @param {DataKey} data @param {Bytes} stretchedPin @param {Bytes} share */
export async function wrapByPin(data, stretchedPin, share) {
  return seal(await wrapping(joined(stretchedPin, share), "pin"), data.raw, "data key by pin");
}

/** Return the data key, or null if PIN or share is another. @param {Sealed[]} wraps @param {Bytes} stretchedPin @param {Bytes} share */
export async function openByPin(wraps, stretchedPin, share) {
  const key = await wrapping(joined(stretchedPin, share), "pin");
  for (const wrap of wraps) {
    const raw = await openOrNull(key, wrap, "data key by pin");
    if (raw) return DataKey.of(raw);
  }
  return null;
}

/** @param {DataKey} data @param {Bytes} share @param {DeviceKeys} device */
export async function wrapBySignIn(data, share, device) {
  return seal(await wrapping(await boundTo(device, share), "sign in"), data.raw, "data key by sign in");
}

/** Return the data key, or null if the share is another. @param {Sealed} wrap @param {Bytes} share @param {DeviceKeys} device */
export async function openBySignIn(wrap, share, device) {
  const raw = await openOrNull(await wrapping(await boundTo(device, share), "sign in"), wrap, "data key by sign in");
  return raw && DataKey.of(raw);
}

/**
 * Return the shares that a spoken code opens, by person, or null if it opens none. Signs are read as they are spoken.
 * @param {Rescue[]} rescues @param {string} code
 * @returns {Promise<{number: number, shares: Record<string, string>} | null>}
 */
export async function openRescue(rescues, code) {
  const spoken = bytesOf(code.toUpperCase().replace(/[^A-Z0-9]/g, ""));
  for (const { number, salt, sealed } of rescues) {
    const raw = await openOrNull(await wrapping(spoken, "rescue", salt), sealed, `rescue ${number}`);
    if (raw) return { number, shares: JSON.parse(new TextDecoder().decode(raw)) };
  }
  return null;
}

/** @param {CryptoKey} key @param {Bytes} bytes @param {string} place @returns {Promise<Sealed>} */
export async function seal(key, bytes, place) {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const body = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bytesOf(place) }, key, bytes);
  return { iv, body: new Uint8Array(body) };
}

/** @param {CryptoKey} key @param {Sealed} sealed @param {string} place */
export async function open(key, sealed, place) {
  const { iv, body } = sealed;
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bytesOf(place) }, key, body));
}

/** @param {Bytes} raw */
export const aesKey = (raw) => crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

/** Return 32 bytes made of a secret for one use. @param {Bytes} secret @param {string} use @param {Bytes} [salt] */
export async function derived(secret, use, salt = new Uint8Array(0)) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: bytesOf(`maraude ${use}`) };
  return new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
}

/** @param {Bytes} one @param {Bytes} other */
function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** @param {Bytes} secret @param {string} use @param {Bytes} [salt] */
const wrapping = async (secret, use, salt) => aesKey(await derived(secret, `wrap ${use}`, salt));

/** @param {DeviceKeys} device @param {Bytes} share */
const boundTo = async (device, share) => joined(share, new Uint8Array(await crypto.subtle.sign("HMAC", device.bind, share)));

/** @param {CryptoKey} key @param {Sealed} sealed @param {string} place @returns {Promise<Bytes | null>} */
async function openOrNull(key, sealed, place) {
  try {
    return await open(key, sealed, place);
  } catch (error) {
    if (error instanceof DOMException && error.name === "OperationError") return null;
    throw error;
  }
}
