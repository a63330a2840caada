import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Run, type Step, step } from './model.js';

test.each([['unique'], ['duplicate']] as const)(
  'any sequence of registering, taking back, changing, ending and restarting reads as in the plain model: %s keys (REG-006, REG-008, REG-013, REG-016, REG-018, REG-019)',
  async (keys) => {
    const check = async (steps: readonly Step[]): Promise<void> => {
      const run = new Run(keys);
      await run.begin();
      for (const given of steps) {
        await run.apply(given);
        run.compare();
      }
      await run.end();
    };
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), check);
    await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
  },
);
