// Reads jobs from standard input, hands each to somebody else's verifier, writes what it said. Nothing is fetched:
// `documents` holds everything that would be.
import { readFileSync } from 'node:fs';

const { documents, jobs } = JSON.parse(readFileSync(0, 'utf8'));

globalThis.fetch = async (request) => {
  const url = typeof request === 'string' ? request : request.url ?? String(request);
  if (!(url in documents)) return new Response('not found', { status: 404, statusText: 'Not Found' });
  return new Response(JSON.stringify(documents[url]), { status: 200, headers: { 'content-type': 'application/json' } });
};

async function documentLoader(url) {
  const [address, fragment] = url.split('#');
  let document = documents[address];
  if (document === undefined) throw new Error(`NotFoundError loading ${url}`);
  if (fragment) {
    const method = (document.verificationMethod ?? []).find((known) => known.id === url);
    if (!method) throw new Error(`NotFoundError loading ${url}`);
    document = { '@context': 'https://w3id.org/security/multikey/v1', ...method };
  }
  return { contextUrl: null, documentUrl: url, document };
}

function wordsOf(error) {
  return [error?.message, ...(error?.errors ?? []).map((inner) => `${inner.name}: ${inner.message}`)].join(' | ');
}

const verifiers = {
  async 'digitalbazaar vc'({ credential, now }) {
    const { verifyCredential } = await import('@digitalbazaar/vc');
    const { DataIntegrityProof } = await import('@digitalbazaar/data-integrity');
    const { cryptosuite } = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
    const { checkStatus: ask } = await import('@digitalbazaar/vc-bitstring-status-list');
    const suite = new DataIntegrityProof({ cryptosuite });
    const checkStatus = (options) => ask({ ...options, suite, verifyBitstringStatusListCredential: true });
    const result = await verifyCredential({ credential, suite, documentLoader, checkStatus, now: now && new Date(now) });
    const status = result.statusResult?.results?.map((one) => one.status) ?? null;
    return { verified: result.verified, status, error: result.error ? wordsOf(result.error) : '' };
  },
  // The list of suspensions by itself: what the library asks of a status, without a badge that names it.
  async status({ credentialStatus }) {
    const { DataIntegrityProof } = await import('@digitalbazaar/data-integrity');
    const { cryptosuite } = await import('@digitalbazaar/eddsa-rdfc-2022-cryptosuite');
    const { checkStatus } = await import('@digitalbazaar/vc-bitstring-status-list');
    const issuer = documents[credentialStatus.statusListCredential].issuer;
    const result = await checkStatus({
      credential: { '@context': ['https://www.w3.org/ns/credentials/v2'], issuer, credentialStatus },
      documentLoader,
      suite: new DataIntegrityProof({ cryptosuite }),
      verifyBitstringStatusListCredential: true,
    });
    return { verified: result.verified, status: result.results?.map((one) => one.status), ...(result.error && { error: wordsOf(result.error) }) };
  },
  async 'dcc verifier-core'({ credential }) {
    const { verifyCredential } = await import('@digitalcredentials/verifier-core');
    const result = await verifyCredential({ credential, knownDIDRegistries: [] });
    const log = Object.fromEntries((result.log ?? []).map((step) => [step.id, step.valid ?? step.error?.name]));
    const schema = result.additionalInformation?.find((entry) => entry.id === 'schema_check')?.results;
    return { log, schema, errors: (result.errors ?? []).map((error) => error.name) };
  },
  async ajv({ credential, schema }) {
    const { Ajv2019 } = await import('ajv/dist/2019.js');
    const { default: addFormats } = await import('ajv-formats');
    const ajv = new Ajv2019({ allErrors: true, strict: false });
    addFormats.default ? addFormats.default(ajv) : addFormats(ajv);
    const validate = ajv.compile(documents[schema]);
    return { valid: validate(credential), errors: (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`) };
  },
};

const said = [];
for (const job of jobs) said.push(await verifiers[job.verifier](job));
process.stdout.write(JSON.stringify(said), () => process.exit(0));
