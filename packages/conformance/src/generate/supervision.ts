import type { Scenario, Step } from '../scenario/scenario.js';
import { Random } from './random.js';
import { StepMaker } from './step-maker.js';
import { type Theme, THEMES } from './themes.js';
import { type MutableSupervisor, TreeMaker } from './tree-maker.js';

/** A random tree of supervisors and what is done to it. The same seed always gives the same scenario. */
export function supervisionScenario(seed: number): Scenario {
  const random = new Random(seed);
  const theme = themeOf(seed);
  const maker = new TreeMaker(random, theme);
  const root = maker.supervisor(undefined, 0, 'never', 'root');
  root.restart = 'permanent';
  root.significant = false;
  if (theme === 'start-fails' && random.chance(20)) spoil(root, random);
  const steps = [...new StepMaker(random, theme, maker).make()];
  if (random.chance(80)) steps.push(lastStep(random));
  return { id: `seed-${seed}`, seed, theme, root, steps };
}

/** Scenarios with sleeps are slow: half of them are about something else. */
function themeOf(seed: number): Theme {
  const theme = THEMES[seed % THEMES.length] as Theme;
  return theme === 'window' && seed % 24 !== 11 ? 'mixed' : theme;
}

/** Now and then a specification that the supervisor must refuse. */
function spoil(root: MutableSupervisor, random: Random): void {
  const bad = random.pick(root.children);
  const [first, second] = root.children;
  if (random.chance(50)) {
    bad.significant = true;
    bad.restart = 'permanent';
  } else if (first !== undefined && second !== undefined) {
    root.children[1] = { ...second, id: first.id };
  }
}

function lastStep(random: Random): Step {
  const stops = random.chance(50);
  return stops
    ? { op: 'stop', target: 'root', reason: random.pick(['normal', 'shutdown', { shutdown: 'done' }, 'boom']) }
    : { op: 'signal', target: 'root', reason: random.pick(['shutdown', 'shutdown', 'boom', 'normal']) };
}
