// Wakes up when a push comes: says that something waits, and opens the page where it is answered. What waits is looked up there.

addEventListener("push", (event) => {
  const page = new URL("./", self.registration.scope).href;
  event.waitUntil(self.registration.showNotification(self.location.hostname, { tag: "tidegate", data: page, requireInteraction: true }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const page = open.find((client) => client.url.startsWith(event.notification.data));
      return page ? page.focus() : self.clients.openWindow(event.notification.data);
    }),
  );
});
