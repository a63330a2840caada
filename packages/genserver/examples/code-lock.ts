import { GenStateMachine, postpone, Runtime } from '@rookery/genserver';

type LockState = { readonly kind: 'locked'; readonly entered: string } | { readonly kind: 'open' };

class CodeLock extends GenStateMachine<LockState> {
  #code = '';

  override init(code: string): LockState {
    this.#code = code;
    return { kind: 'locked', entered: '' };
  }

  button(digit: string): void {
    return this.when({
      open: () => postpone(), // for when it is locked again
      locked: (state) => {
        const entered = (state.entered + digit).slice(-this.#code.length);
        if (entered === this.#code) this.state = { kind: 'open' };
        else {
          this.state = { kind: 'locked', entered };
          this.self.stateTimeout.set(30_000, () => this.#lock()); // forgets the digits
        }
      },
    });
  }

  codeLength(): number {
    return this.#code.length; // the same in every state
  }

  override handleEnter(): void {
    return this.when({
      locked: () => console.log('Locked'),
      open: () => {
        console.log('Open');
        this.self.stateTimeout.set(100, () => this.#lock());
      },
    });
  }

  override terminate(): void {
    if (this.state.kind !== 'locked') console.log('Locked, on the way out');
  }

  #lock(): void {
    this.state = { kind: 'locked', entered: '' };
  }
}

const runtime = new Runtime();
const lock = await runtime.start(CodeLock, { args: ['1234'] });
console.log('digits:', await lock.call.codeLength());

for (const digit of '1234') await lock.call.button(digit);
console.log('pressing 9 while it is open');
await lock.call.button('9'); // answered when the door has locked itself, 100 ms later
console.log('9 was pressed');

for (const digit of '1234') lock.cast.button(digit);
await lock.call.codeLength();
await runtime.shutdown();
