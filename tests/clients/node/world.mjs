// What every Node client needs: where the gateway is, the fakes' scripts and bills, and a runner for named cases.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const world = JSON.parse(readFileSync(process.env.FAIRWAY_WORLD, 'utf8'));
export const base = world.gateway + '/v1';
export const key = world.keys.a;
export const otherKey = world.keys.b;
export const clouds = { openai: 'gpt-6-sol', azure: 'gpt-6-sol-azure', compatible: 'gpt-oss-120b' };

// The fakes whose models fail when asked to.
const scripted = ['faulty', 'compatible'].map((fake) => world.fakes[fake] + '/_fake/faults');

// The next request for each of these upstream models meets the fault; the fake that knows the model plays it.
export async function script(fault, ...models) {
  const faults = models.map((model) => ({ ...fault, match: { model } }));
  for (const url of scripted) {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ faults }) });
    assert.equal(answer.status, 200, `the fake takes the script: ${await answer.text()}`);
  }
}

// The attempts a fake has seen for these upstream models.
export async function attempts(fake, ...models) {
  const bill = await (await fetch(world.fakes[fake] + '/_fake/bill')).json();
  return bill.attempts.filter((a) => models.includes(a.model));
}

// Waits until `probe` gives something, and says how long that took; the bound is the caller's promise.
export async function within(ms, what, probe) {
  const begin = performance.now();
  for (;;) {
    const found = await probe();
    if (found) return performance.now() - begin;
    if (performance.now() - begin > ms) assert.fail(`${what}: not within ${ms} ms`);
    // tidy-allow sleep: another process is asked again, within the bound above
    await new Promise((done) => setTimeout(done, 20));
  }
}

export const twoMegabytePng = 'data:image/png;base64,' + 'iVBORw0KGgo'.padEnd(2 * 1024 * 1024, 'A');

const cases = [];
export const test = (name, run) => cases.push({ name, run });

// Runs the cases one after the other, since faults are scripted for the next request.
export async function main() {
  const only = process.argv.slice(2);
  let failed = 0;
  for (const { name, run } of cases) {
    if (only.length && !only.includes(name)) continue;
    let clock;
    const limit = new Promise((_, reject) => { clock = setTimeout(() => reject(new Error('took over 20 s')), 20_000); });
    try {
      await Promise.race([run(), limit]);
      console.log('ok', name);
    } catch (error) {
      failed += 1;
      console.log('FAILED', name + ':', String(error?.stack ?? error).split('\n').slice(0, 12).join('\n    '));
    } finally {
      clearTimeout(clock);
      for (const url of scripted) await fetch(url, { method: 'DELETE' });
    }
  }
  process.exit(failed ? 1 : 0);
}
