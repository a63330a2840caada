import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';
import { Computer } from './computer.js';
import { computerPool, type ComputerSettings } from './computer.pool.js';

/** The computer player, and its threads at the place that the tree keeps for them: how many they are is known from the settings only. */
@Global()
@Module({ providers: [Computer], exports: [Computer] })
export class ComputerModule {
  static register(settings: ComputerSettings): DynamicModule {
    return {
      module: ComputerModule,
      imports: [SupervisionModule.forFeature({ at: 'computer', children: [computerPool(settings)] })],
    };
  }
}
