import { expect, test } from '@jest/globals';
import { child, dynamicSupervisor, GenServer, partialChild } from '../../src/index.js';
import { thrownBy, useTrees } from './support.js';

const newTree = useTrees();

class Session extends GenServer {
  #facts = '';

  override init(game: string, player: string, seat = 0): void {
    this.#facts = `${game} ${player} ${seat}`;
  }

  facts(): string {
    return this.#facts;
  }

  crash(): never {
    throw new Error('boom');
  }
}

test('extra arguments come before those of the child, at its start and at every restart (DYN-011)', async () => {
  const tree = newTree();
  const sup = await tree.runtime.startDynamicSupervisor<Session>({ extraArguments: ['chess'] });
  const ada = await sup.startChild(partialChild(Session, { args: ['ada', 3], name: 'ada' }));
  expect(await ada.call.facts()).toBe('chess ada 3');
  ada.cast.crash();
  await tree.clock.advance(0);
  expect(await ada.call.facts()).toBe('chess ada 3');
});

test('they may be all that there is, and each supervisor has its own (DYN-011)', async () => {
  const { runtime } = newTree();
  const spec = partialChild(Session);
  const facts = ['chess', 'go'].map(async (game) => {
    const sup = await runtime.startDynamicSupervisor<Session>({ extraArguments: [game, 'ada'] });
    return (await sup.startChild(spec)).call.facts();
  });
  expect(await Promise.all(facts)).toEqual(['chess ada 0', 'go ada 0']);
  expect(spec.start.args).toBeUndefined();
});

test.each(['ab', 7, null, {}])('extraArguments %p is refused (DYN-002)', (extraArguments) => {
  const options = { extraArguments } as never;
  const expected = { kind: 'invalid_extra_arguments', option: 'extraArguments' };
  expect(thrownBy(() => dynamicSupervisor(options))).toMatchObject(expected);
});

test('a partial child takes any number of the last arguments of init, and no others', () => {
  const specs = [
    partialChild(Session, { args: ['chess', 'ada', 1] }),
    partialChild(Session, { args: ['ada', 1] }),
    partialChild(Session, { args: ['ada'] }),
    partialChild(Session, { args: [1] }),
    partialChild(Session, { args: [] }),
    child(Session, { args: ['chess', 'ada'] }),
  ];
  expect(specs).toHaveLength(6);
  // @ts-expect-error The last argument is a number.
  partialChild(Session, { args: [true] });
  // @ts-expect-error Only a partial child may lack arguments.
  child(Session, { args: ['ada'] });
});
