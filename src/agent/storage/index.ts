export type { Identity } from './identity.ts';
export { openStorage } from './open-storage.ts';
export { type RestoredCell, restoreSnapshot } from './restore.ts';
export type { SnapshotDescription, SnapshotOutcome, SnapshotReceiver } from './snapshot-receiver.ts';
export type { SavedSnapshot } from './snapshots.ts';
export type { Storage, StorageConfig, StorageOptions, StorageSizes } from './storage.ts';
export { StorageFault, type StorageFaultKind } from './storage-fault.ts';
