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

// The text and the original's pages are two views of one page: going back leaves both.
const other = document.querySelector(".views a:not([aria-current])");
const change = () => location.replace(other.href);
other?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (other && event.key.toLowerCase() === "p") {
    event.preventDefault();
    change();
  }
  if (event.key === "/") {
    event.preventDefault();
    location.href = "/";
  } else if (event.key === "Escape" && cameFromHere) {
    history.back();
  }
});
