// Single keys, only while the focus is in the feed, and only if the reader did not switch them off.
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const NAME = "campus-keys";
const dialog = find("#keys");
const choice = find("#keys-on");
const feed = find("[role=feed]");
const queue = find(".queue")?.parentElement;
const wanted = () => localStorage.getItem(NAME) !== "off";

function move(card, step) {
  const cards = all(":scope > article", feed);
  const next = cards[cards.indexOf(card) + step];
  next?.focus();
  next?.scrollIntoView({ block: "start" });
}

const verbs = {
  j: (card) => move(card, 1),
  k: (card) => move(card, -1),
  o: (card) => location.assign(find(".stamp", card)?.href ?? location.href),
  c: (card) => find(".comment-form textarea", card)?.focus(),
  l: () => find(".more-slot a[rel=next]")?.click(),
  ".": () => find("#new-posts a")?.click(),
  "?": () => dialog.showModal(),
};

// The queue of moderation has keys of its own; they begin at its first case.
const deeds = {
  j: (line) => step(line, 1),
  k: (line) => step(line, -1),
  x: (line) => find(".pick input", line)?.click(),
  o: (line) => location.assign(find(".open", line).href),
  c: (line) => find(".claim", line)?.click(),
  "?": () => dialog.showModal(),
};
function step(line, by) {
  const lines = all(".queue > li", queue);
  const next = lines[lines.indexOf(line) + by];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
queue?.addEventListener("keydown", (event) => {
  const line = event.target.closest(".queue > li");
  if (!line || !wanted() || event.ctrlKey || event.metaKey || event.altKey || !deeds[event.key]) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  event.preventDefault();
  deeds[event.key](line);
});

if (dialog) {
  for (const button of all("[data-opens=keys]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  choice.checked = wanted();
  choice.addEventListener("change", () => localStorage.setItem(NAME, choice.checked ? "on" : "off"));
}

feed?.addEventListener("keydown", (event) => {
  const card = event.target.closest("article");
  if (!card || !wanted() || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("input, textarea, select, [contenteditable]")) return;
  const verb = verbs[event.key];
  if (!verb) return;
  event.preventDefault();
  verb(card);
});
feed?.addEventListener("keydown", (event) => {
  if (!event.altKey || !["PageDown", "PageUp"].includes(event.key)) return;
  event.preventDefault();
  move(event.target.closest("article"), event.key === "PageDown" ? 1 : -1);
});
