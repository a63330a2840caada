import {
  count,
  either,
  flag,
  json,
  list,
  MalformedError,
  object,
  oneOf,
  optional,
  type Shape,
  tagged,
  text,
} from './shapes.js';

const RESTARTS = oneOf('permanent', 'transient', 'temporary');
/** A reason to end with. */
export const ending: Shape = either(text, object({ shutdown: text }), object({ error: text }));
const pair: Shape = (value, at) => {
  list(json)(value, at);
  const [id, reason, ...more] = value as unknown[];
  text(id, `${at}[0]`);
  ending(reason, `${at}[1]`);
  if (more.length > 0) throw new MalformedError(at, 'a pair of an id and a reason', value);
};

const child = { id: text, restart: RESTARTS, significant: flag };
const anySupervisor = { ...child, shutdown: oneOf('infinity'), max_restarts: count, max_seconds: count };
const supervisor = object({
  ...anySupervisor,
  kind: oneOf('supervisor'),
  strategy: oneOf('one_for_one', 'one_for_all', 'rest_for_one'),
  auto_shutdown: oneOf('never', 'any_significant', 'all_significant'),
  children: list((value, at) => node(value, at)),
});
const node: Shape = tagged('kind', {
  supervisor,
  dynamic: object({ ...anySupervisor, max_children: either(count, oneOf('infinity')) }),
  worker: object({
    ...child,
    shutdown: either(count, oneOf('infinity', 'brutal_kill')),
    trap_exit: flag,
    cleanup: oneOf('quick', 'slow', 'hang', 'bad_exit'),
    init: list(oneOf('ok', 'fail', 'ignore', 'fail_forever')),
  }),
});

const dynamic = optional(flag);
const step: Shape = tagged('op', {
  exit: object({ target: text, reason: ending, via: optional(oneOf('exit', 'stop')) }),
  signal: object({ target: text, reason: ending }),
  stop: object({ target: text, reason: ending }),
  batch: object({ sup: text, exits: list(pair) }),
  terminate_child: object({ sup: text, id: text, dynamic }),
  restart_child: object({ sup: text, id: text }),
  delete_child: object({ sup: text, id: text }),
  start_child: object({ sup: text, child: node, dynamic }),
  which_children: object({ sup: text, dynamic }),
  count_children: object({ sup: text, dynamic }),
  sleep: object({ ms: count }),
});
/** Of a tree of supervisors. */
export const treeScenario = object({ id: text, root: supervisor, steps: list(step) });

const event: Shape = (value, at) => {
  list(json)(value, at);
  const [kind, id, attempt] = value as unknown[];
  oneOf('init', 'start', 'terminate', 'exit')(kind, `${at}[0]`);
  text(id, `${at}[1]`);
  count(attempt, `${at}[2]`);
};
const phase = { result: json, order: oneOf('total', 'none'), events: list(event) };
export const treeTrace = object({
  start: object(phase),
  steps: list(object({ ...phase, root: oneOf('alive', 'down') })),
  final: json,
});
