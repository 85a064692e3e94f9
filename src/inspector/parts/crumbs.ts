import { formatPage } from '../../route/page.js'
import { organizationOf } from '../pages/organizations.js'
import type { Visit } from '../visit.js'
import type { Crumb } from './layout.js'

/** The way to a repository, or to something in it. @param last What that is called. */
export function crumbsOf({ grounds }: Pick<Visit, 'grounds'>, repository: string, ...last: readonly Crumb[]): Crumb[] {
  const organization = organizationOf(repository, grounds.library)
  return [
    { text: 'Organizations', path: '/' },
    { text: organization, path: formatPage({ name: 'organization', organization }) },
    { text: repository, path: last.length > 0 ? formatPage({ name: 'repository', repository }) : undefined },
    ...last,
  ]
}
