import type { Test } from 'tap'
import type { DirectorySeed } from '../../src/quay/directory/seed.js'
import { testQuay, type TestQuay, type TestQuayOptions } from './quay.js'

/** OAuth tokens for everything of the users of these names, and the token of their robots. */
export const root: string = 'R'.repeat(40)
export const alice: string = 'A'.repeat(40)
export const bob: string = 'B'.repeat(40)
export const robot: string = 'C'.repeat(64)

const seed: DirectorySeed = {
  users: {
    alice: { password: 'password1', email: 'alice@example.com' },
    bob: { password: 'password2', email: 'bob@example.com', robots: { own: { token: robot } } },
    root: 'password3',
  },
  organizations: {
    helm: {
      email: 'helm@example.com',
      owners: ['alice'],
      teams: { devs: { description: 'those who write charts' } },
      robots: { ci: { token: robot, description: 'pushes' } },
      repositories: { chart: { description: 'a chart', permissions: { bob: 'read' } } },
      applications: {
        all: {
          tokens: [
            { user: 'root', token: root },
            { user: 'alice', token: alice },
            { user: 'bob', token: bob },
          ],
        },
      },
    },
  },
}

/** A Quay of three users, one of them a superuser, and the organization `helm`. */
export const quayWith = (options: Omit<TestQuayOptions, 'seed'> = {}): TestQuay =>
  testQuay({ ...options, seed, config: { SUPER_USERS: ['root'], ...options.config } })

/** One call of a story: `METHOD PATH` below the API's root, its body, and what comes back, as text where it is exact. */
export type Step = readonly [call: string, body: unknown, status: number, answer?: string | RegExp | object]

/** Plays a story's calls in their order. @param token Whose calls they are; undefined for nobody's. */
export async function play(t: Test, quay: TestQuay, token: string | undefined, steps: readonly Step[]): Promise<void> {
  for (const [call, body, status, expected] of steps) {
    const [method = '', path = ''] = call.split(' ')
    const answer = await quay.send(method, `/api/v1/${path}`, {
      ...(token !== undefined && { token }),
      ...(body !== undefined && { body }),
    })
    t.equal(answer.status, status, `${call}: ${answer.text}`)
    if (typeof expected === 'string') t.equal(answer.text, expected, call)
    else if (expected instanceof RegExp) t.match(answer.text, expected, call)
    else if (expected !== undefined) t.match(answer.json, expected, call)
  }
}

/** What an answer has that is a problem with this detail. */
export const detail = (text: string): object => ({ detail: text, error_message: text })
