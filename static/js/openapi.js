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

if (place && window.SwaggerUIBundle) {
  window.SwaggerUIBundle({
    url: place.dataset.document,
    dom_id: "#openapi",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    requestInterceptor(request) {
      if (!request.headers.Authorization && !["GET", "HEAD"].includes(request.method)) {
        request.headers["X-CSRFToken"] = token();
      }
      return request;
    },
  });
}
