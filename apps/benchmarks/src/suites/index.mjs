import { circuitBreaker } from './circuit-breaker/cases.mjs';
import { gameSession } from './game-session/cases.mjs';
import { genserver } from './genserver/cases.mjs';
import { healthCheck } from './health-check/cases.mjs';
import { nestjs } from './nestjs/cases.mjs';
import { ttlCache } from './ttl-cache/cases.mjs';
import { workerPool } from './worker-pool/cases.mjs';
/** @import { Suite } from '../suite.mjs' */

/** All suites, in the order in which they run. @type {readonly Suite<any>[]} */
export const suites = [genserver, ttlCache, workerPool, circuitBreaker, healthCheck, nestjs, gameSession];
