import { GenServer, type ServerClass } from '@rookery/genserver';

export function isServerClass(type: unknown): type is ServerClass {
  return typeof type === 'function' && type.prototype instanceof GenServer;
}
