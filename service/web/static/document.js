// The document page works without this; it brings the quote into view and leads back.
const quote = document.getElementById("quote");
if (quote && !location.hash) {
  quote.scrollIntoView({ block: "center" });
  quote.focus({ preventScroll: true });
}

const back = document.getElementById("back");
const cameFromHere = document.referrer.startsWith(`${location.origin}/`) && history.length > 1;
back.hidden = !cameFromHere;
back.querySelector("a").addEventListener("click", (event) => {
  event.preventDefault();
  history.back();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    location.href = "/";
  } else if (event.key === "Escape" && cameFromHere) {
    history.back();
  }
});
