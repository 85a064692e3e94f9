import assert from 'node:assert/strict'
import type { Run } from '../../harness/run.js'
import type { QuayServer } from './server.js'

/** Calls Quay's management API with curl, as its documentation does, and answers what it says. */
export class Curl {
  #sh: Run
  readonly #url: string
  #bearer: readonly string[] = []

  constructor(sh: Run, { host }: QuayServer) {
    this.#sh = sh
    this.#url = `https://${host}/api/v1`
  }

  /** Whose OAuth token goes with the calls from now on. */
  set token(token: string) {
    this.#sh = this.#sh({ hide: [token] })
    this.#bearer = ['--header', `Authorization: Bearer ${token}`]
  }

  async get(path: string): Promise<unknown> {
    return read(await this.#sh`curl ${quiet} ${this.#bearer} ${this.#url}/${path}`, 200)
  }

  async post(path: string, body: object, status: number): Promise<unknown> {
    const json = ['--header', 'Content-Type: application/json', '--data', JSON.stringify(body)]
    return read(await this.#sh`curl ${quiet} -X POST ${this.#bearer} ${json} ${this.#url}/${path}`, status)
  }
}

// The status comes last.
const quiet = ['--silent', '--show-error', '--write-out', '%{http_code}']

function read({ stdout }: { readonly stdout: string }, status: number): unknown {
  const [, body = '', code] = /^(.*)(\d{3})$/s.exec(stdout) ?? []
  assert.equal(Number(code), status, body)
  return JSON.parse(body)
}
