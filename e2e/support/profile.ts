/**
 * A profile on disk, as people browse. Playwright's own contexts are private windows, in which Chromium keeps the library
 * by reference to the chosen files, in memory, and counts none of it.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { test as base } from './test';

/** A new folder for a browser's profile. */
export const newProfile = (): Promise<string> => mkdtemp(join(tmpdir(), 'studio-profile-'));

/** Chromium's last processes may still be writing when it says that it is closed. */
export const removeProfile = (profile: string): Promise<void> =>
  rm(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });

/** The suite's `test`, in a profile of its own. */
export const profileTest = base.extend({
  context: async ({ launchOptions, baseURL }, use) => {
    const profile = await newProfile();
    const context = await chromium.launchPersistentContext(profile, { ...launchOptions, baseURL });
    await use(context);
    await context.close();
    await removeProfile(profile);
  },
});
