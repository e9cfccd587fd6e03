// The signatures of recorded requests, by AWS's own signer.
import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';

const sha256 = Hash.bind(null, 'sha256');

async function signed({ credentials, date }, request) {
  const { method, host, path, query, service, region, session, body } = request;
  const signer = new SignatureV4({ credentials: { ...credentials, sessionToken: session }, region, service, sha256 });
  const headers = { host, ...(body === undefined ? {} : { 'content-type': request.content_type }) };
  const asked = { method, protocol: 'https:', hostname: host, path, headers, body };
  asked.query = Object.fromEntries(new URLSearchParams(query ?? ''));
  const answer = await signer.sign(asked, { signingDate: new Date(date) });
  return answer.headers.authorization.split('Signature=')[1];
}

// The same list with fresh signatures.
export async function recomputed(list) {
  const requests = [];
  for (const request of list.requests) requests.push({ ...request, signature: await signed(list, request) });
  return { ...list, requests };
}
