import type { Dashboard } from '../dashboard.ts';

/** Opens a session from the panel that is shown; whoever acts there does so in its name from then on. */
export async function actAs(dashboard: Dashboard, name: string, ttlSeconds?: number): Promise<void> {
  await dashboard.button(/^Act(ing)? as/).waitFor();
  const hasNone = await dashboard.button('Act as…').isVisible();
  if (hasNone) await dashboard.button('Act as…').click();
  else await participantMenu(dashboard, 'New participant…');
  await dashboard.dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  if (ttlSeconds !== undefined) {
    await dashboard.dialog.getByRole('textbox', { name: 'TTL in seconds' }).fill(String(ttlSeconds));
  }
  await dashboard.dialog.getByRole('button', { name: 'Open the session' }).click();
  await dashboard.button(new RegExp(`^Acting as ${name}`)).waitFor();
}

/** Chooses in the menu of who acts. */
export async function participantMenu(dashboard: Dashboard, item: string | RegExp): Promise<void> {
  await dashboard.button(/^Acting as/).click();
  await dashboard.page.getByRole('menuitem', { name: item }).click();
}

/** In the Locks panel, as whoever acts there. */
export async function acquireLock(dashboard: Dashboard, path: string): Promise<void> {
  await dashboard.button('Acquire a lock').first().click();
  await dashboard.dialog.getByRole('textbox', { name: 'Path' }).fill(path);
  await dashboard.dialog.getByRole('button', { name: 'Acquire', exact: true }).click();
  await dashboard.dialog.waitFor({ state: 'hidden' });
}
