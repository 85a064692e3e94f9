// The program `sigstore-kms-drawer`, which cosign runs for keys named `drawer://NAME`: it finds it on PATH by that scheme.
// Its keys are files in a folder; a real plugin would ask a service, or a device, that never gives them away.
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { signDigest, verifyDigest } from './digest.js'

/**
 * What cosign asks, version 1 of the protocol (sigstore "pkg/signature/kms/cliplugin/common"): the second argument, beside a
 * message on stdin. The answer goes to stdout: the method's own member, or `errorMessage`.
 */
interface Question {
  readonly initOptions: { readonly keyResourceID: string }
  readonly methodName: string
  readonly createKey?: { readonly algorithm: string }
  readonly signMessage?: { readonly signOptions: { readonly messageOptions: MessageOptions } }
  readonly verifySignature?: {
    readonly signature: string
    readonly verifyOptions: { readonly messageOptions: MessageOptions }
  }
}

/** A digest stands in place of the message when cosign signs into a bundle. */
interface MessageOptions {
  readonly digest?: string | null
}

const algorithm = 'ecdsa-p256-sha256'

async function answer(question: Question): Promise<object> {
  const file = `drawer/${question.initOptions.keyResourceID}.pem`
  const privateKey = (): string => readFileSync(file, 'utf8')
  const publicKeyPEM = (): string =>
    Buffer.from(createPublicKey(privateKey()).export({ type: 'spki', format: 'pem' })).toString('base64')
  switch (question.methodName) {
    case 'defaultAlgorithm':
      return { defaultAlgorithm: algorithm }
    case 'supportedAlgorithms':
      return { supportedAlgorithms: [algorithm] }
    case 'createKey': {
      if (question.createKey?.algorithm !== algorithm) throw new TypeError(`the drawer has keys of ${algorithm} only`)
      const made = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      writeFileSync(file, made.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
      return { publicKeyPEM: publicKeyPEM() }
    }
    case 'publicKey':
      return { publicKeyPEM: publicKeyPEM() }
    case 'signMessage': {
      const digest = await digestOf(question.signMessage?.signOptions.messageOptions)
      return { signature: signDigest(createPrivateKey(privateKey()), digest).toString('base64') }
    }
    case 'verifySignature': {
      const digest = await digestOf(question.verifySignature?.verifyOptions.messageOptions)
      const signature = Buffer.from(question.verifySignature?.signature ?? '', 'base64')
      const valid = verifyDigest(createPublicKey(privateKey()), digest, signature)
      if (!valid) throw new TypeError('the signature is not of this key')
      return {}
    }
    default:
      throw new TypeError(`there is no method ${question.methodName}`)
  }
}

async function digestOf(options?: MessageOptions): Promise<Buffer> {
  if (options?.digest) return Buffer.from(options.digest, 'base64')
  return createHash('sha256')
    .update(await buffer(process.stdin))
    .digest()
}

const print = (what: object): void => void process.stdout.write(JSON.stringify(what))

const [, , version, text = '{}'] = process.argv
const question = JSON.parse(text) as Question
mkdirSync('drawer', { recursive: true })
appendFileSync('drawer/journal', `${question.methodName} ${question.initOptions.keyResourceID}\n`)
const reply =
  version === 'v1' ? answer(question) : Promise.reject(new TypeError(`there is no protocol ${version} here`))
reply.then(
  (member) => print({ [question.methodName]: member }),
  (error: unknown) => print({ errorMessage: (error as Error).message }),
)
