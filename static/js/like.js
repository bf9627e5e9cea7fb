// A like shows at once; if the server refuses, it turns back.
const find = (selector, root) => root.querySelector(selector);

function turn(button, undo = false) {
  const on = button.getAttribute("aria-pressed") !== "true";
  const number = find(".number", button);
  button.setAttribute("aria-pressed", on);
  button.value = on ? "off" : "on";
  number.textContent = Math.max(0, Number(number.textContent) + (on ? 1 : -1)) || "";
  button.toggleAttribute("data-turned", !undo);
}

const turned = ({ detail }) => detail.requestConfig?.elt && find("[data-like][data-turned]", detail.requestConfig.elt);

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const button = find("[data-like]", detail.elt);
  if (detail.elt.matches("form.like") && button) turn(button);
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout", "htmx:beforeSwap"]) {
  document.addEventListener(name, (event) => {
    const button = turned(event);
    if (button && !(event.detail.xhr.status >= 200 && event.detail.xhr.status < 400)) turn(button, true);
  });
}
