import { fileURLToPath } from 'node:url';
import type { Server } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';

/** As deep below the package from `src` as from `dist`. */
const PROTO_FOLDER = fileURLToPath(new URL('../../../proto', import.meta.url));

/** Lets standard tools list and call what this server offers without having the definitions. */
export function addReflection(server: Server): void {
  const files = ['synod/v1/user.proto', 'synod/v1/peer.proto', healthProto];
  const definitions = loadSync(files, { includeDirs: [PROTO_FOLDER], keepCase: true, longs: String });
  new ReflectionService(definitions).addToServer(server);
}
