// What all pages share: announcements, toasts, menus, counters, where answers with an error go.
// The other files know nothing of this one: they send `campus:say` and `campus:toast`, whose detail is the sentence.
const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

document.addEventListener("campus:say", ({ detail }) => {
  find("#live").textContent = detail;
});

function toast(words) {
  const box = document.createElement("div");
  box.className = "toast";
  box.setAttribute("role", "alert");
  box.append(Object.assign(document.createElement("p"), { textContent: words }));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: "×" });
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", document.body.dataset.close);
  box.append(close);
  find("#toasts").replaceChildren(box);
  setTimeout(() => box.remove(), 8000);
}
document.addEventListener("campus:toast", ({ detail }) => toast(detail));

// An error that brings its form back takes the form's place; any other is a toast. Neither takes the place of what it is about.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { elt } = detail.requestConfig;
  if (detail.xhr.status < 400) return;
  if (elt.id && elt.matches("form") && detail.serverResponse.includes(`id="${elt.id}"`)) {
    Object.assign(detail, { shouldSwap: true, isError: false, target: elt, swapOverride: "outerHTML" });
  } else if (detail.shouldSwap) {
    Object.assign(detail, { target: find("#toasts"), swapOverride: "innerHTML", selectOverride: "unset" });
  }
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, ({ target }) => {
    if (target.matches?.("[data-quiet]")) return; // nobody asked for this: it asks again by itself
    toast(navigator.onLine ? document.body.dataset.failed : document.body.dataset.offline);
  });
}
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.requestConfig?.elt;
  if (!detail.successful || !form?.matches(".comment-form")) return;
  form.reset();
  find(`#${form.id} textarea`)?.focus(); // the form may be a new one by now
});
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches?.("[aria-invalid]")) target.focus();
  else find("form [aria-invalid], [data-focus]", target)?.focus();
});

// What comes for the dialog opens it; closed, it is empty, and the focus is where it was.
const dialog = find("#dialog");
let opener = null;
document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
  if (target !== dialog || dialog.open) return;
  const { elt } = detail.requestConfig;
  opener = elt.closest("details.menu")?.querySelector("summary") ?? elt;
  dialog.showModal();
});
dialog?.addEventListener("close", () => {
  dialog.replaceChildren();
  opener?.focus();
});

document.addEventListener("click", ({ target }) => {
  target.closest("[data-dismiss]")?.closest(".toast")?.remove();
  const emptied = target.closest("[data-empties]");
  if (emptied) {
    const panel = document.getElementById(emptied.dataset.empties);
    panel.replaceChildren();
    find("a", panel.previousElementSibling ?? document)?.focus();
  }
  for (const menu of all("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of all("details.menu[open]")) {
      menu.open = false;
      if (menu.contains(document.activeElement)) find("summary", menu).focus();
    }
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("textarea")?.form?.requestSubmit();
});

// "12 of 200", shown near the end; the server counts for itself.
document.addEventListener("input", ({ target }) => {
  const most = Number(target.dataset?.count);
  if (!most) return;
  let words = target.parentElement.querySelector(".count");
  if (!words) {
    words = Object.assign(document.createElement("p"), { className: "count small" });
    target.after(words);
  }
  words.hidden = target.value.length < most * 0.8;
  words.textContent = `${target.value.length} / ${most}`;
});

find("[data-focus]")?.focus();

// A navigation wider than the window shows where one is.
for (const here of document.querySelectorAll(".staff-nav [aria-current], .many [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}
