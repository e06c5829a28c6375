import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoPath as healthProto } from 'grpc-health-check';
import { FILE_DESCRIPTOR_SET } from '../../gen/descriptors.ts';

/** Lets standard tools list and call what this server offers without having the definitions. */
export function addReflection(server: Server): void {
  // Ours come from the compiler of the definitions: what proto-loader makes of a file has relative type names, which strict
  // tools refuse, and another file name.
  const ours = { synod: { fileDescriptorProtos: fileDescriptors() } } as unknown as PackageDefinition;
  new ReflectionService({ ...loadSync(healthProto), ...ours }).addToServer(server);
}

/** The files of a `FileDescriptorSet`, whose only field is the list of them. */
function fileDescriptors(): Buffer[] {
  const reader = new BinaryReader(Buffer.from(FILE_DESCRIPTOR_SET, 'base64'));
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    reader.uint32();
    files.push(Buffer.from(reader.bytes()));
  }
  return files;
}
