import { readSettings, type Settings } from '../../src/settings.js';

/** The defaults, on a free port of this machine, but for what is said. */
export function settingsWith(settings: Partial<Settings> = {}): Settings {
  return { ...readSettings({ PORT: '0' }), ...settings };
}
