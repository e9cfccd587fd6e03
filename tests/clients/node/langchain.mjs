// LangChain for JavaScript against the gateway. It retries by itself without reading x-should-retry, so its
// retries are off where requests are counted.
import assert from 'node:assert/strict';
import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { attempts, base, clouds, key, main, script, test, twoMegabytePng, within } from './world.mjs';

const configuration = { baseURL: base };
const chat = (model, more = {}) => new ChatOpenAI({ model, apiKey: key, configuration, maxRetries: 0, ...more });
const prompt = 'What is the weather in Paris?';
const askTools = 'What is the weather in Paris and in Rome? Ask in parallel.';
const schema = z.object({ city: z.string() });
const tools = ['get_weather', 'get_time'].map((name) => tool(async ({ city }) => `${name} of ${city}`, { name, description: name, schema }));

async function streamed(runnable, input) {
  let whole;
  for await (const chunk of await runnable.stream(input)) whole = whole === undefined ? chunk : whole.concat(chunk);
  return whole;
}

function checkCalls(message) {
  assert.ok(message.tool_calls.length >= 2, `parallel calls, got ${message.tool_calls.length}`);
  for (const call of message.tool_calls) assert.equal(typeof call.args.city, 'string');
}

for (const [cloud, name] of Object.entries(clouds)) {
  test(`chat.${cloud}`, async () => {
    const answer = await chat(name).invoke(prompt);
    assert.ok(answer.text.length > 0);
    assert.ok(answer.usage_metadata.output_tokens > 0);
  });
  test(`stream.${cloud}`, async () => {
    const whole = await streamed(chat(name), prompt);
    assert.ok(whole.text.length > 0);
    assert.ok(whole.usage_metadata.output_tokens > 0, 'it asks for usage by itself');
  });
}

for (const useResponsesApi of [false, true]) {
  const kind = useResponsesApi ? 'responses' : 'chat';
  const model = chat(clouds.openai, { useResponsesApi });
  test(`tools.${kind}`, async () => {
    const question = new HumanMessage(askTools);
    const bound = model.bindTools(tools);
    const answer = await bound.invoke([question]);
    checkCalls(answer);
    const results = answer.tool_calls.map((c) => new ToolMessage({ tool_call_id: c.id, content: '21 degrees' }));
    assert.ok((await bound.invoke([question, answer, ...results])).text.length > 0);
  });
  test(`tools_stream.${kind}`, async () => checkCalls(await streamed(model.bindTools(tools), askTools)));
  test(`json_schema.${kind}`, async () => {
    const shape = z.object({ city: z.string(), degrees: z.number() });
    const parsed = await model.withStructuredOutput(shape, { method: 'jsonSchema', strict: true }).invoke(prompt);
    assert.equal(typeof parsed.degrees, 'number');
  });
  test(`vision.${kind}`, async () => {
    const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: twoMegabytePng } }];
    assert.ok((await model.invoke([new HumanMessage({ content })])).text.length > 0);
  });
}

test('responses', async () => assert.ok((await chat(clouds.openai, { useResponsesApi: true }).invoke(prompt)).text.length > 0));
test('responses_stream', async () => {
  const whole = await streamed(chat(clouds.openai, { useResponsesApi: true }), prompt);
  assert.ok(whole.text.length > 0 && whole.usage_metadata.output_tokens > 0);
});

test('embeddings', async () => {
  const embeddings = new OpenAIEmbeddings({ model: 'text-embedding-3-small', apiKey: key, configuration, maxRetries: 0 });
  const vectors = await embeddings.embedDocuments(['one', 'two', 'three']);
  assert.equal(vectors.length, 3);
  assert.ok(vectors[2].length > 0);
});

async function refused(status, code, call) {
  const error = await call().then(() => assert.fail('was not refused'), (e) => e);
  assert.equal(error.status, status, String(error));
  if (code) assert.equal(error.code, code);
  return error;
}
test('error_400', () => refused(400, null, () => chat(clouds.openai, { modelKwargs: { n: 'many' } }).invoke(prompt)));
test('error_401', () => refused(401, 'invalid_api_key', () => chat(clouds.openai, { apiKey: 'sk-nobody' }).invoke(prompt)));
test('error_403', () => refused(403, 'model_not_allowed', () => chat('gpt-6-astra').invoke(prompt)));
test('error_404', async () => assert.match((await refused(404, 'model_not_found', () => chat('gpt-6-sal').invoke(prompt))).message, /gpt-6-sol/));
test('error_429', async () => {
  await script({ kind: 'status', status: 429, retry_after_ms: 1000 }, 'throttled-1', 'throttled-2');
  await refused(429, 'all_deployments_failed', () => chat('all-throttled').invoke(prompt));
  assert.equal((await attempts('faulty', 'throttled-1', 'throttled-2')).length, 2);
});
test('error_502', async () => {
  await script({ kind: 'status', status: 500 }, 'broken-1', 'broken-2');
  await refused(502, 'all_deployments_failed', () => chat('all-broken').invoke(prompt));
});
test('error_504', async () => {
  await script({ kind: 'stall' }, 'slow-1', 'slow-2');
  await refused(504, 'all_deployments_failed', () => chat('all-slow').invoke(prompt));
});

test('stream_truncated', async () => {
  await script({ kind: 'truncate', after: 3 }, 'cut');
  const error = await streamed(chat('cut'), prompt).then(() => assert.fail('ended as if whole'), (e) => e);
  assert.equal(error.code, 'stream_truncated', String(error));
});

test('cancel', async () => {
  await script({ kind: 'stall', after: 4 }, 'endless');
  const leaving = new AbortController();
  const reading = (async () => {
    for await (const _ of await chat('endless').stream(prompt, { signal: leaving.signal })) leaving.abort();
  })();
  await reading.catch(() => {});
  await within(1000, 'the upstream hears of it', async () => (await attempts('compatible', 'endless')).some((a) => a.client_gone));
});

await main();
