// Guards what standard tools rely on: reflection describes the service completely, health follows writability.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { type FileDescriptorProto, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { type Client, credentials, loadPackageDefinition, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UserServiceService } from '../../src/gen/synod/v1/user.ts';
import { type ServedApi, serveApi } from '../support/served-api.ts';
import { until } from './calls.ts';

let served: ServedApi;
beforeEach(async () => {
  served = await serveApi();
});
afterEach(() => served.stop());

/** As a tool would have it: from the published definition, knowing nothing of this program. */
function healthClient() {
  const loaded = loadPackageDefinition(loadSync(protoPath, { enums: String })) as never as {
    grpc: { health: { v1: { Health: new (address: string, channel: unknown) => HealthClient } } };
  };
  return new loaded.grpc.health.v1.Health(served.address, credentials.createInsecure());
}

interface HealthClient extends Client {
  check(request: { service: string }, then: (error: ServiceError | null, answer: { status: string }) => void): void;
  watch(request: { service: string }): NodeJS.ReadableStream & { cancel(): void };
}

test('health: the server serves while it answers, the service while it takes writes', async () => {
  const client = healthClient();
  const check = (service: string): Promise<string> =>
    new Promise((resolve) => {
      client.check({ service }, (error, answer) => resolve(error ? `error ${error.code}` : answer.status));
    });
  const seen: string[] = [];
  const watch = client.watch({ service: 'synod.v1.UserService' });
  watch.on('data', ({ status }: { status: string }) => seen.push(status));
  watch.on('error', () => undefined);
  expect(await check('synod.v1.UserService')).toBe('SERVING');
  expect(await check('synod.v1.CoordinationService')).toBe('SERVING');
  served.cell.setUnwritable('no majority');
  expect(await check('synod.v1.UserService')).toBe('NOT_SERVING');
  expect(await check('synod.v1.CoordinationService')).toBe('NOT_SERVING');
  expect(await check('')).toBe('SERVING');
  expect(await check('somebody.Else')).toBe('error 5');
  served.cell.setUnwritable('');
  await until(() => seen.length === 3);
  expect(seen).toEqual(['SERVING', 'NOT_SERVING', 'SERVING']);
  served.api.drain('this agent is shutting down');
  expect(await check('')).toBe('NOT_SERVING');
  watch.cancel();
  client.close();
});

interface ReflectionAnswer {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Buffer[] };
  readonly error_response?: { readonly error_code: number };
}

/** The published definition of the reflection service, as far as this test speaks it. */
const REFLECTION = `
  syntax = "proto3";
  package grpc.reflection.VERSION;
  service ServerReflection { rpc ServerReflectionInfo(stream Request) returns (stream Answer); }
  message Request {
    string host = 1;
    oneof message_request { string file_by_filename = 3; string file_containing_symbol = 4; string list_services = 7; }
  }
  message Answer {
    string valid_host = 1;
    FileDescriptorResponse file_descriptor_response = 4;
    ListServiceResponse list_services_response = 6;
    ErrorResponse error_response = 7;
  }
  message FileDescriptorResponse { repeated bytes file_descriptor_proto = 1; }
  message ListServiceResponse { repeated ServiceResponse service = 1; }
  message ServiceResponse { string name = 1; }
  message ErrorResponse { int32 error_code = 1; string error_message = 2; }
`;

test.each(['v1', 'v1alpha'])('reflection %s lists the services and describes every method', async (version) => {
  const folder = mkdtempSync('/tmp/reflection-');
  writeFileSync(`${folder}/reflection.proto`, REFLECTION.replace('VERSION', version));
  const loaded = loadPackageDefinition(loadSync(`${folder}/reflection.proto`, { keepCase: true })) as never as {
    grpc: { reflection: Record<string, { ServerReflection: new (address: string, channel: unknown) => Client }> };
  };
  rmSync(folder, { recursive: true });
  const client = new loaded.grpc.reflection[version]!.ServerReflection(served.address, credentials.createInsecure());
  const stream = (client as never as { ServerReflectionInfo(): NodeJS.ReadWriteStream }).ServerReflectionInfo();
  const answers: ReflectionAnswer[] = [];
  stream.on('data', (answer: ReflectionAnswer) => answers.push(answer));
  stream.on('error', () => undefined);
  const send = (request: object): boolean => stream.write(request as never);
  send({ list_services: '' });
  send({ file_containing_symbol: 'synod.v1.UserService' });
  send({ file_containing_symbol: 'no.such.Thing' });
  await until(() => answers.length === 3);
  const names = answers[0]!.list_services_response!.service.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['synod.v1.UserService', 'synod.v1.ObserveService', 'grpc.health.v1.Health']),
  );
  expect(answers[2]!.error_response!.error_code).toBe(5);
  // As a tool does: fetch by name what the files import, then resolve every reference, which fails when one is missing.
  const files = new Map<string, FileDescriptorProto>();
  const take = (answer: ReflectionAnswer): void => {
    for (const file of answer.file_descriptor_response!.file_descriptor_proto) {
      const described = fromBinary(FileDescriptorProtoSchema, file);
      files.set(described.name, described);
    }
  };
  take(answers[1]!);
  expect([...files.keys()]).toContain('synod/v1/user.proto');
  const missing = (): string | undefined =>
    [...files.values()].flatMap(({ dependency }) => dependency).find((name) => !files.has(name));
  for (let name = missing(); name !== undefined; name = missing()) {
    const before = answers.length;
    send({ file_by_filename: name });
    await until(() => answers.length > before);
    take(answers.at(-1)!);
  }
  const registry = createFileRegistry(files.get('synod/v1/user.proto')!, (name) => files.get(name));
  const service = registry.getService('synod.v1.UserService')!;
  expect(service.methods.map(({ name }) => name)).toEqual(
    Object.values(UserServiceService).map(({ path }) => path.split('/').at(-1)),
  );
  expect(service.method.put!.input.fields.map(({ name }) => name)).toContain('lease_id');
  stream.end();
  client.close();
});
