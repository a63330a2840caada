import { Injectable } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { CreateInstance } from '@rookery/genserver';

/** Where a server class is provided, and which class stands there: another one when a test has overridden it. */
export interface ServerHost {
  readonly moduleRef: ModuleRef;
  readonly implementation: new (...args: never[]) => unknown;
}

/** Makes a fresh instance of a server for each start, injected from the module that provides its class. */
@Injectable()
export class ChildFactory {
  readonly #hosts = new Map<object, ServerHost>();

  register(serverClass: object, host: ServerHost): void {
    this.#hosts.set(serverClass, host);
  }

  /** A class that no module provides is made without arguments, as outside Nest. */
  readonly create: CreateInstance = (serverClass) => {
    const host = this.#hosts.get(serverClass);
    if (host === undefined) return new (serverClass as unknown as new () => object)();
    return host.moduleRef.create(host.implementation as never);
  };
}
