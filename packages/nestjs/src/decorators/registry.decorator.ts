import { Injectable } from '@nestjs/common';
import { checkNotDecorated, type RegistryDecoratorOptions, RegistryMetadata } from './metadata.js';

/**
 * Declares a registry, processes by key: list it before those who register there. Others reach it by `@InjectRegistry` of this class,
 * a `RegistryRef<Key, Value>`.
 */
export function Registry(options: RegistryDecoratorOptions): ClassDecorator {
  return (target) => {
    checkNotDecorated(target);
    Injectable()(target);
    RegistryMetadata(options)(target);
  };
}
