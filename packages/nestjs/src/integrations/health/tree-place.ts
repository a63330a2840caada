import { Inject, Injectable, Optional } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { type ChildSpec, Runtime } from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../../supervision-options.js';
import { SupervisorMetadata, metadataOf } from '../../decorators/metadata.js';
import { Contribution, Features } from '../../tree/features.js';
import { readChildren } from '../../tree/read-tree.js';
import { ShutdownState } from '../../tree/shutdown-state.js';
import type { Tree } from './built-in.js';
import { HealthSetupError } from './errors.js';

/** The place that a tree may keep for the health check: `feature('health')`. */
const PLACE = 'health';

/** The supervision tree of the application, if it has one, as the health check sees it. */
@Injectable()
export class TreePlace {
  constructor(
    @Inject(ModuleRef) private readonly modules: ModuleRef,
    @Optional() @Inject(Runtime) private readonly runtime?: Runtime,
    @Optional() @Inject(Features) private readonly features?: Features,
    @Optional() @Inject(ShutdownState) readonly shutdownState?: ShutdownState,
  ) {}

  /** Undefined where SupervisionModule is not there. */
  get tree(): Tree | undefined {
    const { runtime, features } = this;
    if (runtime === undefined || features === undefined) return undefined;
    const { root } = this.modules.get<SupervisionOptions>(SUPERVISION_OPTIONS, { strict: false });
    return { runtime, rootName: metadataOf(SupervisorMetadata, root)?.name ?? root.name };
  }

  /** Makes it a child, before the tree is up: where the tree keeps a place for it, or else the last one of the root. Gives the ref. */
  add<Ref>(spec: ChildSpec<Ref>): Ref {
    const { runtime, features } = this;
    if (runtime === undefined || features === undefined) throw noTree();
    const children = readChildren([spec], 'HealthModule');
    features.add(new Contribution(PLACE, children, undefined, 'last_of_root'));
    return runtime.ref(spec);
  }
}

function noTree(): HealthSetupError {
  return new HealthSetupError(
    'HealthModule',
    'it is `supervised`, and the application has no supervision tree: import SupervisionModule.forRoot, or leave `supervised` out.',
  );
}
