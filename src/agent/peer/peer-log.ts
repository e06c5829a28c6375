/** Where this folder writes its lines for people; a pino logger fits. */
export interface PeerLog {
  info(text: string): void;
  warn(text: string): void;
}
