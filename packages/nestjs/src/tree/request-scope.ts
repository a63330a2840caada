import { Scope } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** What a provider depends on, as Nest has resolved it: by constructor, by property, or by the `inject` list of a factory. */
export function dependenciesOf(dependent: Provider): readonly Provider[] {
  const byProperty = (dependent.getPropertiesMetadata() ?? []).map(({ wrapper }) => wrapper);
  // An optional dependency that nobody provides leaves a hole.
  return [...(dependent.getCtorMetadata() ?? []), ...byProperty].flatMap((each: Provider | undefined) => each ?? []);
}

/** The way from a provider to the request-scoped one that makes it request-scoped, too. */
export function pathToRequest(from: Provider): readonly Provider[] {
  const seen = new Set<Provider>([from]);
  const paths: (readonly Provider[])[] = [[from]];
  for (const path of paths) {
    const last = path.at(-1) as Provider;
    if (last.scope === Scope.REQUEST) return path;
    for (const next of dependenciesOf(last)) {
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return [from];
}
