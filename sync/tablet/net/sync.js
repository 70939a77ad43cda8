// This file is the whole procedure of one sync: hand in, put away, pull what changed, compare, repair, ask for a receipt.
//
// Every step may be interrupted and repeated (S9). What a step does to the store is decided in engine/client.js; what the
// server says in between is never believed without its form. Nothing here waits while somebody records.

import * as client from "../engine/client.js";
import { difference } from "../engine/integrity.js";
import { handInFiles } from "./files.js";
import { holding } from "./link.js";

export const DEPOSIT_ONLY = "tablet_deposit_only";
const REPAIR_ROUNDS_MAX = 40;
const ROUNDS_WITHOUT_PROGRESS_MAX = 3;

/**
 * @typedef {object} Host  What the sync needs of the tablet.
 * @property {import("../store/memory.js").Store} store
 * @property {import("./link.js").Link} link
 * @property {string} territory
 * @property {() => import("../engine/client.js").Clocks} clocks
 * @property {<T>(step: () => Promise<T>) => Promise<T>} exclusive  no two steps at once, and none while somebody records
 * @property {(sample: import("../engine/clock.js").Sample) => void} sampled
 * @property {() => Promise<import("./files.js").Waiting[]>} files
 * @property {(sha256: string, reason: string) => Promise<void>} fileDone
 * @property {(orders: Orders) => Promise<string>} ordered  obeys; returns why the sync ends here, or an empty text
 * @property {() => string} today
 * @property {() => boolean} isPackFresh  nothing was pulled since the forecasts came, and they are of today
 * @property {() => boolean} wantsOrders  it has not asked today, or nothing would open it in an emergency
 * @property {number} roundTrip
 *
 * @typedef {object} Orders
 * @property {string} [order]  `wipe`, or nothing
 * @property {string} label
 * @property {{number: number, salt: string, sealed: string}} [rescue]  the shares under the next code that can be spoken
 */

/**
 * Run one sync; return why it is not complete, or an empty text. With nothing to do it is one small request.
 *
 * A revoked tablet hands in all it has, asks what is ordered, and asks for its receipt.
 * @param {Host} host
 */
export async function syncOnce(host) {
  const reason = (await handIn(host)) || (await handInFiles(host)) || (await bringUpToDate(host));
  if (reason && reason !== DEPOSIT_ONLY) return reason;
  const isRevoked = reason === DEPOSIT_ONLY;
  const packed = isRevoked || host.isPackFresh() ? "" : await takePack(host);
  const ordered = isRevoked || host.wantsOrders() ? await askOrders(host, whoOf(host)) : "";
  return packed || ordered || (isConfirmed(host.store) ? "" : await askReceipt(host)) || reason;
}

/** Ask what the server orders (`wipe`), and take what opens this tablet in an emergency; a locked tablet asks this alone. @param {Pick<Host, "link" | "ordered">} host @param {string} who */
export async function askOrders(host, who) {
  const outcome = await host.link.send("POST", "/sync/orders", "{}", who);
  if (outcome.kind !== "answer") return outcome.reason;
  const orders = holding(outcome, ["label"]);
  return orders ? host.ordered(orders) : "not_our_answer";
}

/** Hand in until the outbox is empty. @param {Host} host @param {boolean} [ask] */
export async function handIn(host, ask = false) {
  let stuck = 0;
  for (;;) {
    const body = await host.exclusive(async () => client.pushBody(host.store, host.clocks(), host.roundTrip, ask));
    if (body === null) return "";
    const before = client.waiting(host.store).length;
    const clocks = host.clocks();
    const started = performance.now();
    const outcome = await post(host, "/sync/push", body);
    host.roundTrip = Math.round(performance.now() - started);
    if (outcome.kind !== "answer") return outcome.reason;
    const answer = JSON.parse(outcome.body);
    const taken = await host.exclusive(() => client.takePushAnswer(host.store, answer));
    if (taken === "not_read") return "not_our_answer";
    host.sampled({ ...clocks, server: answer.server_at, round_trip: host.roundTrip });
    stuck = !ask && client.waiting(host.store).length >= before ? stuck + 1 : 0;
    // A hole in our own chain (an entry that the disk does not give back) stops it for good: the rest goes under a new one.
    if (taken === "new_installation" || stuck > ROUNDS_WITHOUT_PROGRESS_MAX) {
      const reason = await renew(host);
      if (reason) return reason;
      stuck = 0;
    }
    ask = false;
  }
}

/** Take what is due to the people in scope, page by page, for the tablet's day. @param {Host} host */
async function takePack(host) {
  const on = host.today();
  /** @type {any} */
  const pack = { on, version: "", words: {}, texts: [], persons: {} };
  for (let after = ""; ; ) {
    const outcome = await post(host, "/sync/forecasts", JSON.stringify({ on, after }));
    if (outcome.kind !== "answer") return outcome.reason;
    const page = holding(outcome, ["rules_version"]);
    if (!page) return "not_our_answer";
    const first = pack.texts.length; // places in the texts are counted from each page's own start
    pack.texts.push(...(page.texts ?? []));
    for (const person of page.persons ?? []) pack.persons[person.id] = { ...person, first };
    Object.assign(pack, { version: page.rules_version, words: page.words });
    after = page.after ?? "";
    if (!after) break;
  }
  await host.exclusive(() => host.store.save({ pack }));
  host.store.pulls = 0;
  return "";
}

/** Pull unless nothing changed, then compare again: where it differs, repair the differing records only. @param {Host} host */
async function bringUpToDate(host) {
  await host.exclusive(() => client.putAway(host.store));
  for (const step of [pull, repairAll, async () => "still_differs"]) {
    const outcome = await post(host, "/sync/head", JSON.stringify(await client.headRequest(host.store)));
    if (outcome.kind !== "answer") return outcome.reason;
    const said = await host.exclusive(() => client.takeHeadAnswer(host.store, JSON.parse(outcome.body)));
    if (said === "offer_again") {
      const reason = await handIn(host, true); // a restored server forgot what it had acknowledged (S1)
      if (reason) return reason;
    }
    const me = host.store.identity;
    if (said === "same" && !me.leaving.length && !me.evicted.length) return "";
    const reason = await step(host);
    if (reason) return reason;
  }
  return "still_differs";
}

/** @param {Host} host */
async function pull(host) {
  for (;;) {
    const taken = await takeNextPage(host, []);
    if (taken === "more") continue;
    if (taken !== "done") return taken;
    if (!(await host.exclusive(() => client.putAway(host.store))).length) return "";
  }
}

/** @param {Host} host @param {string[]} repair */
async function takeNextPage(host, repair) {
  const outcome = await post(host, "/sync/pull", JSON.stringify(await client.pullRequest(host.store, repair)));
  if (outcome.kind !== "answer") return outcome.reason;
  return host.exclusive(() => client.takePage(host.store, outcome.body));
}

/** Ask for the sums of all buckets, and mend those that differ. @param {Host} host */
async function repairAll(host) {
  const outcome = await post(host, "/sync/sums", "{}");
  if (outcome.kind !== "answer") return outcome.reason;
  const differing = await client.differingBuckets(host.store, JSON.parse(outcome.body));
  if (!differing) return "scope_changed";
  for (const bucket of differing) {
    const reason = await repairBucket(host, bucket);
    if (reason) return reason;
  }
  return "";
}

/** @param {Host} host @param {string} bucket */
async function repairBucket(host, bucket) {
  const prefixes = [""];
  for (let round = 0; round < REPAIR_ROUNDS_MAX; round += 1) {
    const prefix = prefixes.pop();
    if (prefix === undefined) return "";
    const outcome = await post(host, "/sync/sums", JSON.stringify({ bucket, prefix }));
    if (outcome.kind !== "answer") return outcome.reason;
    const found = difference(host.store.sums(bucket), JSON.parse(outcome.body), prefix);
    prefixes.push(...found.prefixes);
    if (found.drop.length) await host.exclusive(() => client.repair(host.store, bucket, found.drop));
    if (found.fetch.length) {
      const taken = await takeNextPage(host, found.fetch);
      if (taken !== "done" && taken !== "more") return taken;
    }
  }
  return "too_many_differences";
}

/** Tell whether the server's last receipt names the end of our chain. @param {import("../store/memory.js").Store} store */
const isConfirmed = ({ receipt, identity }) => receipt?.n === identity.next_n - 1 && receipt.hash === identity.head;

/** Ask what the server's log holds of us; the light "safe to hand in" comes from this and nothing else. @param {Host} host */
async function askReceipt(host) {
  const outcome = await post(host, "/sync/receipt", "{}");
  if (outcome.kind !== "answer") return outcome.reason;
  const receipt = JSON.parse(outcome.body);
  if (receipt.broken_at !== undefined) return receipt.reason;
  await host.exclusive(() => host.store.save({ receipt: { n: receipt.n, hash: receipt.hash } }));
  return "";
}

/** Take a new installation, since another has used our numbers, and issue again what is kept. @param {Host} host */
async function renew(host) {
  const outcome = await post(host, "/sync/renew", "{}");
  if (outcome.kind !== "answer") return outcome.reason;
  const answer = holding(outcome, ["installation_id"]);
  if (!answer) return "not_our_answer";
  const { installation_id, actor } = answer;
  await host.exclusive(() => client.startAnew(host.store, installation_id, actor));
  return "";
}

/** @param {Host} host @param {string} path @param {string} body */
const post = (host, path, body) => host.link.send("POST", path, body, whoOf(host));

/** @param {Host} host */
const whoOf = (host) => `${host.territory}/${host.store.identity.installation}`;
