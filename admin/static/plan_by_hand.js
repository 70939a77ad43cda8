// This file lets a person drag stops between teams; it fills in and sends the same form that works without script.
// The answer is a whole page, parsed without running anything, of which the board takes the place of the former one.
import { spoken } from "./spoken.js";

let dragged = null;

function put(fresh, focus, stay) {
  const board = fresh?.getElementById("board");
  if (!board) return;
  document.getElementById("board").replaceWith(document.adoptNode(board));
  const live = fresh.getElementById("live");
  if (live) document.getElementById("live").replaceWith(document.adoptNode(live));
  ready();
  document.dispatchEvent(new Event("board-replaced"));
  if (stay) return;
  (document.getElementById("told") ?? document.getElementById(focus))?.scrollIntoView({ block: "nearest" });
  document.getElementById(focus)?.focus();
}

function ask(method, address, body, focus, stay = false) {
  const request = new XMLHttpRequest();
  request.open(method, spoken(address));
  request.responseType = "document";
  request.onload = () => put(request.response, focus, stay);
  request.send(body);
}

function send(form, code) {
  const fields = new URLSearchParams(new FormData(form));
  if (code) fields.set("code", code);
  document.getElementById("board").setAttribute("aria-busy", "true");
  ask("POST", form.action, fields, document.activeElement?.id);
}

function move(names, team, before, code, stay) {
  const form = document.getElementById("change");
  const fields = new URLSearchParams(new FormData(form));
  fields.set("visits", names);
  fields.set("where", `${team}|${before}`);
  fields.set("code", code);
  document.getElementById("board").setAttribute("aria-busy", "true");
  ask("POST", form.action, fields, "", stay);
}

/** The first stop of the lane that starts right of the pointer, and is not the one that is dragged. */
function stopAfter(lane, x, y) {
  for (const chip of lane.querySelectorAll(".chip")) {
    const box = chip.getBoundingClientRect();
    const beside = y < box.bottom && x < box.left + box.width / 2;
    if ((beside || y < box.top) && chip.dataset.names !== dragged) return chip.dataset.first ?? "";
  }
  return "";
}

function ready() {
  for (const lane of document.querySelectorAll(".lane")) {
    if (lane.dataset.colour) lane.style.setProperty("--team", lane.dataset.colour);
    lane.addEventListener("dragover", (event) => { event.preventDefault(); lane.classList.add("over"); });
    lane.addEventListener("dragleave", () => lane.classList.remove("over"));
    lane.addEventListener("drop", (event) => {
      event.preventDefault();
      lane.classList.remove("over");
      if (dragged) move(dragged, lane.dataset.team ?? "", stopAfter(lane, event.clientX, event.clientY), lane.dataset.out ? "leave_out" : "move");
    });
  }
  for (const chip of document.querySelectorAll(".chip")) {
    chip.draggable = true;
    chip.addEventListener("dragstart", (event) => {
      dragged = chip.dataset.names;
      event.dataTransfer.setData("text/plain", dragged);
      event.dataTransfer.effectAllowed = "move";
    });
    chip.addEventListener("dragend", () => { dragged = null; });
    chip.addEventListener("click", () => choose(chip.dataset.names));
  }
  for (const form of document.querySelectorAll("#board form[action='/plan/change']")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter?.value);
    });
  }
}

function choose(names) {
  const which = document.getElementById("which");
  if (!which) return;
  which.value = names;
  which.focus();
}

document.addEventListener("stop-chosen", (event) => choose(event.detail));
document.addEventListener("stop-moved", ({ detail }) => move(detail.names, detail.team, detail.before, "move", true));
document.addEventListener("read-again", () => {
  const board = document.getElementById("board");
  const version = document.getElementById("live")?.dataset.version;
  if (!board || !version || version === board.dataset.version) return;
  if (board.contains(document.activeElement)) document.getElementById("newer")?.removeAttribute("hidden");
  else ask("GET", location.href, null, "");
});
ready();
