// A line at the top of the page while the browser knows of no network.

export function showConnection() {
  const line = document.querySelector("[data-offline]");
  if (!line) return;
  const show = () => {
    line.hidden = navigator.onLine;
  };
  addEventListener("online", show);
  addEventListener("offline", show);
  show();
}
