// This file shows the script of the reason that was chosen, fills in what it proposes, and tells at once whom a red flag calls for.
const RED = "4";
const chosen = document.getElementById("reason_code");
const form = chosen.form;
const scripts = [...form.querySelectorAll("fieldset.script")];
const told = document.getElementById("hand-over");
document.getElementById("show-script").remove(); // its work is done here

const shown = () => scripts.find((one) => one.dataset.reason === chosen.value);

function showScript() {
  for (const one of scripts) {
    one.hidden = one.disabled = one.dataset.reason !== chosen.value;
    if (one.hidden) for (const flag of one.querySelectorAll("input")) flag.checked = false;
  }
  const script = shown();
  if (script) propose(script.dataset);
  tell();
}

function propose({ acts, priority, due, minutes }) {
  const wanted = acts.split(" ");
  for (const act of form.querySelectorAll("input[name=acts]")) act.checked = wanted.includes(act.value);
  form.elements.priority.value = priority;
  form.elements.due_on.value = due;
  form.elements.service_minutes.value = minutes;
}

function tell() {
  const script = shown();
  const flags = script ? [...script.querySelectorAll("input:checked")] : [];
  const calls = flags.length ? flags : script?.dataset.say ? [script] : [];
  told.replaceChildren(...calls.map(line), ...(calls.length ? [said("p", told.dataset.kept)] : []));
}

function line({ dataset }) {
  const made = said("p", ` : ${dataset.say}`);
  made.className = "late";
  made.prepend(said("b", dataset.to));
  return made;
}

function said(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

chosen.addEventListener("change", showScript);
for (const script of scripts)
  script.addEventListener("change", () => {
    const red = script.querySelector("input:checked");
    form.elements.priority.value = red ? RED : script.dataset.priority;
    tell();
  });
