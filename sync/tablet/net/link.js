// This file carries one signed request to the server and says what came of it: an answer, no network, or a problem.
//
// Whatever is not the server's own JSON or NDJSON (a captive portal's page, a proxy's error, a redirection) counts as no
// network: it is never taken for an answer. It is the counterpart of backend/reference_tablet/link.py.

import { bytesOf, sha256 } from "../engine/canonical.js";

const MILLISECONDS_MAX = 30_000;
const OURS = ["application/json", "application/x-ndjson"];

/**
 * @typedef {import("../engine/canonical.js").Bytes} Bytes
 * @typedef {{kind: "answer", body: string}} Answer
 * @typedef {{kind: "no_network", reason: string}} NoNetwork
 * @typedef {{kind: "refused", reason: string, details: any}} Refused
 * @typedef {Answer | NoNetwork | Refused} Outcome
 */

export class Link {
  /** @param {CryptoKeyPair} keys */
  constructor(keys) {
    this.keys = keys;
    this.offset = 0; // what the server's clock is ahead by, in milliseconds
    this.requests = 0;
  }

  /** Return the public key as the protocol carries it: 65 bytes, base64url. */
  async publicKey() {
    return base64url(new Uint8Array(await crypto.subtle.exportKey("raw", this.keys.publicKey)));
  }

  /**
   * Send a request, signed as `who` ("<territory>/<installation>") if given; a clock far off is corrected once.
   * @param {string} method @param {string} path @param {string | Bytes} body @param {string} [who] @param {Record<string, string>} [more]
   * @returns {Promise<Outcome>}
   */
  async send(method, path, body, who = "", more = {}) {
    const outcome = await this.#send(method, path, body, who, more);
    if (outcome.kind !== "refused" || outcome.reason !== "tablet_clock") return outcome;
    this.offset = outcome.details.server_at - Date.now();
    return this.#send(method, path, body, who, more);
  }

  /** @param {string} method @param {string} path @param {string | Bytes} body @param {string} who @param {Record<string, string>} more @returns {Promise<Outcome>} */
  async #send(method, path, body, who, more) {
    const bytes = typeof body === "string" ? bytesOf(body) : body;
    const type = method === "PUT" ? "application/octet-stream" : "application/json";
    /** @type {Record<string, string>} */
    const headers = { "Content-Type": type, "x-maraude-request": "1", ...more };
    if (who) {
      const at = Date.now() + this.offset;
      headers["maraude-installation"] = who;
      headers["maraude-signature"] = `${at}.${await this.#sign(`${method}\n${path}\n${at}\n${await sha256(bytes)}`)}`;
    }
    this.requests += 1;
    try {
      const how = { method, headers, body: method === "GET" ? undefined : bytes, redirect: /** @type {const} */ ("error") };
      const signal = AbortSignal.timeout(MILLISECONDS_MAX);
      const answer = await fetch(path, { ...how, cache: "no-store", credentials: "omit", signal });
      return read(answer, await answer.text());
    } catch (error) {
      if (error instanceof TypeError || error instanceof DOMException) return { kind: "no_network", reason: "no_network" };
      throw error;
    }
  }

  /** @param {string} text */
  async #sign(text) {
    const how = { name: "ECDSA", hash: "SHA-256" };
    return base64url(new Uint8Array(await crypto.subtle.sign(how, this.keys.privateKey, bytesOf(text))));
  }
}

/** @param {Response} answer @param {string} body @returns {Outcome} */
function read(answer, body) {
  const type = (answer.headers.get("content-type") ?? "").split(";")[0].trim();
  const isJson = type === "application/x-ndjson" || isObject(body);
  if (answer.status === 200 && OURS.includes(type) && isJson) return { kind: "answer", body };
  if (type === "application/problem+json" && isObject(body)) {
    const { code, details = {} } = JSON.parse(body);
    if (answer.status >= 500 || typeof code !== "string") return { kind: "no_network", reason: String(code ?? "unreadable") };
    return { kind: "refused", reason: code, details };
  }
  return { kind: "no_network", reason: "not_our_answer" };
}

/**
 * Return what an answer holds if these keys of it are texts, else null: a portal may well answer JSON.
 * @param {Answer} answer @param {string[]} keys
 */
export function holding(answer, keys) {
  const value = JSON.parse(answer.body);
  return keys.every((key) => typeof value[key] === "string") ? value : null;
}

/** @param {string} body */
function isObject(body) {
  try {
    const value = JSON.parse(body);
    return value !== null && typeof value === "object";
  } catch {
    return false;
  }
}

/** @param {Bytes} bytes */
export function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text */
export function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
}
