import { generateKeyPairSync, randomBytes, type KeyPairKeyObjectResult } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { signDigest, verifyDigest } from './digest.js'

/** A key management service that runs. */
export interface Transit {
  readonly url: string
  /** Who has it may do everything. */
  readonly token: string
  /** What was asked since the last time that this was called: method, path and status, in the order of the answers. */
  readonly take: () => readonly string[]
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

type Members = Readonly<Record<string, unknown>>
type Answer = readonly [status: number, body?: unknown]

const refuse = (status: number, ...errors: readonly string[]): Answer => [status, { errors }]

/**
 * Starts a key management service on 127.0.0.1 that speaks as much of Vault's transit secrets engine (and so of OpenBao's)
 * as cosign asks for: to make a P-256 key, to answer its public key, to sign a digest and to verify its signature. Names and
 * bodies are those of Vault's HTTP API, "Transit secrets engine".
 *
 * It is no Vault, and shows nothing of how a real one behaves beyond these requests: it has one token that may do
 * everything, keys of one type and one version, and forgets them in the end. What it signs with are real keys, made here
 * and never told.
 */
export async function startTransit(): Promise<Transit> {
  const token = randomBytes(16).toString('hex')
  const keys = new Map<string, Key>()
  const asked: string[] = []
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const text = Buffer.concat(await request.toArray()).toString()
    if (request.headers['x-vault-token'] !== token) return refuse(403, 'permission denied')
    const members = (text === '' ? {} : JSON.parse(text)) as Members
    return route(keys, `${request.method} ${request.url}`, members)
  }
  const server = createServer((request, response) => {
    const reply = ([status, body]: Answer): void => {
      asked.push(`${request.method} ${request.url} ${status}`)
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(body === undefined ? '' : JSON.stringify(body))
    }
    answer(request).then(reply, (error: unknown) => reply(refuse(400, (error as Error).message)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    take: () => asked.splice(0),
    [Symbol.asyncDispose]() {
      server.closeAllConnections()
      return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())))
    },
  }
}

type Key = KeyPairKeyObjectResult

const target = /^(?<method>GET|PUT) \/v1\/transit\/(?<what>keys|sign|verify)\/(?<name>[\w.-]+)(?<hash>\/sha2-256)?$/

function route(keys: Map<string, Key>, line: string, members: Members): Answer {
  const { method, what, name = '', hash } = target.exec(line)?.groups ?? {}
  const verb = `${method} ${what}${hash ?? ''}`
  if (verb === 'PUT keys') {
    if (members['type'] !== 'ecdsa-p256') return refuse(400, 'there are keys of type ecdsa-p256 only')
    if (!keys.has(name)) keys.set(name, generateKeyPairSync('ec', { namedCurve: 'P-256' }))
    return [204]
  }
  const key = keys.get(name)
  if (!key) return refuse(404)
  switch (verb) {
    case 'GET keys':
      return [200, { data: describe(name, key) }]
    case 'PUT sign/sha2-256':
      return [200, { data: { key_version: 1, signature: `${prefix}${sign(key, digestIn(members))}` } }]
    case 'PUT verify/sha2-256':
      return [200, { data: { valid: isValid(key, digestIn(members), String(members['signature'])) } }]
    default:
      return refuse(404)
  }
}

/** In front of each signature: the key's version that made it. */
const prefix = 'vault:v1:'

const describe = (name: string, { publicKey }: Key): object => ({
  name,
  type: 'ecdsa-p256',
  latest_version: 1,
  keys: { 1: { name: 'P-256', public_key: publicKey.export({ type: 'spki', format: 'pem' }) } },
})

function digestIn({ input, prehashed }: Members): Buffer {
  if (prehashed !== true) throw new TypeError('this service signs digests only')
  return Buffer.from(String(input), 'base64')
}

const sign = ({ privateKey }: Key, digest: Buffer): string => signDigest(privateKey, digest).toString('base64')

const isValid = ({ publicKey }: Key, digest: Buffer, signature: string): boolean =>
  signature.startsWith(prefix) && verifyDigest(publicKey, digest, Buffer.from(signature.slice(prefix.length), 'base64'))
