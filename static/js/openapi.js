// The page of the API: Swagger UI, from an installed package, over the site's own document. Requests that are tried here go with
// the session of this browser and the form's token; a personal token can be entered instead.

const place = document.getElementById("openapi");
const token = () => {
  const told = document.body.getAttribute("hx-headers");
  return told ? JSON.parse(told)["X-CSRFToken"] : "";
};

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => {
  const { theme } = document.documentElement.dataset;
  document.documentElement.classList.toggle("dark-mode", theme === "dark" || (theme !== "light" && dark.matches));
};
dark.addEventListener("change", paint);
paint();

// With every operation in the page a click waits for seconds: the groups are closed, and the field above them finds an operation
// by any part of its path, summary or group, and opens the groups that have one.
const FEW = 2; // letters, before anything is opened
const has = (operation, tag, wanted) =>
  `${operation.get("method")} ${operation.get("path")} ${operation.getIn(["operation", "summary"], "")} ${tag}`
    .toLowerCase()
    .includes(wanted);
const Finding = () => ({
  fn: {
    opsFilter: (groups, phrase) => {
      const wanted = phrase.trim().toLowerCase();
      return groups
        .map((group, tag) => group.update("operations", (all) => all.filter((each) => has(each, tag, wanted))))
        .filter((group) => group.get("operations").size > 0);
    },
  },
  statePlugins: {
    layout: {
      wrapActions: {
        updateFilter: (original, system) => (phrase) => {
          const done = original(phrase);
          const open = phrase.trim().length >= FEW;
          for (const tag of system.specSelectors.taggedOperations().keySeq()) {
            system.layoutActions.show(["operations-tag", tag], open);
          }
          return done;
        },
      },
    },
  },
});

// Swagger's own resolver goes over the whole document, for seconds, whenever an operation is opened. This document refers to nothing
// but its own parts: they are put in where they are named, but for one that is inside itself.
const part = (whole, reference) =>
  reference
    .slice(2)
    .split("/")
    .reduce((found, name) => found?.[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")], whole);
const whole = (document, value, inside = []) => {
  if (Array.isArray(value)) return value.map((each) => whole(document, each, inside));
  if (value === null || typeof value !== "object") return value;
  const reference = value.$ref;
  if (typeof reference === "string" && reference.startsWith("#/")) {
    if (inside.includes(reference)) return value;
    const { $ref, ...beside } = value;
    const found = { ...part(document, $ref), ...beside };
    return { ...whole(document, found, [...inside, reference]), $$ref: $ref };
  }
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, whole(document, each, inside)]));
};
const Resolving = () => ({
  fn: {
    resolveSubtree: async (document, path) => ({
      errors: [],
      spec: whole(document, path.reduce((found, name) => found?.[name], document)),
    }),
  },
});

if (place && window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    url: place.dataset.document,
    dom_id: "#openapi",
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    plugins: [Finding, Resolving],
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    onComplete() {
      const field = document.querySelector(".operation-filter-input");
      field.placeholder = "Find an operation: path, summary or group";
      field.setAttribute("aria-label", field.placeholder);
    },
    requestInterceptor(request) {
      if (!request.headers.Authorization && !["GET", "HEAD"].includes(request.method)) {
        request.headers["X-CSRFToken"] = token();
      }
      return request;
    },
  });
}
