import type { ModuleMetadata } from '@nestjs/common';
import type { TestingModule, TestingModuleOptions } from '@nestjs/testing';
import { SupervisionTestingModuleBuilder } from './testing-module.builder.js';
import type { TreeControls } from './tree-controls.js';

/** Nest's testing module, and what is about the tree: `crash`, `hang`, `clock`, `fake` and so on. */
export interface SupervisionTestingModule extends TestingModule, TreeControls {}

/** Makes testing modules of applications that have a supervision tree, as Nest's `Test` does of all others. */
export const SupervisionTestingModule = {
  /**
   * As `Test.createTestingModule`: all that Nest's builder has, and `startOnly`, `overrideServer` and `overrideSettings`. Its
   * `compile()` starts nothing; the tree starts with `init()` or `listen()`, on a clock that stands still.
   */
  createTestingModule(metadata: ModuleMetadata, options?: TestingModuleOptions): SupervisionTestingModuleBuilder {
    return new SupervisionTestingModuleBuilder(metadata, options);
  },
} as const;
