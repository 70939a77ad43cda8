// This file lets a person move a stop on the timeline of a draft: by mouse or finger, or by keyboard with each step said.
// What is put down goes the way of the form (plan_by_hand.js) and is checked by the referee; nothing is kept here.
const MOVED_PIXELS = 5; // less is a click
let words = {};
let held = null; // { bar, from, row, place, start, moved }: what is in hand, and where it would go
let last = ""; // the stop that was put down, which has the focus again when the answer is there
let said = ""; // stays when the board is replaced by a newer one

const box = () => document.getElementById("timeline");
const rows = () => [...box().querySelectorAll("[data-team]")];
const bars = (row) => [...row.querySelectorAll("[data-names]")];
const others = (row) => bars(row).filter((bar) => bar !== held?.bar);
const rowOf = (bar) => bar.closest("[data-team]");
const middle = (bar) => { const at = bar.getBoundingClientRect(); return at.left + at.width / 2; };
const label = (bar) => bar.querySelector("title").textContent;

function say(text) {
  said = text;
  document.getElementById("timeline-said").textContent = text;
}

function focusOn(bar) {
  for (const one of box().querySelectorAll("[data-names][tabindex='0']")) one.setAttribute("tabindex", "-1");
  bar.setAttribute("tabindex", "0");
  bar.focus({ preventScroll: true });
  bar.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function take(bar, start) {
  const row = rowOf(bar);
  const place = bars(row).indexOf(bar);
  held = { bar, from: row, row, place, first: place, start, moved: false };
}

const newLine = (svg) => svg.appendChild(document.createElementNS(svg.namespaceURI, "line"));

/** Show where the stop in hand would go: the row, and a line before which stop. */
function showTarget() {
  for (const row of rows()) row.classList.toggle("over", row === held.row);
  const ground = held.row.querySelector(".ground");
  const [next, former] = [others(held.row)[held.place], others(held.row)[held.place - 1]].map((bar) => bar?.querySelector("rect"));
  const number = (of, name) => Number(of.getAttribute(name));
  const x = next ? number(next, "x") - 2 : former ? number(former, "x") + number(former, "width") + 2 : 46;
  const line = box().querySelector(".drop-place") ?? newLine(box().querySelector("svg"));
  line.setAttribute("class", "drop-place");
  line.setAttribute("x1", x);
  line.setAttribute("x2", x);
  line.setAttribute("y1", number(ground, "y"));
  line.setAttribute("y2", number(ground, "y") + number(ground, "height"));
}

function targetSaid() {
  const next = others(held.row)[held.place];
  return `${words.said_team} ${held.row.dataset.letter}, ${next ? `${words.said_before} ${label(next)}` : words.said_at_the_end}`;
}

function letGo() {
  held?.bar.classList.remove("held");
  held?.bar.removeAttribute("transform");
  held?.bar.removeAttribute("aria-pressed");
  box().querySelector(".drop-place")?.remove();
  for (const row of rows()) row.classList.remove("over");
  held = null;
}

function putDown() {
  const { bar, from, row, place, first } = held;
  const before = others(row)[place]?.dataset.names.split(",")[0] ?? "";
  letGo();
  if (row === from && place === first) return say(`${label(bar)} ${words.said_left}`);
  last = bar.dataset.names;
  say(words.said_checking);
  document.dispatchEvent(new CustomEvent("stop-moved", { detail: { names: last, team: row.dataset.team, before } }));
}

/** The place in a row where the stop in hand would stand with its middle at x. */
function placeAt(row, x) {
  const after = others(row).findIndex((bar) => middle(bar) > x);
  return after < 0 ? others(row).length : after;
}

function follow(event) {
  if (!held?.start) return;
  const [right, down] = [event.clientX - held.start.x, event.clientY - held.start.y];
  if (!held.moved && Math.hypot(right, down) < MOVED_PIXELS) return;
  held.moved = true;
  held.bar.classList.add("held");
  const scale = box().querySelector("svg").viewBox.baseVal.width / box().querySelector("svg").getBoundingClientRect().width;
  held.bar.setAttribute("transform", `translate(${right * scale} ${down * scale})`);
  held.row = rows().find((row) => event.clientY <= row.querySelector(".ground").getBoundingClientRect().bottom) ?? rows().at(-1);
  held.place = placeAt(held.row, event.clientX);
  showTarget();
}

function step(key) {
  const all = rows();
  if (key === "ArrowLeft") held.place = Math.max(0, held.place - 1);
  if (key === "ArrowRight") held.place = Math.min(others(held.row).length, held.place + 1);
  if (key === "ArrowUp" || key === "ArrowDown") {
    const row = all[all.indexOf(held.row) + (key === "ArrowUp" ? -1 : 1)] ?? held.row;
    if (row !== held.row) held.place = row === held.from ? held.first : placeAt(row, middle(held.bar));
    held.row = row;
  }
  showTarget();
  say(targetSaid());
}

/** The stop that an arrow goes to: beside in the row, or the nearest in the next row that has one. */
function beside(bar, key) {
  const own = bars(rowOf(bar));
  if (key === "ArrowLeft" || key === "ArrowRight") return own[own.indexOf(bar) + (key === "ArrowLeft" ? -1 : 1)];
  const all = rows();
  const here = all.indexOf(rowOf(bar));
  const way = key === "ArrowUp" ? all.slice(0, here).reverse() : all.slice(here + 1);
  const near = (one) => Math.abs(middle(one) - middle(bar));
  return bars(way.find((row) => bars(row).length) ?? rowOf(bar)).sort((one, other) => near(one) - near(other))[0];
}

function onKey(event) {
  const bar = event.target.closest("[data-names]");
  if (!bar || event.altKey || event.ctrlKey || event.metaKey) return;
  const arrow = event.key.startsWith("Arrow");
  const enter = event.key === "Enter" || event.key === " ";
  if (!arrow && !enter && !(event.key === "Escape" && held)) return;
  event.preventDefault();
  if (!held && arrow) {
    const next = beside(bar, event.key);
    if (next) focusOn(next);
  } else if (!held) {
    take(bar, null);
    bar.classList.add("held");
    bar.setAttribute("aria-pressed", "true");
    showTarget();
    say(`${label(bar)} : ${words.said_taken}`);
  } else if (arrow) step(event.key);
  else if (enter) putDown();
  else { say(`${label(bar)} ${words.said_left}`); letGo(); }
}

function ready() {
  const svg = box()?.querySelector("svg");
  if (!svg || !document.getElementById("timeline-said")) return;
  words = JSON.parse(box().dataset.words);
  held = null;
  box().classList.add("by-hand");
  svg.setAttribute("role", "group");
  svg.setAttribute("aria-labelledby", "timeline-hand");
  for (const bar of svg.querySelectorAll("[data-names]")) {
    bar.setAttribute("role", "button");
    bar.setAttribute("tabindex", "-1");
    bar.setAttribute("aria-label", label(bar));
    bar.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      take(bar, { x: event.clientX, y: event.clientY });
      bar.setPointerCapture(event.pointerId);
    });
    bar.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // else a finger turns the page
    bar.addEventListener("pointermove", follow);
    bar.addEventListener("pointerup", () => {
      if (!held?.start) return;
      if (held.moved) putDown();
      else { letGo(); focusOn(bar); }
    });
    bar.addEventListener("pointercancel", letGo);
    bar.addEventListener("blur", () => { if (held && !held.start) letGo(); });
  }
  svg.querySelector("[data-names]").setAttribute("tabindex", "0");
  svg.addEventListener("keydown", onKey);
  if (said) say(said);
  box().dataset.ready = "1";
}

document.addEventListener("board-replaced", () => {
  ready();
  if (!last) return;
  const bar = [...box().querySelectorAll("[data-names]")].find((one) => one.dataset.names === last);
  if (bar) focusOn(bar);
  last = "";
  const told = document.getElementById("told")?.textContent ?? document.querySelector("#live li")?.textContent ?? "";
  requestAnimationFrame(() => say(told.replace(/\s+/g, " ").trim()));
});
ready();
