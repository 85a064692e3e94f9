import { callerMay } from '../../access/admission.js'
import type { Call, Reply } from '../../protocol/call.js'
import type { Route } from '../../route/route.js'
import type { Store } from '../../store/store.js'
import type { Organization, Sees } from '../index/organization.js'
import type { Organizations } from '../index/organizations.js'

/** What the pages of classic repositories work on. */
export interface ChartContext {
  readonly store: Store
  readonly organizations: Organizations
  /** Sends a call of the OCI API on its way behind access: rules about images hold for charts too. */
  readonly forward: (call: Call) => Promise<Reply>
}

/** What of an organization whoever makes a call may pull. */
export const seenBy =
  (call: Call): Sees =>
  (repository) =>
    callerMay(call, repository, 'pull')

/** The organization that a call is about. */
export const organizationFor = (
  { organizations }: ChartContext,
  { route }: Call<Extract<Route, { readonly organization: string }>>,
): Promise<Organization> => organizations.get(route.organization)

/** A call of the OCI API in the name of whoever makes another one. */
export const callFor = (
  call: Call,
  method: string,
  route: Route,
  { headers = {}, body = [] }: { headers?: Call['headers']; body?: readonly Buffer[] } = {},
): Call => ({ ...call, method, route, query: new Map(), headers, body: pieces(body) })

async function* pieces(body: readonly Buffer[]): AsyncGenerator<Buffer, void, undefined> {
  yield* body
}
