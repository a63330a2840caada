import type { SupervisorView } from '@rookery/genserver';
import { FewLabels } from './few-labels.js';

/** Of all supervisors of one name; those without a name count as their class. */
export interface SupervisorFigures {
  children: number;
  down: number;
  /** Of the one that is closest to giving up. */
  restarts: number;
  /** Likewise. */
  maxRestarts: number;
}

/** As they are now. */
export function supervisorFigures(
  views: Iterable<Pick<SupervisorView, 'name' | 'children' | 'down' | 'restarts' | 'maxRestarts'>>,
): ReadonlyMap<string, Readonly<SupervisorFigures>> {
  const labels = new FewLabels();
  const all = new Map<string, SupervisorFigures>();
  for (const { name, children, down, restarts, maxRestarts } of views) {
    const label = labels.of(name);
    const figures = all.get(label);
    if (figures === undefined) {
      all.set(label, { children, down: down.length, restarts, maxRestarts });
      continue;
    }
    figures.children += children;
    figures.down += down.length;
    if (maxRestarts - restarts < figures.maxRestarts - figures.restarts)
      Object.assign(figures, { restarts, maxRestarts });
  }
  return all;
}
