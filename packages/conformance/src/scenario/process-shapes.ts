import { count, flag, json, list, object, oneOf, tagged, text } from './shapes.js';
import { ending } from './tree-shapes.js';

const to = { to: text };
const op = tagged('op', {
  spawn: object({ how: oneOf('spawn', 'spawn_link', 'spawn_monitor') }),
  link: object(to),
  unlink: object(to),
  monitor: object(to),
  alive: object(to),
  demonitor: object({ monitor: text }),
  trap: object({ on: flag }),
  send: object({ ...to, text }),
  signal: object({ ...to, reason: ending }),
  exit: object({ reason: ending }),
});

/** Of plain processes. */
export const processScenario = object({
  id: text,
  processes: count,
  steps: list(object({ from: text, do: list(op) })),
});

export const processTrace = object({
  steps: list(object({ result: json, exits: list(list(json)), messages: object({}) })),
  final: json,
});
