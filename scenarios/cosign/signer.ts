import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import type { Word } from '../../harness/command-line.js'
import type { Registry } from '../../harness/index.js'
import type { Run, RunResult } from '../../harness/run.js'
import type { Over } from '../compatibility/record.js'
import type { Target } from '../push-image.js'
import type { Desk, ScenarioContext } from '../scenario.js'
import type { Login } from '../served.js'
import type { Cosign, Failure } from './versions.js'

/** The variable that gives cosign its keys' password, so that it does not ask. */
export const password: Readonly<Record<string, string>> = { COSIGN_PASSWORD: 'of the key' }

/** Somebody at a desk with one version of cosign. */
export interface Signer {
  readonly cosign: Cosign
  readonly registry: Registry
  readonly account: Login | undefined
  /** Whether the registry has the referrers API. */
  readonly referrers: boolean
  readonly env: Readonly<Record<string, string>>
  readonly desk: Desk
  readonly sh: Run
  /** Runs what needs the key's password. */
  readonly sign: Run
  /** Runs what verifies. */
  readonly verify: Run
  /** Begins a story. */
  readonly say: (heading: string) => void
  /** Records what this cosign was seen to do. */
  readonly show: (story: string, note?: string) => void
  /** Records a defect of this cosign. */
  readonly defect: (story: string, message: string, note?: string) => void
}

export interface SignerOptions {
  readonly registry: Registry
  readonly account?: Login | undefined
  readonly over: Over
  /** @default true */
  readonly referrers?: boolean
  /** What is to be said of it in the headings of the transcript. */
  readonly where: string
  /** What else of the scenario's clients is on the desk. @default podman, which logs in */
  readonly tools?: readonly string[]
}

/** Sits somebody down who has no keys yet and is not logged in. */
export function sitDown(
  context: ScenarioContext,
  cosign: Cosign,
  { registry, account, over, referrers = true, where, tools = [] }: SignerOptions,
): Signer {
  const env = registry.env()
  const desk = context.desk(env, {
    clients: [cosign.id, 'podman', ...tools],
    hide: [...Object.values(password), ...(account ? [account.password] : [])],
  })
  const client = cosign.id
  return {
    cosign,
    registry,
    account,
    referrers,
    env,
    desk,
    sh: desk.sh,
    sign: desk.sh({ set: password }),
    verify: desk.sh({ set: cosign.environment }),
    say: (heading) => context.say(`cosign ${cosign.version} ${where}: ${heading}`),
    show: (story, note) => context.show({ client, story, over, ...(note !== undefined && { note }) }),
    defect: (story, message, note) =>
      context.defect({ client, story, over, message, ...(note !== undefined && { note }) }),
  }
}

/** Makes the signer's key pair, and stranger.pub, whose private key nobody has. */
export async function makeKeys({ cosign, desk: { read, write }, sign }: Signer): Promise<void> {
  await sign`cosign generate-key-pair`
  assert.ok(read('cosign.key').toString().startsWith(`-----BEGIN ${cosign.keyLabel}-----\n`))
  assert.match(read('cosign.pub').toString(), /^-----BEGIN PUBLIC KEY-----\n/)
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  write('stranger.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString())
}

/** Logs in as documentation does it: podman writes what cosign reads. */
export async function logIn({ sh, env, registry, account }: Signer): Promise<void> {
  if (!account) throw new TypeError('nobody is there to log in')
  const login = sh({ input: account.password })
  const file = `${env['HOME']}/.docker/config.json`
  const { stdout } =
    await login`podman login --authfile ${file} --username ${account.username} --password-stdin ${registry.host}`
  assert.equal(stdout, 'Login Succeeded!')
}

/** Where this signer pushes a repository's images to. */
export const target = ({ registry, account }: Signer, repository: string): Target => ({ registry, account, repository })

/** Runs a command that is to fail, and asserts how: ``await failing(sh, failures.key)`cosign verify ...` ``. */
export const failing =
  (sh: Run, { status, message }: Failure) =>
  async (strings: TemplateStringsArray, ...values: Word[]): Promise<RunResult> => {
    const result = await sh({ status })(strings, ...values)
    if (typeof message === 'string') assert.ok(result.stderr.includes(message), result.stderr)
    else assert.match(result.stderr, message)
    assert.equal(result.stdout, '')
    return result
  }
