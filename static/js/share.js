// Sharing: the post's address goes to the clipboard or to the chosen place; the server counts it.
// Nothing of the post but its address leaves the page here: who may not see it learns nothing from the link.
const places = {
  email: (url) => `mailto:?body=${url}`,
  linkedin: (url) => `https://www.linkedin.com/sharing/share-offsite/?url=${url}`,
  x: (url) => `https://x.com/intent/post?url=${url}`,
  whatsapp: (url) => `https://wa.me/?text=${url}`,
};
const tell = (words) => document.dispatchEvent(new CustomEvent("campus:toast", { detail: words }));

async function copy(url, done) {
  try {
    await navigator.clipboard.writeText(url);
    tell(done);
  } catch {
    tell(url); // no permission, or no https: there to be copied by hand
  }
}

document.addEventListener("submit", async (event) => {
  const { target: form, submitter } = event;
  if (!form.matches("[data-share]") || !submitter) return;
  event.preventDefault();
  const body = new FormData(form, submitter);
  const url = new URL(form.dataset.share, location.href).href;
  const menu = form.closest("details");
  menu.open = false;
  menu.querySelector("summary").focus();
  if (submitter.value in places) window.open(places[submitter.value](encodeURIComponent(url)), "_blank", "noopener");
  else await copy(url, form.dataset.copied);
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer || (!answer.ok && answer.type !== "opaqueredirect")) return;
  const number = menu.querySelector(".number");
  number.textContent = Number(number.textContent) + 1;
});
