import type { FactoryProvider, Provider } from '@nestjs/common';
import { checkSettings } from './check-options.js';
import {
  DECLARED_OPTIONS,
  type SupervisionAsyncOptions,
  type SupervisionOptions,
  type SupervisionOptionsFactory,
  type SupervisionSettings,
} from './supervision-options.js';

/** What provides the options of `forRootAsync`. */
export function asyncOptionsProviders(options: SupervisionAsyncOptions): readonly Provider[] {
  const { root, useFactory, inject = [], useClass, useExisting } = options;
  if (useFactory !== undefined) {
    return [optionsFrom(root, inject, useFactory as (...dependencies: unknown[]) => Settings)];
  }
  const token = useClass ?? useExisting;
  const ask = (factory: unknown): Settings => (factory as SupervisionOptionsFactory).createSupervisionOptions();
  const asked = optionsFrom(root, [token as NonNullable<typeof token>], ask);
  return useClass === undefined ? [asked] : [useClass, asked];
}

type Settings = SupervisionSettings | Promise<SupervisionSettings>;

function optionsFrom(
  root: SupervisionOptions['root'],
  inject: NonNullable<SupervisionAsyncOptions['inject']>,
  settingsOf: (...dependencies: unknown[]) => Settings,
): FactoryProvider<Promise<SupervisionOptions>> {
  const useFactory = async (...dependencies: unknown[]): Promise<SupervisionOptions> => {
    const settings = await settingsOf(...dependencies);
    checkSettings(settings);
    return { ...settings, root };
  };
  return { provide: DECLARED_OPTIONS, useFactory, inject: [...inject] };
}
