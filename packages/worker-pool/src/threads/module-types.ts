import type { Threads, ThreadsOf } from '../face.js';

/** What a thread's function is given after its input. It may be taken apart. */
export interface ThreadContext<State = undefined> {
  /** What `setup` gave in this thread. */
  readonly state: State;
  /** As Node counts threads. */
  readonly threadId: number;
  /** What is moved back with the result instead of copied: ArrayBuffers, MessagePorts and the like. They are of no use here then. */
  readonly transfer: (objects: readonly object[]) => void;
}

/** What `setup` is given after `workerData`. */
export interface SetupContext {
  /** As Node counts threads. */
  readonly threadId: number;
}

/** A function that can run in a thread. */
export type ThreadFunction = (input: never, ...rest: never[]) => unknown;

/** The names of the functions of a module. */
export type FunctionNames<Module> = {
  [Name in keyof Module]: Module[Name] extends ThreadFunction ? Name : never;
}[keyof Module] &
  string;

/** Which function is meant when no name is given as a type: the only one there is, or else the default export. */
export type SoleFunction<Module> =
  IsUnion<FunctionNames<Module>> extends false
    ? FunctionNames<Module>
    : 'default' extends FunctionNames<Module>
      ? 'default'
      : never;

type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;

/** The face of a pool that runs this function of the module. */
export type ThreadsOfModule<Module, Name extends FunctionNames<Module>> = Module[Name] extends ThreadFunction
  ? ThreadsOf<Module[Name]>
  : Threads<never, never>;
