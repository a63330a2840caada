import { Injectable } from '@nestjs/common';
import type { Health } from '@rookery/health-check';
import { HealthNotStartedError } from './errors.js';
import type { OwnAddress } from './own-server.js';

/** Where the health check of the application is, once it has started. */
@Injectable()
export class HealthSource {
  address: OwnAddress | undefined;
  #health: Health | undefined;

  /** Throws a HealthNotStartedError. */
  get health(): Health {
    if (this.#health === undefined) throw new HealthNotStartedError();
    return this.#health;
  }

  set health(health: Health) {
    this.#health = health;
  }

  /** Undefined before the start. */
  get started(): Health | undefined {
    return this.#health;
  }
}
