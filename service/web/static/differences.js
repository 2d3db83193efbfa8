// The page of differences works without this; it leads from one to the next by key.
const places = [...document.querySelectorAll(".difference[id]")];

function go(step) {
  const here = places.findIndex((one) => one.contains(document.activeElement));
  const from = here < 0 && step < 0 ? places.length : here;
  const next = places[Math.min(Math.max(from + step, 0), places.length - 1)];
  if (!next) return;
  (next.querySelector("summary") ?? next).focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!step) return;
  event.preventDefault();
  go(step);
});
