/** Under this a cache says which of its options its refs keep to while it is not there. Not for users. */
export const knownOptions: unique symbol = Symbol('rookery.ttl-cache.known-options');
