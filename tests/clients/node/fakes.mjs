// Released SDKs that talk to the fakes directly: what they accept as a cloud is one.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand, CountTokensCommand, InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { getToken } from '@aws/bedrock-token-generator';
import { GoogleGenAI } from '@google/genai';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { JWT } from 'google-auth-library';
import OpenAI, { AzureOpenAI } from 'openai';
import { bedrock as bedrockByKey } from 'openai/providers/bedrock';
import { bedrock as bedrockSigned } from 'openai/providers/bedrock/aws';
import { vertex } from 'openai/providers/vertex';
import { main, test, world } from './world.mjs';
import { recomputed } from './signatures.mjs';

const { fakes } = world;
const region = 'us-east-1';
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const project = 'fake-project';
const sol = 'us.openai.gpt-6-sol';
const oss = 'openai.gpt-oss-120b-1:0';
const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

async function json(url, options) {
  const answer = await fetch(url, options);
  assert.ok(answer.ok, `${url}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}
const script = (fake, faults) => json(`${fakes[fake]}/_fake/faults`, { method: 'POST', body: faults });
const billed = async (fake) => (await json(`${fakes[fake]}/_fake/bill?last=1`)).attempts.at(-1);

// The AWS SDK for JavaScript. It would speak HTTP/2 to the cloud; the fake speaks HTTP/1.1.
const aws = (more = {}) => new BedrockRuntimeClient({
  region, credentials, endpoint: fakes.bedrock, requestHandler: new NodeHttpHandler(), ...more,
});
const ask = (text, more = {}) => ({ modelId: sol, messages: [{ role: 'user', content: [{ text }] }], ...more });
const toolConfig = { tools: ['get_weather', 'get_time'].map((name) => ({ toolSpec: { name, inputSchema: { json: parameters } } })) };

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}
const textOf = (events) => events.map((e) => e.contentBlockDelta?.delta.text ?? '').join('');

for (const modelId of [sol, oss, `arn:aws:bedrock:us-east-1:123456789012:inference-profile/${sol}`])
  test(`aws_converse.${modelId.split('/').at(-1) === modelId ? modelId.split(':')[0] : 'arn'}`, async () => {
    const answer = await aws().send(new ConverseCommand(ask('Hello', { modelId, inferenceConfig: { maxTokens: 5 } })));
    assert.equal(answer.stopReason, 'max_tokens');
    assert.equal(answer.usage.outputTokens, 5);
    assert.ok(answer.output.message.content[0].text);
    assert.ok(answer.$metadata.requestId);
  });

test('aws_converse_stream', async () => {
  const whole = await aws().send(new ConverseCommand(ask('Hello')));
  const events = await collect((await aws().send(new ConverseStreamCommand(ask('Hello')))).stream);
  assert.equal(events[0].messageStart.role, 'assistant');
  assert.equal(textOf(events), whole.output.message.content[0].text);
  assert.equal(events.at(-2).messageStop.stopReason, 'end_turn');
  assert.deepEqual(events.at(-1).metadata.usage, whole.usage);
  const { usage } = await billed('bedrock');
  assert.equal(usage.output_tokens, whole.usage.outputTokens);
});

test('aws_tools', async () => {
  const client = aws();
  const first = ask('Ask both', { toolConfig });
  const called = await client.send(new ConverseCommand(first));
  assert.equal(called.stopReason, 'tool_use');
  const uses = called.output.message.content.map((block) => block.toolUse);
  assert.equal(uses.length, 2);
  assert.equal(typeof uses[0].input.city, 'string');
  const results = uses.map(({ toolUseId }) => ({ toolResult: { toolUseId, content: [{ json: { degrees: 21 } }] } }));
  const done = await client.send(new ConverseCommand({
    ...first, messages: [...first.messages, called.output.message, { role: 'user', content: results }],
  }));
  assert.equal(done.stopReason, 'end_turn');
  const events = await collect((await client.send(new ConverseStreamCommand(first))).stream);
  const input = events.filter((e) => e.contentBlockDelta?.contentBlockIndex === 0).map((e) => e.contentBlockDelta.delta.toolUse.input).join('');
  assert.deepEqual(JSON.parse(input), uses[0].input);
});

test('aws_reasoning_schema_image', async () => {
  const schema = JSON.stringify({ type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'], additionalProperties: false });
  const answer = await aws().send(new ConverseCommand({
    ...ask('think first'),
    messages: [{ role: 'user', content: [{ text: 'think first' }, { image: { format: 'png', source: { bytes: Buffer.from('iVBORw0KGgo') } } }] }],
    outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema: { name: 'n', schema } } } },
  }));
  assert.ok(answer.output.message.content[0].reasoningContent.reasoningText.text);
  assert.deepEqual(JSON.parse(answer.output.message.content[1].text), { ok: true });
});

test('aws_invoke', async () => {
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'Hello' }], max_completion_tokens: 4 });
  const asked = { modelId: oss, body, contentType: 'application/json' };
  const whole = JSON.parse(Buffer.from((await aws().send(new InvokeModelCommand(asked))).body).toString());
  assert.equal(whole.usage.completion_tokens, 4);
  const events = await collect((await aws().send(new InvokeModelWithResponseStreamCommand(asked))).body);
  const chunks = events.map((e) => JSON.parse(Buffer.from(e.chunk.bytes).toString()));
  assert.equal(chunks.map((c) => c.choices[0]?.delta.content ?? '').join(''), whole.choices[0].message.content);
  assert.equal(chunks.at(-1)['amazon-bedrock-invocationMetrics'].outputTokenCount, 4);
});

test('aws_count_tokens', async () => {
  const { modelId, messages } = ask('Hello');
  const counted = await aws().send(new CountTokensCommand({ modelId, input: { converse: { messages } } }));
  const answer = await aws().send(new ConverseCommand({ modelId, messages }));
  assert.equal(counted.inputTokens, answer.usage.inputTokens);
});

for (const [fault, name, status] of [
  ['status 400', 'ValidationException', 400], ['status 403', 'AccessDeniedException', 403],
  ['status 404', 'ResourceNotFoundException', 404], ['status 408', 'ModelTimeoutException', 408],
  ['status 424', 'ModelErrorException', 424], ['status 429', 'ThrottlingException', 429],
  ['status 429 code=ModelNotReadyException', 'ModelNotReadyException', 429],
  ['status 400 code=ServiceQuotaExceededException', 'ServiceQuotaExceededException', 400],
  ['status 500', 'InternalServerException', 500], ['status 503', 'ServiceUnavailableException', 503],
])
  test(`aws_error.${name}`, async () => {
    await script('bedrock', fault);
    await assert.rejects(aws({ maxAttempts: 1 }).send(new ConverseCommand(ask('x'))), (error) => {
      assert.equal(error.name, name);
      assert.equal(error.$metadata.httpStatusCode, status);
      return true;
    });
  });

test('aws_retries', async () => {
  await script('bedrock', 'status 429 code=ModelNotReadyException');
  const answer = await aws().send(new ConverseCommand(ask('x')));
  assert.equal(answer.$metadata.attempts, 2);
});

test('aws_stream_exception', async () => {
  await script('bedrock', 'error_event after=3 code=throttlingException message="slow down"');
  const { stream } = await aws().send(new ConverseStreamCommand(ask('x')));
  await assert.rejects(collect(stream), (error) => error.name === 'ThrottlingException' || /slow down/.test(error.message));
});

test('aws_stream_corrupt', async () => {
  await script('bedrock', 'corrupt after=2');
  const { stream } = await aws().send(new ConverseStreamCommand(ask('x')));
  await assert.rejects(collect(stream), /checksum|CRC/i);
});

test('aws_stream_without_metadata', async () => {
  await script('bedrock', 'no_usage');
  const events = await collect((await aws().send(new ConverseStreamCommand(ask('x')))).stream);
  assert.ok(events.at(-1).messageStop);
});

test('aws_signature', async () => {
  const wrong = aws({ credentials: { ...credentials, secretAccessKey: 'another' }, maxAttempts: 1 });
  await assert.rejects(wrong.send(new ConverseCommand(ask('x'))), { name: 'InvalidSignatureException' });
  const elsewhere = aws({ region: 'us-west-2', maxAttempts: 1 });
  await assert.rejects(elsewhere.send(new ConverseCommand(ask('x'))), { name: 'InvalidSignatureException' });
});

test('aws_short_term_key', async () => {
  const token = await getToken({ credentials, region, expiresInSeconds: 900 });
  const client = aws({ credentials: undefined, token: { token }, authSchemePreference: ['httpBearerAuth'] });
  const answer = await client.send(new ConverseCommand(ask('x')));
  assert.equal(answer.stopReason, 'end_turn');
});

async function surroundings(variables, run) {
  const before = Object.keys(variables).map((name) => [name, process.env[name]]);
  Object.assign(process.env, variables);
  try {
    return await run();
  } finally {
    for (const [name, value] of before) if (value === undefined) delete process.env[name]; else process.env[name] = value;
  }
}

for (const [source, variables] of Object.entries({
  container: { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${fakes.tokens}/v1/credentials`, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'fake-container-token' },
  instance: { AWS_EC2_METADATA_SERVICE_ENDPOINT: fakes.tokens },
}))
  test(`aws_credentials.${source}`, () => surroundings(variables, async () => {
    const found = await defaultProvider()();
    assert.ok(found.sessionToken && found.expiration > new Date());
    assert.equal((await aws({ credentials: found }).send(new ConverseCommand(ask('x')))).stopReason, 'end_turn');
  }));

// Google's SDK, with a JWT that the service account signs itself.
async function gemini() {
  const file = await json(`${fakes.tokens}/_fake/service_account`);
  const authClient = new JWT({ email: file.client_email, key: file.private_key, keyId: file.private_key_id,
                               scopes: ['https://www.googleapis.com/auth/cloud-platform'] });
  authClient.useJWTAccessWithScope = true;
  return new GoogleGenAI({ vertexai: true, project, location: 'us-central1', googleAuthOptions: { authClient },
                           httpOptions: { baseUrl: fakes.vertex, apiVersion: 'v1' } });
}
const flash = 'gemini-2.5-flash';

test('genai_generate', async () => {
  const answer = await (await gemini()).models.generateContent({ model: flash, contents: 'Hello', config: { maxOutputTokens: 5 } });
  assert.ok(answer.text);
  assert.equal(answer.candidates[0].finishReason, 'MAX_TOKENS');
  assert.equal(answer.usageMetadata.candidatesTokenCount, 5);
});

test('genai_stream', async () => {
  const client = await gemini();
  const whole = await client.models.generateContent({ model: flash, contents: 'Hello' });
  const chunks = await collect(await client.models.generateContentStream({ model: flash, contents: 'Hello' }));
  assert.equal(chunks.map((c) => c.text ?? '').join(''), whole.text);
  assert.deepEqual(chunks.at(-1).usageMetadata, whole.usageMetadata);
});

test('genai_tools', async () => {
  const client = await gemini();
  const config = { tools: [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: parameters }] }] };
  const contents = [{ role: 'user', parts: [{ text: 'Ask it twice, in parallel' }] }];
  const called = await client.models.generateContent({ model: flash, contents, config });
  assert.equal(called.functionCalls.length, 2);
  assert.equal(typeof called.functionCalls[0].args.city, 'string');
  const responses = called.functionCalls.map(({ name }) => ({ functionResponse: { name, response: { degrees: 21 } } }));
  const done = await client.models.generateContent({
    model: flash, config, contents: [...contents, called.candidates[0].content, { role: 'user', parts: responses }],
  });
  assert.ok(done.text);
});

test('genai_schema_thoughts', async () => {
  const answer = await (await gemini()).models.generateContent({
    model: flash, contents: 'think first',
    config: { responseMimeType: 'application/json', responseJsonSchema: parameters, thinkingConfig: { includeThoughts: true } },
  });
  assert.equal(answer.candidates[0].content.parts[0].thought, true);
  assert.equal(typeof JSON.parse(answer.text).city, 'string');
  assert.ok(answer.usageMetadata.thoughtsTokenCount > 0);
});

test('genai_blocked', async () => {
  const answer = await (await gemini()).models.generateContent({ model: flash, contents: 'trigger the content filter' });
  assert.equal(answer.promptFeedback.blockReason, 'PROHIBITED_CONTENT');
});

test('genai_errors', async () => {
  await script('vertex', 'status 429');
  await assert.rejects((await gemini()).models.generateContent({ model: flash, contents: 'x' }),
                       (error) => error.status === 429 && /RESOURCE_EXHAUSTED/.test(error.message));
});

// The OpenAI SDK and its providers.
const question = { input: 'What is the weather in Paris?', store: false };
const messages = [{ role: 'user', content: 'Hello' }];

async function speaks(client, model, chats) {
  const answer = await client.responses.create({ model, ...question });
  assert.ok(answer.output_text);
  const events = await collect(await client.responses.create({ model, ...question, stream: true }));
  assert.equal(events.at(-1).type, 'response.completed');
  assert.equal(events.at(-1).response.output_text ?? events.at(-1).response.output[0].content[0].text, answer.output_text);
  if (!chats) return;
  const chat = await client.chat.completions.create({ model, messages });
  assert.ok(chat.choices[0].message.content);
}

for (const [endpoint, path, model] of [['runtime', '/openai/v1', sol], ['mantle', '/openai/v1', 'openai.gpt-6-sol'], ['mantle', '/v1', 'openai.gpt-oss-120b']]) {
  const name = `${endpoint}.${model.includes('oss') ? 'oss' : 'gpt'}`;
  test(`openai_bedrock_signed.${name}`, async () => {
    const provider = bedrockSigned({ endpoint, region, baseURL: fakes.bedrock + path, ...credentials });
    await speaks(new OpenAI({ provider, maxRetries: 0 }), model, true);
  });
  test(`openai_bedrock_key.${name}`, async () => {
    const provider = bedrockByKey({ endpoint, region, baseURL: `${fakes.bedrock}/${endpoint}${path}`, apiKey: 'fake-bedrock-key' });
    await speaks(new OpenAI({ provider, maxRetries: 0 }), model, true);
  });
}

test('openai_bedrock_refuses', async () => {
  const provider = bedrockSigned({ endpoint: 'runtime', region, baseURL: `${fakes.bedrock}/openai/v1`, ...credentials });
  const client = new OpenAI({ provider, maxRetries: 0 });
  await assert.rejects(client.responses.create({ model: 'openai.gpt-6-sol', ...question }), { status: 400 });
  await assert.rejects(client.responses.create({ model: sol, ...question, background: true, store: true }), { status: 400 });
});

test('openai_vertex', async () => {
  const token = (await json(`${fakes.tokens}/computeMetadata/v1/instance/service-accounts/default/token`, { headers: { 'Metadata-Flavor': 'Google' } })).access_token;
  const baseURL = `${fakes.vertex}/v1/projects/${project}/locations/global/publishers/openai/v1`;
  const client = new OpenAI({ provider: vertex({ baseURL, tokenProvider: () => token }), maxRetries: 0 });
  await speaks(client, 'gpt-6-luna', false);
  await assert.rejects(client.responses.create({ model: 'gpt-6-luna', ...question, store: true }), { status: 400 });
});

test('openai_azure', async () => {
  const classic = new AzureOpenAI({ endpoint: fakes.azure, apiKey: 'up-azure', apiVersion: '2024-10-21', maxRetries: 0 });
  const answer = await classic.chat.completions.create({ model: 'sol-prod', messages });
  assert.ok(answer.choices[0].message.content);
});

test('openai_azure_entra', async () => {
  const token = async (scope) => (await json(`${fakes.tokens}/tenant/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: '11111111-2222-3333-4444-555555555555', client_secret: 'fake-entra-secret', scope }),
  })).access_token;
  const client = (scope) => new AzureOpenAI({ endpoint: fakes.azure, apiVersion: '2024-10-21', maxRetries: 0, azureADTokenProvider: () => token(scope) });
  const chat = (scope) => client(scope).chat.completions.create({ model: 'sol-prod', messages });
  assert.ok((await chat('https://cognitiveservices.azure.com/.default')).choices[0].message.content);
  await assert.rejects(chat('https://management.azure.com/.default'), { status: 401 });
});

// What stands in the file was computed by AWS's own signer; the project's signer is held to it in fw_fake_test.
test('signatures', async () => {
  const file = `${process.env.FAIRWAY_TESTS}/data/bedrock-signatures/signatures.json`;
  const recorded = JSON.parse(readFileSync(file, 'utf8'));
  const fresh = await recomputed(recorded);
  if (process.env.FAIRWAY_WRITE) writeFileSync(file, JSON.stringify(fresh, null, 1) + '\n');
  else assert.deepEqual(fresh, recorded);
});

await main();
