/** A message from outside that cannot be what it claims to be. The text names the field; it is safe to send back. */
export class MalformedMessage extends Error {
  constructor(what: string) {
    super(`malformed message: ${what}`);
    this.name = 'MalformedMessage';
  }
}
