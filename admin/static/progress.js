// This file follows the planning job by server-sent events: a bar, the best cost so far, and on to the plan at its end.
const job = document.getElementById("job");
const events = new EventSource(`/api/jobs/${job.dataset.job}/events`);

events.addEventListener("job", (event) => {
  const state = JSON.parse(event.data);
  const { done, of, cost } = state.progress;
  const bar = document.getElementById("bar");
  if (of) { bar.max = of; bar.value = done; }
  if (cost !== undefined) document.getElementById("cost").textContent = String(cost);
  if (["done", "failed", "cancelled"].includes(state.state)) {
    events.close();
    location.assign(job.dataset.then);
  }
});
addEventListener("pagehide", () => events.close());
