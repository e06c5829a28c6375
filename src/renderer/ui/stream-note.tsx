import { useConnection } from '../connection/connection-store.ts';
import { ErrorNote } from './notes.tsx';

/** Why what is shown is not told anew; without a connection that is said for the whole page already. It is tried again by itself. */
export function StreamNote({ problem }: { readonly problem: unknown }) {
  const isConnected = useConnection((state) => state.phase === 'connected');
  return problem === undefined || !isConnected ? null : <ErrorNote error={problem} />;
}
