import { create } from 'zustand';

export type ProcessDialog = 'none' | 'stack' | 'profile' | 'snapshot';

/** Opened by buttons and by the command palette. */
export const useProcessDialog = create<{ readonly open: ProcessDialog }>(() => ({ open: 'none' }));

export function openProcessDialog(open: ProcessDialog): void {
  useProcessDialog.setState({ open });
}
