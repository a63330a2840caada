import { generateBreaker, generateCache, generateHealth, generatePool } from './generators/integrations.js';
import { generateServer } from './generators/server.js';
import { generateSupervisor } from './generators/supervisor.js';
import { generateTree } from './generators/tree.js';
import { nestAdd as addToNest } from './nest-add/nest-add.js';
import { generator, schematic } from './rule.js';

/** `server NAME`: a GenServer, provided by the nearest module, as a child of the nearest supervisor. */
export const server = generator(generateServer);
/** `supervisor NAME`: a supervisor, as a child of the nearest one. */
export const supervisor = generator(generateSupervisor);
/** `tree NAME`: the root of a tree, in the root module, and shutdown hooks where the application is made. */
export const tree = generator(generateTree);
/** `cache NAME`: a provider with a cached method, and its cache. */
export const cache = generator(generateCache);
/** `breaker NAME`: a provider with a guarded method, and its circuit breaker. */
export const breaker = generator(generateBreaker);
/** `pool NAME`: a provider with a method that runs in a pool, and that pool. */
export const pool = generator(generatePool);
/** `health NAME`: a health indicator, and the probes of the application, if it has none. */
export const health = generator(generateHealth);
/** `nest add @rookery/nestjs`: packages, a first tree, shutdown hooks, and Jest that can run it. */
export const nestAdd = schematic(addToNest);

export { SchematicError, type SchematicErrorKind } from './errors.js';
export type { AddOptions, GenerateOptions } from './options.js';
