import { emptyReply, jsonReply } from '../../src/protocol/call.js'
import { RegistryError } from '../../src/protocol/errors.js'
import { asked, badRequest, cannot, type AdminEnds } from './end.js'
import type { Steered, SteeredFault } from './steered.js'

function faultsOf({ faults }: Steered): NonNullable<Steered['faults']> {
  if (!faults) throw cannot('make faults')
  return faults
}

function faultOf(id: string, steered: Steered): SteeredFault {
  const found = faultsOf(steered)
    .list()
    .find((fault) => String(fault.id) === id)
  if (!found) throw new RegistryError('NOT_FOUND', 'there is no such fault: it may have been removed')
  return found
}

const jsonOf = ({ id, rule, hits }: SteeredFault): object => ({ id, rule, hits })

/** The ends for faults. */
export const faultEnds: AdminEnds = {
  faults: {
    GET: {
      what: 'what goes wrong on purpose, and how often it did',
      answer: (_call, steered) => jsonReply(200, { faults: faultsOf(steered).list().map(jsonOf) }),
    },
    POST: {
      what: 'has something go wrong from now on: a rule as an object or as a text',
      takes: '{"route": "blob", "method": "GET", "fault": "status", "status": 503, "times": 1}',
      answer({ body }, steered) {
        const faults = faultsOf(steered)
        if (body === undefined) throw badRequest('send the rule as the body, in JSON')
        const added = asked(() => faults.add(body))
        return jsonReply(201, jsonOf(added), { Location: `/_start-registry/faults/${added.id}` })
      },
    },
    DELETE: {
      what: 'has everything go right again',
      answer(_call, steered) {
        faultsOf(steered).clear()
        return emptyReply(204)
      },
    },
  },
  'faults/ID': {
    GET: {
      what: 'one of them',
      answer: ({ id }, steered) => jsonReply(200, jsonOf(faultOf(id, steered))),
    },
    DELETE: {
      what: 'takes one of them away',
      answer({ id }, steered) {
        faultOf(id, steered).remove()
        return emptyReply(204)
      },
    },
  },
}
