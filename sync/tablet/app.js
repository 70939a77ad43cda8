// This file starts the app: it opens the tablet, shows the screen that the address names, and locks after two minutes.
// @ts-check
import { DOOR } from "./made/door.js";
import { make } from "./look/build.js";
import { button, note } from "./look/parts.js";
import { dayOf } from "./screens/read.js";
import { SCREENS, isOpenTo } from "./screens/screens.js";
import { reason } from "./screens/sync.js";
import { LANGUAGES, speaker } from "./texts/speak.js";
import { openTablet } from "./tablet.js";

/** @typedef {import("./screens/at.js").At} At */

const LOCK_MILLISECONDS = 120_000;
const TOLD_MILLISECONDS = 8_000;
const LANGUAGE = "maraude.language";

const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const [top_, main, told, bottom] = [".top", "main", ".told", ".bottom"].map(part);

/** @type {At} */
let at;
let shown = "";
let shownName = "";
let timer = 0;
let lockTimer = 0;

start().catch(notStarted);

async function start() {
  const tablet = await openTablet();
  at = atOf(tablet, localStorage.getItem(LANGUAGE) ?? LANGUAGES[0]);
  tablet.watch(() => changed());
  addEventListener("hashchange", () => show());
  for (const kind of ["pointerdown", "keydown", "input"]) addEventListener(kind, stayOpen, { passive: true });
  stayOpen();
  show();
}

/** The store does not open: say what to do, and that nothing is lost by it. @param {any} error */
function notStarted(error) {
  const say = speaker(localStorage.getItem(LANGUAGE) ?? LANGUAGES[0]);
  main.replaceChildren(make("h1", { tabindex: -1 }, say("app")), note("late", say("not_opened", { why: String(error?.message ?? error) })), button(say("try_again"), () => location.reload(), { class: "wide" }));
}

/** @param {import("./interface.js").Tablet} tablet @param {string} language @returns {At} */
function atOf(tablet, language) {
  const say = speaker(language);
  document.documentElement.lang = language;
  return {
    tablet,
    say,
    language,
    door: DOOR,
    now: () => Date.now(),
    instant: () => new Date().toISOString(),
    today: () => dayOf(Date.now()),
    dayWords: (day) => (day ? new Date(`${day}T12:00:00`).toLocaleDateString(language, { weekday: "short", day: "numeric", month: "short" }) : ""),
    timeWords: (instant) => (instant ? new Date(instant).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }) : ""),
    whenWords: (when) => (when ? new Date(when.length > 10 ? when : `${when}T12:00:00`).toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" }) : ""),
    go: (hash) => {
      if (location.hash === hash) show();
      else location.hash = hash;
    },
    again: () => show(),
    later: (work) => void queueMicrotask(work),
    tell,
    save,
  };
}

/** Return the screen that is to be shown: the one that the address names, or the one that must come first. */
function wanted() {
  const { enrolled, locked } = at.tablet.state;
  const [named, ...ids] = location.hash.replace(/^#\//, "").split("/");
  if (isOpenTo(named, { enrolled, locked })) return { name: named, ids: ids.map(decodeURIComponent) };
  return { name: !enrolled ? "enrol" : locked ? "sign-in" : "today", ids: [] };
}

function show() {
  const { elsewhere, enrolled } = at.tablet.state;
  const { name, ids } = wanted();
  if (enrolled && !location.hash.startsWith(`#/${name}`)) history.replaceState(null, "", `#/${name}`);
  const screen = SCREENS[name];
  const same = shown === location.hash;
  shown = location.hash;
  shownName = name;
  frame(name);
  if (elsewhere) {
    main.replaceChildren(make("h1", { tabindex: -1 }, at.say("app")), note("late", at.say("elsewhere")));
    return;
  }
  const focused = same ? focusKey() : "";
  const opened = same ? openParts() : [];
  main.replaceChildren(...notices(), ...content(screen, ids));
  document.title = `${main.querySelector("h1")?.textContent ?? ""} · Maraude`;
  if (same) {
    for (const part of main.querySelectorAll("details")) part.open ||= opened.includes(part.querySelector("summary")?.textContent ?? "");
    refocus(focused);
  } else {
    scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (main.querySelector("h1"))?.focus();
  }
}

/** @param {import("./screens/screens.js").Screen} screen @param {string[]} ids */
function content(screen, ids) {
  try {
    return screen.show(at, ...ids).filter((one) => one !== null && one !== undefined);
  } catch (error) {
    return [make("h1", { tabindex: -1 }, at.say("app")), note("late", at.say("failed", { why: String(/** @type {any} */ (error)?.message ?? error) }))];
  }
}

/** What the tablet holds has changed: a screen without a form shows it at once, a form is left in peace. */
function changed() {
  const { name } = wanted();
  if (name !== shownName || (SCREENS[name].live && !isTyping())) show();
  else frame(name);
}

/** Return whether somebody is in the middle of a field or a choice. */
function isTyping() {
  return main.contains(document.activeElement) && /** @type {Element} */ (document.activeElement).matches("input, textarea, select");
}

/** Return the headings of the parts that somebody has opened. */
function openParts() {
  return [...main.querySelectorAll("details[open] > summary")].map((one) => one.textContent);
}

/** @returns {string} what finds the focused element again after the screen was made anew */
function focusKey() {
  const focused = document.activeElement;
  if (!focused || !main.contains(focused)) return "";
  const href = focused.getAttribute("href");
  return href ? `a[href="${href}"]` : focused.hasAttribute("data-act") ? `[data-act="${focused.getAttribute("data-act")}"]` : "";
}

/** @param {string} key */
function refocus(key) {
  if (key) /** @type {HTMLElement | null} */ (main.querySelector(key))?.focus();
}

/** What is around every screen. @param {string} name */
function frame(name) {
  const { say, tablet } = at;
  const { enrolled, locked, author, waiting, label } = tablet.state;
  part(".skip").textContent = say("skip");
  const other = LANGUAGES.find((one) => one !== at.language) ?? LANGUAGES[0];
  const speak = () => {
    localStorage.setItem(LANGUAGE, other);
    at = atOf(tablet, other);
    show();
  };
  top_.replaceChildren(
    make("span", { class: "who" }, locked ? label || say("app") : (author?.name ?? say("app"))),
    button(say("other_language"), speak, { lang: other, "data-act": "language" }),
    ...(enrolled && !locked ? [button(say("lock"), () => tablet.lock().then(() => at.go("#/sign-in")), { "data-act": "lock" })] : []),
  );
  bottom.hidden = !enrolled || locked;
  bottom.setAttribute("aria-label", say("nav"));
  bottom.replaceChildren(
    ...["today", "people", "bag", "sync"].map((one) =>
      make("a", { href: `#/${one}`, "aria-current": one === name ? "page" : null }, one === "sync" && waiting ? make("span", { class: "figure" }, waiting) : null, say(`nav.${one}`)),
    ),
  );
}

/** What must be known before anybody types: storage, clock, a revoked tablet, a store that was thrown away. */
function notices() {
  const { say, tablet } = at;
  const { storage, clock_warning, deposit_only, enrolled, update_waiting } = tablet.state;
  const lost = storage.lost ? note("late", storage.lost.ops === null ? say("storage_lost_all") : say("storage_lost", { count: storage.lost.ops })) : null;
  if (!enrolled) return lost ? [lost] : [];
  return [
    deposit_only ? note("late", say("deposit_only")) : null,
    lost,
    storage.level === "full" ? note("late", say("storage_full")) : null,
    storage.level === "low" ? note("note", say("storage_low")) : null,
    clock_warning ? note("note", say("clock_wrong")) : null,
    update_waiting ? note("note", make("p", {}, say("update")), button(say("update.now"), () => tablet.update())) : null,
  ].filter((one) => one !== null);
}

/** @param {"good" | "note" | "late"} kind @param {string} words */
function tell(kind, words) {
  told.replaceChildren(note(kind, words));
  clearTimeout(timer);
  timer = window.setTimeout(() => told.replaceChildren(), TOLD_MILLISECONDS);
}

/** @param {import("./interface.js").Act} act */
async function save(act) {
  const done = await at.tablet.record(act);
  if (done.saved) return done.record_id;
  tell("late", at.say("not_saved", { why: [reason(at, done.reason), done.field].filter(Boolean).join(" : ") }));
  return null;
}

/** Two minutes without a touch lock the tablet. */
function stayOpen() {
  clearTimeout(lockTimer);
  lockTimer = window.setTimeout(() => {
    if (!at.tablet.state.locked) at.tablet.lock().then(() => at.go("#/sign-in"));
  }, LOCK_MILLISECONDS);
}
