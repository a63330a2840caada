import { TreeError } from '../errors.js';

// What is wrong with a tree that was declared, in words: what, and what to do.

export function notDecorated(name: string, place: string, decorators: string): TreeError {
  return new TreeError(
    'not_decorated',
    name,
    `${name} is ${place} but has none of the decorators it needs: add ${decorators}.`,
  );
}

export function undefinedChild(supervisor: string): TreeError {
  return new TreeError(
    'undefined_child',
    supervisor,
    `A child of ${supervisor} is undefined: its file and that of ${supervisor} import each other, probably by way of others. ` +
      'Write forwardRef(() => TheClass) there, or break the circle, say by moving what both need to a file of its own.',
  );
}

export function cycle(names: readonly string[]): TreeError {
  const name = names.at(-1) ?? '';
  return new TreeError(
    'cycle',
    name,
    `${name} supervises itself: ${names.join(' → ')}. Take it out of one of the children lists.`,
  );
}

export function listedTwice(name: string): TreeError {
  return new TreeError(
    'listed_twice',
    name,
    `${name} is in the tree twice. A class has one place: remove it from one of the lists.`,
  );
}

export function nameTaken(name: string, holder: string, className: string): TreeError {
  return new TreeError(
    'name_taken',
    className,
    `${className} and ${holder} are both named "${name}". Give one of them another \`name\`.`,
  );
}

export function slotTwice(name: string): TreeError {
  return new TreeError(
    'listed_twice',
    name,
    `feature('${name}') is in the tree twice. A feature has one place: remove it from one of the lists.`,
  );
}
