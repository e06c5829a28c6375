import type { ClientDuplexStream } from '@grpc/grpc-js';
import { type ChannelOptions, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { type PeerServiceClient as GeneratedClient, PeerServiceService } from '../../gen/synod/v1/peer.ts';
import { DEFAULTS } from '../config.ts';
import { type Address, formatAddress } from './ports.ts';

const raw = (frame: Buffer): Buffer => frame;

/** The generated service with raw frames on `Exchange`: `frames.ts` knows how to read and write them. */
export const PEER_SERVICE = {
  ...PeerServiceService,
  exchange: {
    ...PeerServiceService.exchange,
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  },
} as const;

export interface PeerClient extends Omit<GeneratedClient, 'exchange'> {
  exchange(): ClientDuplexStream<Buffer, Buffer>;
}

const GenericClient = makeGenericClientConstructor(PEER_SERVICE, 'synod.v1.PeerService');

/** A message larger than a frame is refused by the receiver, never buffered. The server of an agent uses it too. */
export const MESSAGE_LIMITS: ChannelOptions = {
  'grpc.max_receive_message_length': DEFAULTS.frameMaxBytes,
  'grpc.max_send_message_length': DEFAULTS.frameMaxBytes,
};

/**
 * Each client has a connection of its own. gRPC's retries and reconnection are off: they would buffer and hide what the
 * link must see. Proxies from the environment are for the web, not for a cell.
 */
export const CHANNEL_OPTIONS: ChannelOptions = {
  ...MESSAGE_LIMITS,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  'grpc.enable_channelz': 0,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc-node.flow_control_window': 1024 * 1024,
};

export function connect(address: Address): PeerClient {
  return new GenericClient(
    formatAddress(address),
    credentials.createInsecure(),
    CHANNEL_OPTIONS,
  ) as unknown as PeerClient;
}
