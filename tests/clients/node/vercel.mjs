// Vercel's `ai` with @ai-sdk/openai and @ai-sdk/azure against the gateway. This SDK does not read x-should-retry,
// so its own retries are off where requests are counted.
import assert from 'node:assert/strict';
import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, Output, embedMany, generateText, isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';
import { attempts, base, clouds, key, main, script, test, twoMegabytePng, within } from './world.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const openai = createOpenAI({ baseURL: base, apiKey: key });
const azure = createAzure({ baseURL: base, apiKey: key });  // sends `api-key`; no Azure host, so no path of Azure's
const prompt = 'What is the weather in Paris?';
const askTools = 'What is the weather in Paris and in Rome? Ask in parallel.';
const schema = z.object({ city: z.string(), degrees: z.number() });

function tools(called) {
  const inputSchema = z.object({ city: z.string() });
  const execute = async ({ city }) => { called.push(city); return { city, degrees: 21 }; };
  return { get_weather: tool({ inputSchema, execute }), get_time: tool({ inputSchema, execute }) };
}

// The whole text of a stream; its error, if it told one, is thrown.
async function textOf(result) {
  let text = '';
  for await (const part of result.fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') text += part.text;
  }
  return text;
}
const quiet = { onError: () => {} };

for (const [cloud, name] of Object.entries(clouds)) {
  for (const [vendor, provider] of Object.entries({ openai, azure })) {
    test(`chat.${vendor}.${cloud}`, async () => {
      const { text, finishReason, usage } = await generateText({ model: provider.chat(name), prompt });
      assert.ok(text.length > 0);
      assert.equal(finishReason, 'stop');
      assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
    });

    test(`stream.${vendor}.${cloud}`, async () => {
      const result = streamText({ model: provider.chat(name), prompt, ...quiet });
      assert.ok((await textOf(result)).length > 0);
      assert.equal(await result.finishReason, 'stop');
      assert.ok((await result.usage).outputTokens > 0);
    });
  }
}

for (const [vendor, provider] of Object.entries({ openai, azure })) {
  const kinds = { chat: provider.chat(clouds.openai), responses: provider.responses(clouds.openai) };
  for (const [kind, model] of Object.entries(kinds)) {
    test(`tools.${vendor}.${kind}`, async () => {
      const called = [];
      const { text, steps } = await generateText({ model, prompt: askTools, tools: tools(called), stopWhen: isStepCount(3) });
      assert.ok(called.length >= 2, `parallel calls, got ${called.length}`);
      assert.equal(steps.length, 2);
      assert.ok(text.length > 0);
    });

    test(`tools_stream.${vendor}.${kind}`, async () => {
      const called = [];
      const result = streamText({ model, prompt: askTools, tools: tools(called), stopWhen: isStepCount(3), ...quiet });
      assert.ok((await textOf(result)).length > 0);
      assert.ok(called.length >= 2, `parallel calls, got ${called.length}`);
    });

    test(`json_schema.${vendor}.${kind}`, async () => {
      const { output } = await generateText({ model, prompt, output: Output.object({ schema }) });
      assert.equal(typeof output.degrees, 'number');
    });

    test(`vision.${vendor}.${kind}`, async () => {
      const content = [{ type: 'text', text: 'What is this?' }, { type: 'image', image: twoMegabytePng }];
      const { text } = await generateText({ model, messages: [{ role: 'user', content }] });
      assert.ok(text.length > 0);
    });
  }

  test(`responses.${vendor}`, async () => {
    const { text, usage } = await generateText({ model: provider.responses(clouds.openai), prompt });
    assert.ok(text.length > 0 && usage.outputTokens > 0);
  });

  test(`responses_stream.${vendor}`, async () => {
    const result = streamText({ model: provider.responses(clouds.openai), prompt, ...quiet });
    assert.ok((await textOf(result)).length > 0);
    assert.ok((await result.usage).outputTokens > 0);
  });

  test(`embeddings.${vendor}`, async () => {
    const model = provider.embeddingModel('text-embedding-3-small');
    const { embeddings, usage } = await embedMany({ model, values: ['one', 'two', 'three'] });
    assert.equal(embeddings.length, 3);
    assert.ok(usage.tokens > 0);
  });
}

async function refused(status, code, call) {
  const error = await call().then(() => assert.fail('was not refused'), (e) => e);
  assert.ok(APICallError.isInstance(error), String(error));
  assert.equal(error.statusCode, status);
  if (code) assert.equal(error.data.error.code, code);
  assert.ok(error.responseHeaders['x-request-id']);
  return error;
}
const ask = (name, more = {}) => generateText({ model: openai.chat(name), prompt, maxRetries: 0, ...more });

test('error_400', async () => {
  // The SDK checks its own options, so the bad value is put in by its hook for request bodies.
  const fetchWith = (url, init) => fetch(url, { ...init, body: JSON.stringify({ ...JSON.parse(init.body), n: 'many' }) });
  const model = createOpenAI({ baseURL: base, apiKey: key, fetch: fetchWith }).chat(clouds.openai);
  await refused(400, null, () => generateText({ model, prompt, maxRetries: 0 }));
});
test('error_401', () =>
  refused(401, 'invalid_api_key', () => generateText({ model: createOpenAI({ baseURL: base, apiKey: 'sk-nobody' }).chat(clouds.openai), prompt, maxRetries: 0 })));
test('error_403', () => refused(403, 'model_not_allowed', () => ask('gpt-6-astra')));
test('error_404', async () => assert.match((await refused(404, 'model_not_found', () => ask('gpt-6-sal'))).message, /gpt-6-sol/));
test('error_429', async () => {
  await script({ kind: 'status', status: 429, retry_after_ms: 1000 }, 'throttled-1', 'throttled-2');
  const error = await refused(429, 'all_deployments_failed', () => ask('all-throttled'));
  assert.equal(error.responseHeaders['x-should-retry'], 'false');
  assert.equal((await attempts('faulty', 'throttled-1', 'throttled-2')).length, 2);
});
test('error_502', async () => {
  await script({ kind: 'status', status: 500 }, 'broken-1', 'broken-2');
  await refused(502, 'all_deployments_failed', () => ask('all-broken'));
});
test('error_504', async () => {
  await script({ kind: 'stall' }, 'slow-1', 'slow-2');
  await refused(504, 'all_deployments_failed', () => ask('all-slow'));
});

test('stream_truncated', async () => {
  await script({ kind: 'truncate', after: 3 }, 'cut');
  const error = await textOf(streamText({ model: openai.chat('cut'), prompt, ...quiet })).then(() => assert.fail('ended as if whole'), (e) => e);
  assert.match(JSON.stringify(error) + String(error), /stream_truncated/);
});
test('stream_truncated_responses', async () => {
  await script({ kind: 'truncate', after: 3 }, 'cut');
  const result = streamText({ model: openai.responses('cut'), prompt, ...quiet });
  const error = await textOf(result).then(() => assert.fail('ended as if whole'), (e) => e);
  assert.match(JSON.stringify(error) + String(error), /stream_truncated/);
});

test('cancel', async () => {
  await script({ kind: 'stall', after: 4 }, 'endless');
  const leaving = new AbortController();
  const result = streamText({ model: openai.chat('endless'), prompt, abortSignal: leaving.signal, ...quiet });
  for await (const part of result.fullStream) if (part.type === 'text-delta') { leaving.abort(); break; }
  await within(1000, 'the upstream hears of it', async () => (await attempts('compatible', 'endless')).some((a) => a.client_gone));
});

test('headers', async () => {
  const { response } = await ask(clouds.openai);
  assert.equal(response.headers['x-fairway-provider'], 'openai');
  assert.equal(response.headers['x-fairway-attempts'], '1');
  assert.ok(response.headers['x-request-id']);
});

await main();
