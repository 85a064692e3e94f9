import { isLoopback } from '../../src/client/reference.js'
import { Transport, type Response, type TransportOptions } from '../../src/client/transport.js'
import { parsePublicKey } from '../../src/cosign/keys/public-key.js'
import { CosignError } from '../../src/cosign/verdict.js'
import { readOption } from '../pem.js'
import { schemeOf } from './key-reference.js'

/**
 * The PEM text of a public key, from where its reference says.
 * @throws Error that names the reference, for what cannot be read; CosignError for what is no key.
 */
export async function readKeyReference(reference: string, options: TransportOptions): Promise<string> {
  const text = await read(reference, options)
  try {
    parsePublicKey(text)
    return text
  } catch (error) {
    if (!(error instanceof CosignError)) throw error
    throw new CosignError(error.code, `${reference}: ${error.message}`)
  }
}

async function read(reference: string, options: TransportOptions): Promise<string> {
  switch (schemeOf(reference)) {
    case undefined:
      return readOption('key', reference)
    case 'env': {
      const name = reference.slice('env://'.length)
      const text = process.env[name]
      if (text === undefined) throw new Error(`--key ${reference}: there is no variable ${name} in the environment`)
      return text
    }
    default:
      return download(reference, options)
  }
}

const mostBytes = 64 << 10
const mostRedirects = 5

async function download(reference: string, options: TransportOptions): Promise<string> {
  const transport = new Transport(options)
  try {
    let url = new URL(reference)
    for (let count = 0; count <= mostRedirects; count++) {
      const reply = await transport.send({ method: 'GET', url, headers: {}, limit: mostBytes })
      if (reply.status === 200) return reply.body.toString()
      url = redirected(reference, url, reply)
    }
    throw new Error(`--key ${reference} is redirected too many times`)
  } finally {
    transport.close()
  }
}

function redirected(reference: string, from: URL, { status, headers }: Response): URL {
  const { location } = headers
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined || !URL.canParse(location, from.href)) {
    throw new Error(`--key ${reference} is not there: status ${status}`)
  }
  const to = new URL(location, from)
  if (to.protocol !== 'https:' && !(to.protocol === 'http:' && isLoopback(to.hostname))) {
    throw new Error(`--key ${reference} is redirected to ${to.protocol}//${to.host}, and only https is followed`)
  }
  return to
}
