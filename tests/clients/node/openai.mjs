// The `openai` package against the gateway.
import assert from 'node:assert/strict';
import OpenAI, { AzureOpenAI } from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { attempts, base, clouds, key, main, otherKey, script, test, twoMegabytePng, within, world } from './world.mjs';

const client = new OpenAI({ baseURL: base, apiKey: key });
const messages = [{ role: 'user', content: 'What is the weather in Paris?' }];
const askTools = 'What is the weather in Paris and in Rome? Ask in parallel.';
const toolMessages = [{ role: 'user', content: askTools }];
const Weather = z.object({ city: z.string(), degrees: z.number() });
const parameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
const names = ['get_weather', 'get_time'];
const chatTools = names.map((name) => ({ type: 'function', function: { name, parameters } }));
const responseTools = names.map((name) => ({ type: 'function', name, parameters, strict: true }));

function checkToolCalls(calls) {
  assert.ok(calls.length >= 2, `parallel calls, got ${calls.length}`);
  assert.equal(new Set(calls.map((c) => c.id)).size, calls.length, 'ids are distinct');
  for (const call of calls) {
    assert.ok(names.includes(call.name), `unknown tool ${call.name}`);
    assert.equal(typeof JSON.parse(call.arguments), 'object');
  }
}
const chatCalls = (message) => message.tool_calls.map((c) => ({ id: c.id, ...c.function }));
const responseCalls = (response) =>
  response.output.filter((o) => o.type === 'function_call').map((o) => ({ id: o.call_id, name: o.name, arguments: o.arguments }));

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

for (const [cloud, model] of Object.entries(clouds)) {
  test(`chat.${cloud}`, async () => {
    const answer = await client.chat.completions.create({ model, messages });
    assert.equal(answer.object, 'chat.completion');
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.ok(answer.choices[0].message.content.length > 0);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  });

  test(`stream.${cloud}`, async () => {
    const stream = client.chat.completions.stream({ model, messages, stream_options: { include_usage: true } });
    let text = '';
    stream.on('content', (delta) => { text += delta; });
    const final = await stream.finalChatCompletion();
    assert.equal(final.choices[0].message.content, text);
    assert.ok(text.length > 0);
    assert.equal(final.choices[0].finish_reason, 'stop');
    assert.ok(final.usage.completion_tokens > 0);
  });
}

test('usage_is_the_clouds', async () => {
  const model = clouds.openai;
  const asked = { model, messages, stream_options: { include_usage: true } };
  const chatUsage = (u) => [u.prompt_tokens, u.completion_tokens];
  const usages = {
    chat: async () => chatUsage((await client.chat.completions.create({ model, messages })).usage),
    stream: async () => chatUsage((await client.chat.completions.stream(asked).finalChatCompletion()).usage),
    responses: async () => client.responses.create({ model, input: 'Hello' }).then(({ usage: u }) => [u.input_tokens, u.output_tokens]),
  };
  for (const [kind, usage] of Object.entries(usages)) {
    const told = await usage();
    const { usage: billed } = (await attempts('openai', model)).at(-1);
    assert.deepEqual(told, [billed.input_tokens, billed.output_tokens], kind);
  }
});

test('usage_only_if_asked', async () => {
  const model = clouds.openai;
  const without = await collect(await client.chat.completions.create({ model, messages, stream: true }));
  assert.ok(without.every((c) => !c.usage && c.choices.length > 0), 'no usage and no chunk without choices');
  const asked = { model, messages, stream: true, stream_options: { include_usage: true } };
  const withIt = await collect(await client.chat.completions.create(asked));
  assert.equal(withIt.filter((c) => c.usage).length, 1);
  assert.deepEqual(withIt.at(-1).choices, []);
});

test('tools', async () => {
  for (const model of Object.values(clouds)) {
    const answer = await client.chat.completions.create({ model, messages: toolMessages, tools: chatTools });
    const message = answer.choices[0].message;
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    checkToolCalls(chatCalls(message));
    const results = message.tool_calls.map((c) => ({ role: 'tool', tool_call_id: c.id, content: '21 degrees' }));
    const second = await client.chat.completions.create({ model, messages: [...toolMessages, message, ...results], tools: chatTools });
    assert.ok(second.choices[0].message.content.length > 0);
  }
});

test('tools_stream', async () => {
  for (const model of Object.values(clouds)) {
    const final = await client.chat.completions.stream({ model, messages: toolMessages, tools: chatTools }).finalChatCompletion();
    assert.equal(final.choices[0].finish_reason, 'tool_calls');
    checkToolCalls(chatCalls(final.choices[0].message));
  }
});

test('json_schema', async () => {
  const response_format = zodResponseFormat(Weather, 'weather');
  const answer = await client.chat.completions.parse({ model: clouds.openai, messages, response_format });
  assert.equal(typeof answer.choices[0].message.parsed.degrees, 'number');
});

test('vision', async () => {
  const content = [{ type: 'text', text: 'What is this?' }, { type: 'image_url', image_url: { url: twoMegabytePng } }];
  const answer = await client.chat.completions.create({ model: clouds.openai, messages: [{ role: 'user', content }] });
  assert.ok(answer.choices[0].message.content.length > 0);
  const { requests } = await (await fetch(world.fakes.openai + '/_fake/requests?last=1')).json();
  const arrived = JSON.parse(requests[0].body).messages[0].content[1].image_url.url;
  assert.ok(arrived === twoMegabytePng, 'the picture arrives as it was sent');
});

test('responses', async () => {
  const response = await client.responses.create({ model: clouds.openai, input: 'Hello' });
  assert.equal(response.status, 'completed');
  assert.ok(response.output_text.length > 0);
  assert.ok(response.usage.output_tokens > 0);
});

test('responses_stream', async () => {
  const stream = client.responses.stream({ model: clouds.openai, input: 'Hello' });
  let text = '';
  stream.on('response.output_text.delta', (event) => { text += event.delta; });
  const final = await stream.finalResponse();
  assert.equal(final.output_text, text);
  assert.ok(text.length > 0);
});

test('responses_tools', async () => {
  const response = await client.responses.create({ model: clouds.openai, input: askTools, tools: responseTools });
  const calls = responseCalls(response);
  checkToolCalls(calls);
  const results = calls.map((c) => ({ type: 'function_call_output', call_id: c.id, output: '21 degrees' }));
  const second = await client.responses.create({ model: clouds.openai, input: [{ role: 'user', content: askTools }, ...response.output, ...results], tools: responseTools });
  assert.ok(second.output_text.length > 0);
});

test('responses_tools_stream', async () => {
  const stream = client.responses.stream({ model: clouds.openai, input: askTools, tools: responseTools });
  let sequence = -1;
  for await (const event of stream) {
    assert.ok(event.sequence_number > sequence, 'sequence numbers grow');
    sequence = event.sequence_number;
  }
  checkToolCalls(responseCalls(await stream.finalResponse()));
});

test('responses_json_schema', async () => {
  const text = { format: zodTextFormat(Weather, 'weather') };
  const response = await client.responses.parse({ model: clouds.openai, input: 'Weather?', text });
  assert.equal(typeof response.output_parsed.city, 'string');
});

test('responses_by_id', async () => {
  const { id } = await client.responses.create({ model: clouds.openai, input: 'Hello', store: true });
  assert.equal((await client.responses.retrieve(id)).id, id);
  await client.responses.delete(id);
  await assert.rejects(client.responses.retrieve(id), OpenAI.NotFoundError);
  const waiting = await client.responses.create({ model: clouds.openai, input: 'Hello', background: true });
  assert.equal((await client.responses.cancel(waiting.id)).status, 'cancelled');
});

test('responses_of_another_tenant', async () => {
  const other = new OpenAI({ baseURL: base, apiKey: otherKey });
  const { id } = await client.responses.create({ model: clouds.openai, input: 'Hello' });
  for (const call of [() => other.responses.retrieve(id), () => other.responses.cancel(id), () => other.responses.delete(id)]) {
    await assert.rejects(call, OpenAI.NotFoundError);
  }
  assert.equal((await client.responses.retrieve(id)).id, id, 'the owner still has it');
});

test('embeddings', async () => {
  const input = ['one', 'two', 'three'];
  const plain = await client.embeddings.create({ model: 'text-embedding-3-small', input, encoding_format: 'float' });
  const packed = await client.embeddings.create({ model: 'text-embedding-3-small', input });  // the SDK asks for base64
  assert.equal(plain.data.length, 3);
  assert.equal(packed.data[2].embedding.length, plain.data[2].embedding.length);
  assert.ok(plain.usage.prompt_tokens > 0);
});

test('models', async () => {
  const mine = (await collect(client.models.list())).map((m) => m.id);
  assert.ok(mine.includes('gpt-6-sol') && !mine.includes('gpt-6-astra'), mine.join());
  const theirs = (await collect(new OpenAI({ baseURL: base, apiKey: otherKey }).models.list())).map((m) => m.id);
  assert.deepEqual(theirs.sort(), ['gpt-6-astra', 'gpt-6-sol']);
});

async function refused(kind, status, code, call) {
  const error = await call().then(() => assert.fail('was not refused'), (e) => e);
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.status, status);
  if (code) assert.equal(error.code, code);
  assert.ok(error.requestID, 'the exception carries x-request-id');
  return error;
}
const chat = (body, options) => client.chat.completions.create({ model: clouds.openai, messages, ...body }, options);

test('error_400', () => refused(OpenAI.BadRequestError, 400, null, () => chat({ n: 'many' })));
test('error_400_not_json', () =>
  refused(OpenAI.BadRequestError, 400, null, () => client.post('/chat/completions', { body: Buffer.from('{"model": "gpt-6-sol",'), headers: { 'content-type': 'application/json' } })));
test('error_400_upstream', async () => {
  await script({ kind: 'status', status: 400, code: 'invalid_value', message: 'no such temperature' }, 'refusing');
  await refused(OpenAI.BadRequestError, 400, 'invalid_value', () => chat({ model: 'refusing', temperature: 9 }));
  assert.equal((await attempts('faulty', 'refusing')).length, 1);
});
test('error_401', () =>
  refused(OpenAI.AuthenticationError, 401, 'invalid_api_key', () => new OpenAI({ baseURL: base, apiKey: 'sk-nobody' }).models.list()));
test('error_403', () => refused(OpenAI.PermissionDeniedError, 403, 'model_not_allowed', () => chat({ model: 'gpt-6-astra' })));
test('error_404', async () => {
  const error = await refused(OpenAI.NotFoundError, 404, 'model_not_found', () => chat({ model: 'gpt-6-sal' }));
  assert.match(error.message, /gpt-6-sol/);
  assert.doesNotMatch(error.message, /gpt-6-astra/, 'names only what the key may use');
});
test('error_413', () => refused(OpenAI.APIError, 413, null, () => chat({ user: 'x'.repeat(33 << 20) })));
test('error_422', async () => {
  await script({ kind: 'status', status: 422, code: 'unprocessable' }, 'refusing');
  await refused(OpenAI.UnprocessableEntityError, 422, null, () => chat({ model: 'refusing' }));
});

// The client's own retries stay on: only x-should-retry keeps it from asking again.
test('error_429', async () => {
  await script({ kind: 'status', status: 429, retry_after_ms: 1000 }, 'throttled-1', 'throttled-2');
  const error = await refused(OpenAI.RateLimitError, 429, 'all_deployments_failed', () => chat({ model: 'all-throttled' }));
  assert.equal(error.headers.get('x-should-retry'), 'false');
  assert.ok(Number(error.headers.get('retry-after')) > 0);
  assert.match(error.message, /throttled-1.*throttled-2/s, 'says which deployments were tried');
  assert.equal((await attempts('faulty', 'throttled-1', 'throttled-2')).length, 2);
});
test('error_502', async () => {
  await script({ kind: 'status', status: 500 }, 'broken-1', 'broken-2');
  const error = await refused(OpenAI.InternalServerError, 502, 'all_deployments_failed', () => chat({ model: 'all-broken' }));
  assert.equal(error.headers.get('x-should-retry'), 'false');
  assert.equal((await attempts('faulty', 'broken-1', 'broken-2')).length, 2);
});
test('error_503', async () => {
  await script({ kind: 'stall', after: 2 }, 'endless');
  const crowded = new OpenAI({ baseURL: world.crowded + '/v1', apiKey: key, maxRetries: 0 });  // room for one exchange
  const stream = await crowded.chat.completions.create({ model: 'endless', messages, stream: true });
  const error = await refused(OpenAI.InternalServerError, 503, 'overloaded', () => crowded.chat.completions.create({ model: clouds.openai, messages }));
  assert.equal(error.headers.get('x-should-retry'), 'true');
  stream.controller.abort();
});
test('error_504', async () => {
  await script({ kind: 'stall' }, 'slow-1', 'slow-2');
  const error = await refused(OpenAI.InternalServerError, 504, 'all_deployments_failed', () => chat({ model: 'all-slow' }));
  assert.equal(error.headers.get('x-should-retry'), 'false');
});
test('failover', async () => {
  await script({ kind: 'status', status: 503 }, 'broken-1');
  const { data, response } = await chat({ model: 'all-broken' }).withResponse();
  assert.ok(data.choices[0].message.content.length > 0);
  assert.equal(response.headers.get('x-fairway-provider'), 'broken-2');
  assert.equal(response.headers.get('x-fairway-attempts'), '2');
});

test('stream_truncated', async () => {
  await script({ kind: 'truncate', after: 3 }, 'cut');
  const seen = [];
  const error = await (async () => {
    for await (const chunk of await chat({ model: 'cut', stream: true })) seen.push(chunk);
  })().then(() => assert.fail('ended as if whole'), (e) => e);
  assert.ok(error instanceof OpenAI.APIError, String(error));
  assert.equal(error.code, 'stream_truncated');
  assert.ok(seen.length > 0);
  assert.equal((await attempts('faulty', 'cut')).length, 1, 'nothing is tried again after the first byte');
});
test('stream_truncated_responses', async () => {
  await script({ kind: 'truncate', after: 3 }, 'cut');
  const error = await (async () => {
    for await (const _ of await client.responses.create({ model: 'cut', input: 'Hello', stream: true }));
  })().then(() => assert.fail('ended as if whole'), (e) => e);
  assert.ok(error instanceof OpenAI.APIError, String(error));
  assert.equal(error.code, 'stream_truncated');
});

test('cancel', async () => {
  await script({ kind: 'stall', after: 2 }, 'endless');
  const stream = await chat({ model: 'endless', stream: true });
  for await (const _ of stream) break;  // leaving the loop aborts the request
  await within(1000, 'the upstream hears of it', async () => (await attempts('compatible', 'endless')).some((a) => a.client_gone));
});

test('headers', async () => {
  const { data, response, request_id } = await chat({}).withResponse();
  assert.ok(request_id.length > 8);
  assert.equal(data._request_id, request_id);
  assert.equal(response.headers.get('x-fairway-provider'), 'openai');
  assert.equal(response.headers.get('x-fairway-deployment'), 'openai/gpt-6-sol');
  assert.equal(response.headers.get('x-fairway-attempts'), '1');
  const stream = await chat({ stream: true }).asResponse();
  assert.equal(stream.headers.get('x-fairway-provider'), 'openai');
  assert.ok(stream.headers.get('x-request-id'));
  await stream.text();
});

test('api_key_header', async () => {
  const headers = { 'api-key': key, authorization: null };
  const answer = await new OpenAI({ baseURL: base, apiKey: 'unused', defaultHeaders: headers }).chat.completions.create({ model: clouds.azure, messages });
  assert.ok(answer.choices[0].message.content.length > 0);
});

// AzureOpenAI puts chat under /deployments/NAME, which is Azure's path and not ours; Responses has none.
test('azure_client', async () => {
  const azure = new AzureOpenAI({ baseURL: base, apiKey: key, apiVersion: 'v1' });
  const response = await azure.responses.create({ model: clouds.openai, input: 'Hello' });
  assert.ok(response.output_text.length > 0);
  assert.ok((await collect(azure.models.list())).length > 0);
});

await main();
