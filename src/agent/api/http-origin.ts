import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request comes from a page of another origin. There are no credentials that a browser would add, but whoever
 * reaches this address may use it, and a foreign page in the operator's browser reaches it too.
 */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  const { origin, host } = headers;
  if (origin !== undefined) return origin.toLowerCase() !== `http://${host?.toLowerCase()}`;
  // Same site is another port of this machine: a page of whatever else runs here.
  return headers['sec-fetch-site'] === 'cross-site' || headers['sec-fetch-site'] === 'same-site';
}

/** A person who follows a link to a page, which shows it in a window of its own and gives the other page nothing. */
export function isNavigation(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}
