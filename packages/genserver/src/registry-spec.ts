import type { ChildDefaults } from './gen-server/child-defaults.js';
import { checkName, type Name } from './runtime/names.js';
import { checkRegistryOptions, type RegistryOptions } from './registry/options.js';
import { Registry } from './registry/registry.js';
import { RegistryRef } from './registry/registry-ref.js';
import { child, type ChildId, type ChildSpec } from './supervisor/child-spec.js';

/** A registry as a child. */
export interface RegistrySpecOptions extends RegistryOptions, ChildDefaults {
  /** By which it is found. Must be given. */
  readonly name: Name;
  /** Default: the name. */
  readonly id?: ChildId;
}

/**
 * A registry, for `runtime.start` and as a child; put it before those who register (REG-001, REG-003). `Key` and `Value` are
 * what is registered there.
 */
export function registry<Key = unknown, Value = unknown>(
  options: RegistrySpecOptions,
): ChildSpec<RegistryRef<Key, Value>> {
  checkName(options?.name);
  checkRegistryOptions(options);
  const { name, keys, listeners, meta, ...asChild } = options;
  const init = { keys, ...(listeners && { listeners }), ...(meta && { meta }) };
  const spec = child(Registry, { ...asChild, args: [init], name, create: () => new Registry() });
  return { ...spec, toRef: (kernel) => new RegistryRef<Key, Value>(kernel, name) };
}
