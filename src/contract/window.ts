/** Between the desktop app, its preload script and the page. */

/** Scheme and host of the page in the app's window. No such host exists anywhere else: `.invalid` is reserved. */
export const WINDOW_SCHEME = 'synod-app';
export const WINDOW_HOST = 'window.synod.invalid';
export const WINDOW_ORIGIN = `${WINDOW_SCHEME}://${WINDOW_HOST}`;

/** What the page says when it listens, and what it is told, with the port, in answer. */
export const PAGE_READY = 'synod:ready';
export const PAGE_PORT = 'synod:port';

/** Said by the page over the port, with how many messages it has received so far, after each `RECEIVED_EVERY` of them. */
export const PAGE_RECEIVED = 'synod:received ';
export const RECEIVED_EVERY = 16;
