import { type DynamicModule, Global, Module } from '@nestjs/common';
import { databaseAt } from './open.js';
import { Repo } from './repo.server.js';
import { STORE_OPTIONS, type StoreOptions } from './store-options.js';

/** What the store needs of the settings. */
export interface StoreSettings {
  readonly databaseUrl: string | null;
  readonly dataDir: string;
}

/** Where the games are kept. */
@Global()
@Module({})
export class StoreModule {
  static register({ databaseUrl, dataDir }: StoreSettings): DynamicModule {
    const options: StoreOptions = { open: databaseAt({ databaseUrl: databaseUrl ?? undefined, dataDir }) };
    return { module: StoreModule, providers: [Repo, { provide: STORE_OPTIONS, useValue: options }] };
  }
}
