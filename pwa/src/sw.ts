/** The service worker: the app's files without a network, webpush, and a sync when the browser says there is signal.
 * A new worker waits until a page tells it to take over. */
import { cleanupOutdatedCaches, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching'
import { keepShared } from './transport/shared'
import { onClick, onPush, wake } from './webpush/worker'

declare const self: ServiceWorkerGlobalScope & { __PRECACHE: PrecacheEntry[]; __VERSION: string }

precacheAndRoute(self.__PRECACHE, { cleanURLs: false, directoryIndex: '' })
cleanupOutdatedCaches()

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('message', (event) => {
  if ((event.data as { take?: boolean } | null)?.take) void self.skipWaiting()
})

self.addEventListener('push', (event) => event.waitUntil(onPush(event.data?.text() ?? '')))

self.addEventListener('notificationclick', (event) => event.waitUntil(onClick(event.notification, event.action)))

self.addEventListener('sync', (event) => {
  const asked = event as ExtendableEvent & { tag: string }
  if (asked.tag === 'outbox') asked.waitUntil(wake())
})

self.addEventListener('periodicsync', (event) => (event as ExtendableEvent).waitUntil(wake()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method === 'POST' && new URL(request.url).pathname === '/share') event.respondWith(keepShared(request))
})
