import { afterAll, beforeAll, test } from '@jest/globals';
import { Cluster, postgresBinaries } from '../support/cluster.js';
import { openPostgres } from '../../src/store/postgres.js';
import { describeRepo } from '../support/repo-suite.js';

const bin = postgresBinaries();
let cluster: Cluster;

beforeAll(async () => {
  if (bin !== undefined) cluster = await Cluster.create(bin);
});
afterAll(async () => {
  await cluster?.destroy();
});

if (bin === undefined) {
  test.todo('Repo over PostgreSQL: skipped, as it is not installed (apt-get install postgresql)');
} else {
  describeRepo(async (opener) => openPostgres(await cluster.newDatabase(), opener));
}
