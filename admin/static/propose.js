// This file shows the known people and places while somebody types; without it the search button does the same.
import { spoken } from "./spoken.js";

const PAUSE_MS = 150;
const field = document.querySelector("[data-proposals]");
const token = field.form.querySelector("input[type=hidden]"); // the form's own, the first in it
let waiting = 0;
let asked = null;

function show(part) {
  const shown = document.getElementById("proposals");
  const chosen = shown.querySelector("input:checked")?.value;
  shown.replaceWith(document.adoptNode(part));
  if (!chosen) return;
  for (const choice of document.querySelectorAll("#proposals input")) choice.checked = choice.value === chosen;
}

function ask() {
  asked?.abort();
  asked = new XMLHttpRequest();
  asked.open("POST", spoken(field.dataset.proposals)); // a name stands in no address
  asked.responseType = "document"; // parsed without running anything
  const request = asked;
  asked.onload = () => {
    const part = request.status === 200 && request.response?.getElementById("proposals");
    if (part) show(part);
  };
  asked.send(new URLSearchParams({ q: field.value, [token.name]: token.value }));
}

field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(ask, PAUSE_MS);
});
field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "Enter") {
    const first = document.querySelector("#proposals input:checked, #proposals input");
    if (!first) return;
    event.preventDefault(); // Enter would search again; the first match is one key away
    first.focus();
    if (event.key === "Enter") first.checked = true;
  }
});
