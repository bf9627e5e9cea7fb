// A page the browser kept is asked anew when somebody else has signed in, or out, since. The cookie is no secret.
const epoch = () => document.cookie.split("; ").find((part) => part.startsWith("session_epoch=")) ?? "";
const here = epoch();
window.addEventListener("pageshow", (event) => {
  if (event.persisted && epoch() !== here) location.reload();
});
