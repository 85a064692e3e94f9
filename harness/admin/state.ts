import { emptyReply, jsonReply } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { membersOf } from './body.js'
import { asked, badRequest, cannot, type AdminEnds } from './end.js'

const timeOf = (now: number): object => ({ now, time: new Date(now).toISOString() })

/** The ends for what a registry holds and the time that it goes by. Snapshots live as long as the table. */
export function stateEnds(): AdminEnds {
  const snapshots = new Map<string, unknown>()
  let last = 0
  const known = (id: string): void => {
    if (!snapshots.has(id)) throw new RegistryError('NOT_FOUND', 'there is no such snapshot')
  }
  return {
    reset: {
      POST: {
        what: 'makes everything as it was when the registry started',
        async answer(_call, steered) {
          if (!steered.reset) throw cannot('be reset')
          await steered.reset()
          return emptyReply(204)
        },
      },
    },
    snapshots: {
      GET: {
        what: 'the ids of the snapshots that there are',
        answer: () => jsonReply(200, { snapshots: [...snapshots.keys()] }),
      },
      POST: {
        what: 'keeps what is there now, to go back to',
        async answer(_call, steered) {
          if (!steered.snapshot) throw cannot('take snapshots')
          const snapshot = await steered.snapshot()
          const id = String(++last)
          snapshots.set(id, snapshot)
          return jsonReply(201, { id }, { Location: `/_start-registry/snapshots/${id}` })
        },
      },
    },
    'snapshots/ID': {
      DELETE: {
        what: 'lets go of a snapshot',
        answer({ id }) {
          known(id)
          snapshots.delete(id)
          return emptyReply(204)
        },
      },
    },
    'snapshots/ID/restore': {
      POST: {
        what: 'makes everything as it was then',
        async answer({ id }, steered) {
          known(id)
          await steered.restore?.(snapshots.get(id))
          return emptyReply(204)
        },
      },
    },
    namespace: {
      POST: {
        what: 'the first part of repository names that nobody else uses',
        takes: '{"under": "team"}',
        answer({ body }, steered) {
          const { under } = membersOf(body, ['under'])
          if (!steered.namespace) throw cannot('give namespaces')
          const namespace = asked(() => steered.namespace?.(under as string | undefined))
          return jsonReply(201, { namespace })
        },
      },
    },
    collect: {
      POST: {
        what: 'collects what nothing leads to, by the clock of the registry',
        takes: '{"grace": 3600000, "untagged": false}',
        async answer({ body }, steered) {
          const { grace, untagged } = membersOf(body, ['grace', 'untagged'])
          if (grace !== undefined && !(typeof grace === 'number' && grace >= 0)) {
            throw badRequest('grace must be milliseconds, 0 or more')
          }
          if (untagged !== undefined && typeof untagged !== 'boolean')
            throw badRequest('untagged must be true or false')
          if (!steered.collect) throw cannot('collect')
          return jsonReply(200, await steered.collect({ grace, untagged }))
        },
      },
    },
    clock: {
      GET: {
        what: 'the time that the registry goes by',
        answer: (_call, { clock }) => jsonReply(200, timeOf(clock.now())),
      },
    },
    'clock/advance': {
      POST: {
        what: 'moves that time on, by milliseconds',
        takes: '{"ms": 3600000}',
        answer({ body }, { clock }) {
          const { ms } = membersOf(body, ['ms'])
          asked(() => clock.advance(ms as number))
          return jsonReply(200, timeOf(clock.now()))
        },
      },
    },
  }
}
