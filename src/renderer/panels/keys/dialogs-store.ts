import { create } from 'zustand';

/** The one dialog of the panel that is open. */
export type KeysDialog =
  | { readonly kind: 'none' }
  /** `path`: what stands in the field at first. */
  | { readonly kind: 'create'; readonly path: string }
  | { readonly kind: 'delete'; readonly path: string }
  | { readonly kind: 'deleteTree'; readonly path: string }
  | { readonly kind: 'lease'; readonly path: string }
  | { readonly kind: 'import' };

export const useDialogs = create<{ readonly dialog: KeysDialog }>(() => ({ dialog: { kind: 'none' } }));

export function openDialog(dialog: KeysDialog): void {
  useDialogs.setState({ dialog });
}

export function closeDialog(): void {
  useDialogs.setState({ dialog: { kind: 'none' } });
}
