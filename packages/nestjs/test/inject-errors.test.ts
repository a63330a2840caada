import { describe, expect, test } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { child, dynamicSupervisor, GenServer } from '@rookery/genserver';
import {
  getServerToken,
  InjectAgent,
  InjectRegistry,
  InjectServer,
  InjectSupervisor,
  InjectTaskSupervisor,
  Registry,
  Supervised,
  SupervisionModule,
  Supervisor,
  TaskSupervisor,
} from '../src/index.js';

@Supervised()
class Room extends GenServer {}

@Registry({ keys: 'unique' })
class Rooms {}

@TaskSupervisor()
class Jobs {}

@Supervisor({ strategy: 'one_for_one', children: [Rooms, Jobs, Room] })
class App {}

describe('what cannot be injected is refused as the class is declared', () => {
  test.each([
    ['@InjectRegistry of a server', () => InjectRegistry(Room), /Room is a @Supervised: use @InjectServer\(Room\)/],
    ['@InjectSupervisor of a registry', () => InjectSupervisor(Rooms), /use @InjectRegistry\(Rooms\)/],
    ['@InjectTaskSupervisor of a supervisor', () => InjectTaskSupervisor(App), /use @InjectSupervisor\(App\)/],
    ['@InjectAgent of a task supervisor', () => InjectAgent(Jobs), /use @InjectTaskSupervisor\(Jobs\)/],
  ])('%s', (_, decorate, message) => {
    expect(decorate).toThrow(
      expect.objectContaining({ kind: 'wrong_injection', message: expect.stringMatching(message) }),
    );
  });

  test('undefined, as in a circle of imports', () => {
    expect(() => InjectServer(undefined as never)).toThrow(
      expect.objectContaining({
        kind: 'undefined_injection',
        message: expect.stringMatching(/forwardRef\(\(\) => TheClass\)/),
      }),
    );
  });

  test.each([
    ['a server', child(Room)],
    ['a supervisor', dynamicSupervisor()],
  ])('a specification without a name: %s', (_, spec) => {
    expect(() => InjectServer(spec)).toThrow(expect.objectContaining({ kind: 'no_name' }));
  });

  test.each([
    ['a class', getServerToken(class Lost {}), /Lost of the supervision tree: is it among the children/],
    ['a name', getServerToken('lost'), /"lost" of the supervision tree: is it the name of one of its children\?/],
  ])('%s that is not in the tree: Nest says so at boot', async (_, token, message) => {
    const user = { provide: 'user', useFactory: () => 1, inject: [token] };
    const module = { imports: [SupervisionModule.forRoot({ root: App })], providers: [Room, user] };
    await expect(Test.createTestingModule(module).compile()).rejects.toThrow(message);
  });
});
