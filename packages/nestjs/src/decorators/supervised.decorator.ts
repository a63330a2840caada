import { Injectable, Scope } from '@nestjs/common';
import type { GenServer, ServerClass } from '@rookery/genserver';
import { checkNotDecorated, type SupervisedOptions, SupervisedMetadata } from './metadata.js';

/**
 * Makes a GenServer class a child of the tree: list it among the `children` of a `@Supervisor`, or as the `child` of a
 * `@DynamicSupervisor`, and among the `providers` of its module. Every start, and so every restart, makes a new instance with
 * constructor injection. Others reach it by `@InjectServer`.
 */
export function Supervised(options: SupervisedOptions = {}): (target: ServerClass) => void {
  return (target) => {
    checkNotDecorated(target);
    // Transient, so that Nest makes no instance of its own: the tree does, one for each start.
    Injectable({ scope: Scope.TRANSIENT })(target);
    SupervisedMetadata(options)(target);
    const { name: _name, args: _args, ...own } = options;
    // What the class says about itself holds where the decorator is silent.
    const { childDefaults } = target as unknown as typeof GenServer;
    Object.defineProperty(target, 'childDefaults', { value: { ...childDefaults, ...own } });
  };
}
