// The feed: numbering for assistive technology, the first two loads by themselves, the question for new posts.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root) => [...root.querySelectorAll(selector)];
const feed = find("#feed");
const AUTOMATIC = 2;
const ASK_EVERY = 60_000;
let automatic = 0;
let byHand = false;

// Coming back from a post leads to that post, even when the browser did not keep the page and it stands further down.
const SEARCHED = 12;
let sought = performance.getEntriesByType("navigation")[0]?.type === "back_forward" ? location.hash.slice(1) : "";
let searched = 0;

function seek() {
  if (!sought) return;
  const card = document.getElementById(sought);
  const more = find(".more-slot a[rel=next]");
  if (card) {
    card.scrollIntoView({ block: "center" });
    card.focus({ preventScroll: true });
    sought = "";
  } else if (more && searched < SEARCHED) {
    searched += 1;
    window.htmx.trigger(more, "feed:more");
  } else sought = "";
}

function number() {
  const cards = all(":scope > article", feed);
  cards.forEach((card, index) => {
    card.setAttribute("aria-posinset", index + 1);
    card.setAttribute("aria-setsize", find(".more-slot a[rel=next]") ? -1 : cards.length);
  });
}

const near = feed && new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting || automatic >= AUTOMATIC) continue;
    near.unobserve(target);
    automatic += 1;
    window.htmx.trigger(find("a[rel=next]", target), "feed:more");
  }
}, { rootMargin: "900px" });

function watch() {
  const slot = find(".more-slot[data-auto]");
  if (slot && automatic < AUTOMATIC) near.observe(slot);
}

function arrived(records) {
  const cards = records.flatMap((record) => [...record.addedNodes]).filter((node) => node.matches?.("article"));
  feed.setAttribute("aria-busy", "false");
  number();
  if (!cards.length) return;
  document.dispatchEvent(new CustomEvent("campus:say", { detail: feed.dataset.loaded.replace("{n}", cards.length) }));
  if (byHand) cards[0].focus({ preventScroll: true });
  byHand = false;
}

if (feed) {
  number();
  const onward = () => (sought ? seek() : watch());
  window.addEventListener("load", onward);
  document.addEventListener("htmx:load", ({ target }) => target.matches(".more-slot") && onward());
  new MutationObserver(arrived).observe(feed, { childList: true });

  const asksForMore = ({ target }) => target.matches?.(".more-slot a");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!asksForMore(event)) return;
    feed.setAttribute("aria-busy", "true");
    byHand = event.detail.requestConfig.triggeringEvent?.type === "click";
  });
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!asksForMore(event)) return;
      feed.setAttribute("aria-busy", "false");
      find(".more-slot .failed").hidden = false;
    });
  }

  setInterval(() => {
    if (!document.hidden && navigator.onLine) window.htmx?.trigger("#new-posts", "feed:check");
  }, ASK_EVERY);

  feed.addEventListener("click", ({ target }) => {
    const card = target.closest("a[href]") && target.closest("article");
    if (card) history.replaceState(history.state, "", `#${card.id}`);
  });
}
