import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ShutdownState } from '@rookery/nestjs';
import { databaseAt } from './open.js';
import { Repo } from './repo.server.js';
import { STORE_OPTIONS, type StoreOptions } from './store-options.js';
import { whileWanted } from './while-wanted.js';

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
    const open = databaseAt({ databaseUrl: databaseUrl ?? undefined, dataDir });
    const options = {
      provide: STORE_OPTIONS,
      inject: [ShutdownState],
      useFactory: (app: ShutdownState): StoreOptions => ({ open: whileWanted(open, app) }),
    };
    return { module: StoreModule, providers: [Repo, options] };
  }
}
